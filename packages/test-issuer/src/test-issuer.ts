/** What tokens are signed with (RFC 7518 §3.1; `EdDSA` is Ed25519, RFC 8037). */
export type Algorithm = 'RS256' | 'RS384' | 'RS512' | 'PS256' | 'PS384' | 'PS512' | 'ES256' | 'ES384' | 'ES512' | 'EdDSA'
/** Whose tokens the issuer's look like. */
export type TokenShape = 'openid' | 'cognito' | 'auth0'

/** How the issuer answers: see `TestIssuer.behave`. */
export type Behaviour = 'well' | 'down' | 'hanging' | 'error' | 'garbage' | 'huge' | 'redirect'

/** How `startTestIssuer` makes an issuer. */
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

/** What a token says; everything has a default. */
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
  /**
   * Header parameters to add or replace; one set to `undefined` is left out. `alg` is honoured as an attacker would:
   * `none` leaves the signature empty, `HS256` signs with the PEM of the public key as the secret, another algorithm
   * of the key's kind signs with the key; any other value is written and the key's own algorithm signs.
   */
  header?: Record<string, unknown>
}

/** A running issuer. */
export interface TestIssuer {
  /** What `iss` is: `http://127.0.0.1:<port>` (with a path for `cognito`, with a trailing slash for `auth0`). */
  readonly issuer: string
  /** The client that tokens are issued to. */
  readonly clientId: string
  /** Where the keys are: `/.well-known/jwks.json` below the issuer. */
  readonly jwksUri: string
  /** An ID token, signed with the current key. */
  idToken (options?: TokenOptions): Promise<string>
  /** An access token of the same person: what clients send by mistake. */
  accessToken (options?: TokenOptions): Promise<string>
  /** A token signed by a key that the issuer does not publish, under the current key's id. */
  forgedToken (options?: TokenOptions): Promise<string>
  /** Makes a new signing key and publishes it beside the old one (or, with `keepOld: false`, in its place). Gives its `kid`. */
  rotateKey (options?: { keepOld?: boolean, algorithm?: Algorithm }): Promise<string>
  /**
   * How it answers from now on, whatever it is asked for. `down` refuses connections and ends those it has,
   * `hanging` never answers, `error` answers 500, `garbage` answers what is no JSON, `huge` answers the right
   * document and 16 MiB of white space, `redirect` answers 302 to the right document. Signing goes on in all of them.
   */
  behave (how: Behaviour): Promise<void>
  /** How often each document was asked for since the start; what a redirect leads to is not counted. */
  readonly requests: { readonly discovery: number, readonly jwks: number }
  /** Ends it and every connection to it. */
  close (): Promise<void>
}
