import { generateKeyPairSync, sign, type JsonWebKey, type KeyObject } from 'node:crypto'
import type { Test } from 'tap'
import { startDocumentServer } from './document-server.js'
import { segmentsOf, rawToken } from './raw-token.js'

/** A key pair whose public half a test can publish in any form. */
export interface PublishedKey {
  readonly kid: string
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  readonly jwk: JsonWebKey
}

/** An issuer that publishes whatever a test puts into its key set. */
export interface KeyPublisher {
  readonly issuer: string
  readonly clientId: string
  readonly jwksUri: string
  /** The requested paths. */
  readonly asked: readonly string[]
  publish (...keys: readonly object[]): void
  /** Claims of a valid token with a long lifetime. */
  claims (more?: object): object
}

export async function startKeyPublisher (t: Test): Promise<KeyPublisher> {
  const { url, documents, asked } = await startDocumentServer(t)
  const jwksUri = `${url}/jwks`
  documents.set('/.well-known/openid-configuration', { issuer: url, jwks_uri: jwksUri })
  documents.set('/jwks', { keys: [] })
  const now = Math.floor(Date.now() / 1000)
  return {
    issuer: url,
    clientId: 'web',
    jwksUri,
    asked,
    publish: (...keys) => { documents.set('/jwks', { keys }) },
    claims: more => ({ iss: url, aud: 'web', sub: 'user-1', email: 'user-1@example.com', iat: now, exp: now + 3600, ...more })
  }
}

export function rsaKey (kid: string): PublishedKey {
  return published(kid, generateKeyPairSync('rsa', { modulusLength: 2048 }))
}

export function ecKey (kid: string): PublishedKey {
  return published(kid, generateKeyPairSync('ec', { namedCurve: 'P-256' }))
}

export function edKey (kid: string): PublishedKey {
  return published(kid, generateKeyPairSync('ed25519'))
}

function published (kid: string, { privateKey, publicKey }: { privateKey: KeyObject, publicKey: KeyObject }): PublishedKey {
  return { kid, privateKey, publicKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid } }
}

/** Signs with SHA-256, in the encoding of JWS unless told otherwise. */
export function signed (header: object, claims: object, { privateKey }: PublishedKey, { padding, dsaEncoding = 'ieee-p1363' }: { padding?: number, dsaEncoding?: 'der' | 'ieee-p1363' } = {}): string {
  const input = segmentsOf(rawToken(header, claims)).slice(0, 2).join('.')
  const hash = privateKey.asymmetricKeyType === 'ed25519' ? null : 'sha256'
  const signature = sign(hash, Buffer.from(input), { key: privateKey, dsaEncoding, ...padding === undefined ? {} : { padding, saltLength: 32 } })
  return `${input}.${signature.toString('base64url')}`
}
