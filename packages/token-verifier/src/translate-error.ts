import { TOKEN_VERIFIER_ERR_TOKEN_INVALID } from './errors.js'

/** What fast-jwt says of a signature that is not the key's. */
const badSignature = new Set<unknown>([
  'FAST_JWT_INVALID_SIGNATURE',
  'FAST_JWT_MISSING_SIGNATURE',
  // Bytes that are no signature of the algorithm at all.
  'FAST_JWT_VERIFY_ERROR'
])

/**
 * Puts an error of the signature check into our words. One that is not known stays what it is, and so ends in a
 * status 500: it may be a mistake of ours, and never lets a token pass.
 */
export function translateError (error: unknown): unknown {
  const { code } = Object(error) as { code?: unknown }
  if (badSignature.has(code)) return new TOKEN_VERIFIER_ERR_TOKEN_INVALID('bad_signature', { cause: error })
  return error
}
