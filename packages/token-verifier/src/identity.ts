/** The verified content of one ID token. */
export interface Identity {
  /** The token's `iss`, which is one of the configured issuers to the letter. */
  readonly issuer: string
  /** The token's `sub`: who it is at this issuer, for ever. */
  readonly subject: string
  /** As the token has it, not normalised. */
  readonly email: string
  /** `null` where the issuer does not say. */
  readonly emailVerified: boolean | null
  /** The id of the trusted issuer (the authentication profile) that the token was issued for. */
  readonly profileId: string
  /** All claims of the token. */
  readonly claims: Readonly<Record<string, unknown>> & IdentityClaims
  /** When the token ends, in seconds since 1970 (its `exp`). */
  readonly expiresAt: number
}

/** Claims that the app's providers put into their tokens: extend it by declaration merging. */
export interface IdentityClaims {}

/** Asymmetric signature algorithms (RFC 7518 §3.1, RFC 8037); symmetric ones and `none` are never accepted. */
export type SignatureAlgorithm = 'RS256' | 'RS384' | 'RS512' | 'PS256' | 'PS384' | 'PS512' | 'ES256' | 'ES384' | 'ES512' | 'EdDSA'

/** The public keys of an issuer in this process, as its key set shows them now. */
export type LocalKeys = () => Promise<readonly object[]>

/** One issuer whose ID tokens are accepted, for one client. Several may share an issuer. */
export interface TrustedIssuer {
  /** The authentication profile's id; it becomes `identity.profileId`. */
  readonly id: string
  /** Compared with `iss` to the letter. https, or http on a loopback address. */
  readonly issuer: string
  /** The client that tokens are issued to: what `azp` must be where a token names several audiences. */
  readonly clientId: string
  /** What `aud` must contain one of. Default: the client id alone. */
  readonly audiences?: readonly string[]
  /** Where the keys are. Default: asked of the issuer by OpenID Connect Discovery. */
  readonly jwksUri?: string
  /** Gives the keys (JWKs) of an issuer in this process, in place of `jwksUri`: nothing is fetched then. */
  readonly keys?: LocalKeys
  /** Default: all of `SignatureAlgorithm`. */
  readonly algorithms?: readonly SignatureAlgorithm[]
  /** Which claims hold the email, for issuers that name them otherwise. */
  readonly claimNames?: { readonly email?: string, readonly emailVerified?: string }
}
