/**
 * Signs tokens without a library (JWS compact serialization, RFC 7515 §7.1). Libraries refuse to create tokens that a
 * verifier must refuse, such as one with `alg: none`, but tests need them.
 */
import { constants, createHmac, sign, type SignKeyObjectInput } from 'node:crypto'
import type { SigningKey } from './signing-key.js'

type Values = Record<string, unknown>

interface Scheme { kind: string, hash: string | null, input?: Omit<SignKeyObjectInput, 'key'> }

const pss = (saltLength: number) => ({ padding: constants.RSA_PKCS1_PSS_PADDING, saltLength })
const ecdsa = { dsaEncoding: 'ieee-p1363' as const }

/** The signature algorithms of RFC 7518 §3.1 and RFC 8037, and the type of key that each one uses. */
const schemes = new Map<unknown, Scheme>([
  ['RS256', { kind: 'RSA', hash: 'sha256' }],
  ['RS384', { kind: 'RSA', hash: 'sha384' }],
  ['RS512', { kind: 'RSA', hash: 'sha512' }],
  ['PS256', { kind: 'RSA', hash: 'sha256', input: pss(32) }],
  ['PS384', { kind: 'RSA', hash: 'sha384', input: pss(48) }],
  ['PS512', { kind: 'RSA', hash: 'sha512', input: pss(64) }],
  ['ES256', { kind: 'P-256', hash: 'sha256', input: ecdsa }],
  ['ES384', { kind: 'P-384', hash: 'sha384', input: ecdsa }],
  ['ES512', { kind: 'P-521', hash: 'sha512', input: ecdsa }],
  ['EdDSA', { kind: 'Ed25519', hash: null }]
])
const hmacHashes = new Map<unknown, string>([['HS256', 'sha256'], ['HS384', 'sha384'], ['HS512', 'sha512']])

/**
 * Creates a compact JWS.
 *
 * @param header written unchanged. Its `alg` selects the signature algorithm if the key supports it
 * @param key signs the token
 */
export function signToken (header: Values, claims: Values, key: SigningKey): string {
  const input = `${encode(header)}.${encode(claims)}`
  return `${input}.${signature(Buffer.from(input), header.alg, key).toString('base64url')}`
}

function encode (values: Values): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url')
}

function signature (input: Buffer, alg: unknown, key: SigningKey): Buffer {
  if (alg === 'none') return Buffer.alloc(0)
  const hmacHash = hmacHashes.get(alg)
  if (hmacHash !== undefined) return createHmac(hmacHash, key.publicKey.export({ type: 'spki', format: 'pem' })).update(input).digest()
  const own = schemes.get(key.algorithm) as Scheme
  const asked = schemes.get(alg)
  const { hash, input: parameters } = asked?.kind === own.kind ? asked : own
  return sign(hash, input, { key: key.privateKey, ...parameters })
}
