import { createOptionsCheck } from '@latchkey/plugin-options'
import Type, { type Static } from 'typebox'
import { TOKEN_VERIFIER_ERR_INVALID_OPTIONS } from './errors.js'
import type { LocalKeys, TrustedIssuer } from './identity.js'
import { signatureAlgorithms } from './trusted-issuers.js'

const name = Type.String({ minLength: 1 })

const issuers = Type.Array(Type.Object({
  id: name,
  issuer: name,
  clientId: name,
  audiences: Type.Optional(Type.Array(name, { minItems: 1 })),
  jwksUri: Type.Optional(name),
  // A function, which JSON Schema cannot describe; trusted-issuers.ts checks it.
  keys: Type.Optional(Type.Unsafe<LocalKeys>({})),
  algorithms: Type.Optional(Type.Array(Type.Union(signatureAlgorithms.map(algorithm => Type.Literal(algorithm))), { minItems: 1 })),
  claimNames: Type.Optional(Type.Object({ email: Type.Optional(name), emailVerified: Type.Optional(name) }, { additionalProperties: false }))
}, { additionalProperties: false }))

const schema = Type.Object({
  /** The issuers whose tokens are accepted. `fastify.tokenVerifier.trust` can set them later. */
  issuers: Type.Unsafe<readonly TrustedIssuer[]>({ ...issuers, default: [] }),
  /** Accepted clock difference in milliseconds. */
  clockToleranceMs: Type.Integer({ minimum: 0, maximum: 30_000, default: 30_000 }),
  /** Timeout in milliseconds for fetching an issuer's keys, including discovery and response bodies. */
  fetchTimeoutMs: Type.Integer({ minimum: 1, maximum: 60_000, default: 5000 }),
  /** How long, in milliseconds, known keys stay valid while their issuer does not answer. */
  maxStaleMs: Type.Integer({ minimum: 0, default: 24 * 60 * 60_000 }),
  /** How many verified tokens are cached, at 2 KiB each. */
  maxRememberedTokens: Type.Integer({ minimum: 1, maximum: 1_000_000, default: 20_000 }),
  /** How long, in milliseconds, a verified token is cached, never beyond its `exp`. 0 turns the cache off. */
  rememberMs: Type.Integer({ minimum: 0, maximum: 60 * 60_000, default: 5 * 60_000 })
}, { additionalProperties: false })

/** The options of `@latchkey/token-verifier`. All are optional. */
export type TokenVerifierOptions = Partial<Static<typeof schema>>
export type ResolvedOptions = Readonly<Static<typeof schema>>

/**
 * Fills in the defaults.
 *
 * @throws TOKEN_VERIFIER_ERR_INVALID_OPTIONS
 */
export const resolveOptions = createOptionsCheck(schema, TOKEN_VERIFIER_ERR_INVALID_OPTIONS) as (options: TokenVerifierOptions) => ResolvedOptions

const checkIssuers = createOptionsCheck(Type.Object({ issuers }), TOKEN_VERIFIER_ERR_INVALID_OPTIONS)

/**
 * Checks the form of the issuers, and returns them.
 *
 * @throws TOKEN_VERIFIER_ERR_INVALID_OPTIONS
 */
export function resolveIssuers (issuers: readonly TrustedIssuer[]): readonly TrustedIssuer[] {
  return checkIssuers({ issuers }).issuers as readonly TrustedIssuer[]
}
