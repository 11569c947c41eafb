/**
 * Turns a bearer ID token into a verified identity, for many issuers at once: `fastify.tokenVerifier` and
 * `request.identity`. It adds no hook by itself; the app chooses where tokens count.
 * It does not know users: the packages above decide who an identity belongs to.
 */
import fp from 'fastify-plugin'
import type { FastifyInstance } from 'fastify'
import type { Identity } from './identity.js'
import { resolveOptions, type TokenVerifierOptions } from './options.js'
import { createSignatureCheck } from './signature-check.js'
import { createTokenVerifier, type TokenVerifier } from './token-verifier.js'

export { isAuthorizationRepeated } from './bearer-token.js'
export * as errors from './errors.js'
export type { InvalidReason } from './errors.js'
export type { Identity, IdentityClaims, LocalKeys, SignatureAlgorithm, TrustedIssuer } from './identity.js'
export { countUsableKeys } from './key-set.js'
export { discoverKeys, fetchKeys, type Asking } from './key-set-fetch.js'
export type { TokenVerifierOptions } from './options.js'
export type { IssuerMetrics, TokenVerifier } from './token-verifier.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** Verifies bearer ID tokens. Hooks: `authenticate` and `requireIdentity`. */
    tokenVerifier: TokenVerifier
  }
  interface FastifyRequest {
    /** The identity from the bearer token. `null` without a token, and before `authenticate` has run. */
    identity: Identity | null
  }
  interface FastifyContextConfig {
    /** The route reads the `Authorization` header itself, such as an OAuth endpoint. App-wide hooks ignore it there. */
    ownAuthorization?: boolean
  }
}

async function tokenVerifier (fastify: FastifyInstance, options: TokenVerifierOptions): Promise<void> {
  const resolved = resolveOptions(options)
  const { verifier, close } = createTokenVerifier(resolved, {
    checkSignature: createSignatureCheck(),
    log: fastify.log,
    now: Date.now,
    elapsed: () => performance.now()
  })
  fastify.decorateRequest('identity', null)
  fastify.decorate('tokenVerifier', verifier)
  fastify.addHook('onClose', async () => { close() })
}

export default fp(tokenVerifier, { name: '@latchkey/token-verifier', fastify: '5.x' })
