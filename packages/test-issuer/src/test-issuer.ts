/** The signature algorithms (RFC 7518 §3.1; `EdDSA` is Ed25519, RFC 8037). */
export type Algorithm = 'RS256' | 'RS384' | 'RS512' | 'PS256' | 'PS384' | 'PS512' | 'ES256' | 'ES384' | 'ES512' | 'EdDSA'
/** The provider whose tokens the issuer imitates. */
export type TokenShape = 'openid' | 'cognito' | 'auth0'

/** How the issuer responds: see `TestIssuer.behave`. */
export type Behavior = 'well' | 'down' | 'hanging' | 'error' | 'garbage' | 'huge' | 'redirect'

/** The options of `startTestIssuer`. */
export interface IssuerOptions {
  /** Default `openid`. */
  shape?: TokenShape
  /** The client id that tokens are issued to. Default `web`. */
  clientId?: string
  /** Default `RS256`. */
  algorithm?: Algorithm
  /** The loopback port. Default: a free one. */
  port?: number
}

/** The contents of a token. Everything has a default. */
export interface TokenOptions {
  /** Default `user-1`. */
  subject?: string
  /** Default `<subject>@example.com`. */
  email?: string
  /** Default true. */
  emailVerified?: boolean
  /** Seconds until it expires, negative for an expired token. Default 3600. */
  expiresIn?: number
  /** Claims to add or replace. A claim set to `undefined` is left out. */
  claims?: Record<string, unknown>
  /**
   * Header parameters to add or replace. One set to `undefined` is left out. `alg` changes the signature as an attacker
   * would: `none` leaves it empty, `HS256`, `HS384` and `HS512` sign with the PEM of the public key as the secret, and another algorithm for
   * the same type of key signs with that algorithm. Any other value is only written; the key's own algorithm signs.
   */
  header?: Record<string, unknown>
}

/** A running issuer. */
export interface TestIssuer {
  /** The `iss` of its tokens: `http://127.0.0.1:<port>` (with a path for `cognito`, with a trailing slash for `auth0`). */
  readonly issuer: string
  /** The client that tokens are issued to. */
  readonly clientId: string
  /** The URL of the keys: `/.well-known/jwks.json` below the issuer. */
  readonly jwksUri: string
  /** Creates an ID token, signed with the current key. */
  idToken (options?: TokenOptions): Promise<string>
  /** Creates an access token for the same user, which clients often send by mistake. */
  accessToken (options?: TokenOptions): Promise<string>
  /** Creates an ID token with the current key's id, but signed by a key that the issuer does not publish. */
  forgedToken (options?: TokenOptions): Promise<string>
  /** Generates a new signing key and publishes it beside the old one, or instead of it with `keepOld: false`. Returns its `kid`. */
  rotateKey (options?: { keepOld?: boolean, algorithm?: Algorithm }): Promise<string>
  /**
   * Sets how it responds to every request from now on. `down` refuses connections and closes open ones, `hanging` never
   * responds, `error` returns status 500, `garbage` returns something that is not JSON, `huge` returns the right document
   * and 16 MiB of white space, `redirect` redirects to the right document (302). Signing works in all of them.
   */
  behave (how: Behavior): Promise<void>
  /** How often each document has been requested. Requests that follow a redirect are not counted. */
  readonly requests: { readonly discovery: number, readonly jwks: number }
  /** Stops the issuer and closes every connection to it. */
  close (): Promise<void>
}
