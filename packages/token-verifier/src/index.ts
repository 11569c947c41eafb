/**
 * Owns the way from a bearer ID token to a verified identity, for many issuers at once:
 * `fastify.tokenVerifier` and `request.identity`. It knows no users: who the identity belongs to is decided above it.
 */
import type { Identity } from './identity.js'
import type { TokenVerifier } from './token-verifier.js'

export type { Identity, IdentityClaims, SignatureAlgorithm, TrustedIssuer } from './identity.js'
export type { IssuerMetrics, TokenVerifier } from './token-verifier.js'

declare module 'fastify' {
  interface FastifyInstance {
    tokenVerifier: TokenVerifier
  }
  interface FastifyRequest {
    /** Who the bearer token is about; `null` without a token, and before `authenticate` ran. */
    identity: Identity | null
  }
}
