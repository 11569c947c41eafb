export type Algorithm = 'RS256' | 'RS384' | 'RS512' | 'PS256' | 'PS384' | 'PS512' | 'ES256' | 'ES384' | 'ES512' | 'EdDSA'
/** Whose tokens the issuer's look like. */
export type TokenShape = 'openid' | 'cognito' | 'auth0'

export interface IssuerOptions {
  /** Default `openid`. */
  shape?: TokenShape
  /** Default `web`: the client id that tokens are issued to. */
  clientId?: string
  /** Default `RS256`. */
  algorithm?: Algorithm
  /** The loopback port; default: a free one. */
  port?: number
}

export interface TokenOptions {
  /** Default `user-1`. */
  subject?: string
  /** Default `<subject>@example.com`. */
  email?: string
  /** Default true. */
  emailVerified?: boolean
  /** Seconds until it expires, negative for an expired one; default 3600. */
  expiresIn?: number
  /** Claims to add or replace; a claim set to `undefined` is left out. */
  claims?: Record<string, unknown>
  /** Header parameters to add or replace; one set to `undefined` is left out. */
  header?: Record<string, unknown>
}

export interface TestIssuer {
  /** What `iss` is: `http://127.0.0.1:<port>` (with a path for `cognito`, with a trailing slash for `auth0`). */
  readonly issuer: string
  readonly clientId: string
  readonly jwksUri: string
  /** An ID token, signed with the current key. */
  idToken (options?: TokenOptions): Promise<string>
  /** An access token of the same person: what clients send by mistake. */
  accessToken (options?: TokenOptions): Promise<string>
  /** A token signed by a key that the issuer does not publish, under the current key's id. */
  forgedToken (options?: TokenOptions): Promise<string>
  /** Makes a new signing key and publishes it beside the old one (or, with `keepOld: false`, in its place). Gives its `kid`. */
  rotateKey (options?: { keepOld?: boolean, algorithm?: Algorithm }): Promise<string>
  /** How it answers from now on. `down` refuses connections, `hanging` never answers, `error` answers 500, `garbage` answers what is no JSON, `huge` answers too much, `redirect` answers 302. */
  behave (how: 'well' | 'down' | 'hanging' | 'error' | 'garbage' | 'huge' | 'redirect'): Promise<void>
  /** How often each document was asked for since the start. */
  readonly requests: { readonly discovery: number, readonly jwks: number }
  close (): Promise<void>
}
