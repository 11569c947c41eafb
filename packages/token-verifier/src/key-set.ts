import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import type { SignatureAlgorithm } from './identity.js'

/** A public key that can verify tokens. */
export interface SigningKey {
  readonly kid: string | undefined
  /** The JWK's own `alg`, or every algorithm of its key type if it has none. */
  readonly algorithms: readonly SignatureAlgorithm[]
  /** SubjectPublicKeyInfo in PEM. */
  readonly pem: string
}

/** The usable keys that an issuer publishes. */
export interface KeySet {
  readonly keys: readonly SigningKey[]
  /** Equal for key sets with the same keys in any order. */
  readonly fingerprint: string
}

/** More than any issuer publishes. Reading one takes a tenth of a millisecond. */
const MAX_KEYS = 100

/**
 * Reads a JWK Set (RFC 7517 §5). Ignores keys that are malformed or cannot verify signatures.
 *
 * @param jwks the set's `keys`
 */
export function readKeySet (jwks: readonly unknown[]): KeySet {
  const keys = jwks.slice(0, MAX_KEYS).map(readKey).filter(key => key !== undefined)
  return { keys, fingerprint: JSON.stringify(keys.map(key => JSON.stringify(key)).sort()) }
}

/**
 * Counts the keys of a JWK Set that can verify tokens, to test an issuer before anyone signs in.
 *
 * @param jwks the set's `keys`
 * @param algorithms the accepted algorithms. Default: all supported ones
 */
export function countUsableKeys (jwks: readonly unknown[], algorithms?: readonly string[]): number {
  return readKeySet(jwks).keys.filter(key => algorithms === undefined || key.algorithms.some(algorithm => algorithms.includes(algorithm))).length
}

/**
 * Finds the key that a token names. If it names none, the only key that suits its algorithm.
 *
 * @returns `unsuitable` for a named key of another algorithm (RFC 8725 §3.1), `undefined` if there is no such key
 */
export function findKey ({ keys }: KeySet, kid: string | undefined, alg: string): SigningKey | 'unsuitable' | undefined {
  const suits = (key: SigningKey): boolean => key.algorithms.some(algorithm => algorithm === alg)
  if (kid === undefined) {
    const suitable = keys.filter(suits)
    return suitable.length === 1 ? suitable[0] : undefined
  }
  const named = keys.filter(key => key.kid === kid)
  return named.length === 0 ? undefined : named.find(suits) ?? 'unsuitable'
}

const rsaAlgorithms: readonly SignatureAlgorithm[] = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']
const algorithmsOfCurve = new Map<unknown, readonly SignatureAlgorithm[]>([
  ['EC P-256', ['ES256']],
  ['EC P-384', ['ES384']],
  ['EC P-521', ['ES512']],
  ['OKP Ed25519', ['EdDSA']]
])
/** Members that only private and symmetric keys have (RFC 7518 §6). */
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

function readKey (jwk: unknown): SigningKey | undefined {
  if (typeof jwk !== 'object' || jwk === null) return undefined
  const { kid, kty, crv, alg, use, key_ops: operations, n, e, x, y } = jwk as JsonWebKey
  if (kid !== undefined && typeof kid !== 'string') return undefined
  if ([kty, crv].some(name => name !== undefined && typeof name !== 'string')) return undefined
  if (privateMembers.some(name => name in jwk)) return undefined
  if (use !== undefined && use !== 'sig') return undefined
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) return undefined
  const ofType = kty === 'RSA' ? rsaAlgorithms : algorithmsOfCurve.get(`${kty} ${crv}`) ?? []
  const algorithms = alg === undefined ? ofType : ofType.filter(algorithm => algorithm === alg)
  if (algorithms.length === 0) return undefined
  try {
    const key = createPublicKey({ key: { kty, crv, n, e, x, y } as JsonWebKey, format: 'jwk' })
    if (kty === 'RSA' && !isStrong(key)) return undefined
    return { kid, algorithms, pem: key.export({ type: 'spki', format: 'pem' }) as string }
  } catch {
    return undefined
  }
}

/** RFC 7518 §3.3 requires at least 2048 bits. With an exponent of 1, anyone could sign. */
function isStrong (key: KeyObject): boolean {
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {}
  return modulusLength >= 2048 && publicExponent >= 3n
}
