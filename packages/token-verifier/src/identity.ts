/** The verified content of one ID token. */
export interface Identity {
  /** The token's `iss`: exactly one of the configured issuers. */
  readonly issuer: string
  /** The token's `sub`: identifies the person at this issuer permanently. */
  readonly subject: string
  /** As in the token, not normalized. */
  readonly email: string
  /** `null` if the issuer does not say. */
  readonly emailVerified: boolean | null
  /** The `id` of the trusted issuer (the authentication profile) that the token belongs to. */
  readonly profileId: string
  /** All claims of the token. */
  readonly claims: Readonly<Record<string, unknown>> & IdentityClaims
  /** The token's `exp`, in seconds since 1970. */
  readonly expiresAt: number
}

/** Claims that the app's providers add to their tokens. Extend it by declaration merging. */
export interface IdentityClaims {}

/** Asymmetric signature algorithms (RFC 7518 §3.1, RFC 8037). Symmetric ones and `none` are never accepted. */
export type SignatureAlgorithm = 'RS256' | 'RS384' | 'RS512' | 'PS256' | 'PS384' | 'PS512' | 'ES256' | 'ES384' | 'ES512' | 'EdDSA'

/** Returns the current public keys of an issuer that runs in this process. */
export type LocalKeys = () => Promise<readonly object[]>

/** One issuer and client whose ID tokens are accepted. Several entries may share an issuer. */
export interface TrustedIssuer {
  /** The authentication profile's id; it becomes `identity.profileId`. */
  readonly id: string
  /** Must equal `iss` exactly. https, or http on a loopback address. */
  readonly issuer: string
  /** The client that tokens are issued to. Must equal `azp` if a token has several audiences. */
  readonly clientId: string
  /** `aud` must contain one of these. Default: only the client ID. */
  readonly audiences?: readonly string[]
  /** The URL of the key set. Default: found by OpenID Connect Discovery. */
  readonly jwksUri?: string
  /** Instead of `jwksUri`: returns the keys (JWKs) of an issuer in this process. Nothing is fetched then. */
  readonly keys?: LocalKeys
  /** Default: all of `SignatureAlgorithm`. */
  readonly algorithms?: readonly SignatureAlgorithm[]
  /** The claims that hold the email, for issuers that use other names. */
  readonly claimNames?: { readonly email?: string, readonly emailVerified?: string }
}
