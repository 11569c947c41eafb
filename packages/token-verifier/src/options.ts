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
  // A function, which JSON Schema has no word for.
  keys: Type.Optional(Type.Unsafe<LocalKeys>({})),
  algorithms: Type.Optional(Type.Array(Type.Union(signatureAlgorithms.map(algorithm => Type.Literal(algorithm))), { minItems: 1 })),
  claimNames: Type.Optional(Type.Object({ email: Type.Optional(name), emailVerified: Type.Optional(name) }, { additionalProperties: false }))
}, { additionalProperties: false }))

const schema = Type.Object({
  /** Whose tokens are accepted. May be left out: `fastify.tokenVerifier.trust` sets them later. */
  issuers: Type.Unsafe<readonly TrustedIssuer[]>({ ...issuers, default: [] }),
  /** Milliseconds that an issuer's clock may be off. */
  clockToleranceMs: Type.Integer({ minimum: 0, maximum: 30_000, default: 30_000 }),
  /** Milliseconds for fetching an issuer's keys, discovery and bodies included. */
  fetchTimeoutMs: Type.Integer({ minimum: 1, maximum: 60_000, default: 5000 }),
  /** Milliseconds that known keys go on working while their issuer does not answer. */
  maxStaleMs: Type.Integer({ minimum: 0, default: 24 * 60 * 60_000 }),
  /** How many verified tokens are remembered, at 2 KiB each. */
  maxRememberedTokens: Type.Integer({ minimum: 1, maximum: 1_000_000, default: 20_000 }),
  /** Milliseconds that a verified token is remembered, never beyond its `exp`. 0: not at all. */
  rememberMs: Type.Integer({ minimum: 0, maximum: 60 * 60_000, default: 5 * 60_000 })
}, { additionalProperties: false })

/** What `@latchkey/token-verifier` is registered with; everything has a default. */
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
 * Gives the issuers back when they have the form of trusted issuers.
 *
 * @throws TOKEN_VERIFIER_ERR_INVALID_OPTIONS
 */
export function resolveIssuers (issuers: readonly TrustedIssuer[]): readonly TrustedIssuer[] {
  return checkIssuers({ issuers }).issuers as readonly TrustedIssuer[]
}
