import { TOKEN_VERIFIER_ERR_TOKEN_INVALID } from './errors.js'

/** fast-jwt's codes for a wrong signature. */
const badSignature = new Set<unknown>([
  'FAST_JWT_INVALID_SIGNATURE',
  'FAST_JWT_MISSING_SIGNATURE',
  // The bytes are not a signature of this algorithm at all.
  'FAST_JWT_VERIFY_ERROR'
])

/**
 * Translates an error of the signature check to ours. Unknown errors are returned unchanged and lead to status 500: they
 * may be bugs, and must never let a token pass.
 */
export function translateError (error: unknown): unknown {
  const { code } = Object(error) as { code?: unknown }
  if (badSignature.has(code)) return new TOKEN_VERIFIER_ERR_TOKEN_INVALID('bad_signature', { cause: error })
  return error
}
