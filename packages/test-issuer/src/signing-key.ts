import { KeyObject, type JsonWebKey } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose'
import type { Algorithm } from './test-issuer.js'

/** A key pair that signs tokens. */
export interface SigningKey {
  /** The thumbprint of the public key (RFC 7638). */
  readonly kid: string
  readonly algorithm: Algorithm
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  /** Its entry in the key set. */
  readonly jwk: Readonly<JsonWebKey>
}

/** Keys of closed issuers, for reuse. Generating an RSA key takes a fifth of a second, and a test file starts many issuers. */
const spare: SigningKey[] = []

/** Returns a key that no open issuer in this process uses. */
export async function takeSigningKey (algorithm: Algorithm): Promise<SigningKey> {
  const index = spare.findIndex(key => key.algorithm === algorithm)
  return index === -1 ? await generateSigningKey(algorithm) : spare.splice(index, 1)[0] as SigningKey
}

/** Returns the keys of a closed issuer for reuse. */
export function giveBackSigningKeys (keys: Iterable<SigningKey>): void {
  spare.push(...keys)
}

async function generateSigningKey (algorithm: Algorithm): Promise<SigningKey> {
  const pair = await generateKeyPair(algorithm, { extractable: true })
  const jwk = await exportJWK(pair.publicKey)
  const kid = await calculateJwkThumbprint(jwk)
  return {
    kid,
    algorithm,
    // A KeyObject, unlike a CryptoKey, is not tied to one algorithm: see sign-token.ts.
    privateKey: KeyObject.from(pair.privateKey),
    publicKey: KeyObject.from(pair.publicKey),
    jwk: { ...jwk, kid, alg: algorithm, use: 'sig' }
  }
}
