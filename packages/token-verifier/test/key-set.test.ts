import { createSecretKey, generateKeyPairSync, type JsonWebKey, type KeyObject } from 'node:crypto'
import t from 'tap'
import { countUsableKeys } from '../dist/index.js'
import { findKey, readKeySet } from '../dist/key-set.js'

const jwkOf = (key: KeyObject): JsonWebKey => key.export({ format: 'jwk' })
const rsaPair = generateKeyPairSync('rsa', { modulusLength: 2048 })
const rsa = jwkOf(rsaPair.publicKey)
const ecPair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const ec = jwkOf(ecPair.publicKey)
const ed = jwkOf(generateKeyPairSync('ed25519').publicKey)
const curve = (namedCurve: string): JsonWebKey => jwkOf(generateKeyPairSync('ec', { namedCurve }).publicKey)

const algorithmsOf = (...jwks: unknown[]) => readKeySet(jwks).keys.map(key => key.algorithms)

const usable: [string, JsonWebKey, string[]][] = [
  ['RSA', rsa, ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']],
  ['RSA for one algorithm', { ...rsa, alg: 'PS384' }, ['PS384']],
  ['P-256', ec, ['ES256']],
  ['P-256 with its algorithm', { ...ec, alg: 'ES256' }, ['ES256']],
  ['P-384', curve('P-384'), ['ES384']],
  ['P-521', curve('P-521'), ['ES512']],
  ['Ed25519', ed, ['EdDSA']],
  ['use sig', { ...ec, use: 'sig' }, ['ES256']],
  ['key_ops with verify', { ...ec, key_ops: ['verify'] }, ['ES256']],
  ['certificates, which are not looked at', { ...ec, x5c: ['nonsense'], x5u: 'http://evil.example.com' }, ['ES256']]
]
for (const [what, jwk, algorithms] of usable) {
  t.test(`takes ${what}`, async t => {
    const [key] = readKeySet([{ ...jwk, kid: 'a' }]).keys
    t.match(key, { kid: 'a', algorithms, pem: /^-----BEGIN PUBLIC KEY-----/ })
  })
}

const unusable: [string, unknown][] = [
  ['no object', 'key'],
  ['null', null],
  ['an empty object', {}],
  ['an unknown type', { ...rsa, kty: 'DSA' }],
  ['a curve that is an object without text', { ...ec, crv: { toString: 1 } }],
  ['RSA of 1024 bits', jwkOf(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey)],
  ['RSA with an exponent of 1', { ...rsa, e: 'AQ' }],
  ['RSA without a modulus', { ...rsa, n: undefined }],
  ['secp256k1', curve('secp256k1')],
  ['Ed448', jwkOf(generateKeyPairSync('ed448').publicKey)],
  ['X25519', jwkOf(generateKeyPairSync('x25519').publicKey)],
  ['a point that is not on its curve', { ...ec, x: ec.y, y: ec.x }],
  ['a curve that is not its own', { ...ec, crv: 'P-384' }],
  ['an algorithm of another type', { ...rsa, alg: 'ES256' }],
  ['an algorithm of another curve', { ...ec, alg: 'ES384' }],
  ['an encryption algorithm', { ...rsa, alg: 'RSA-OAEP' }],
  ['a symmetric algorithm', { ...rsa, alg: 'HS256' }],
  ['algorithm none', { ...rsa, alg: 'none' }],
  ['an algorithm that is no string', { ...rsa, alg: ['RS256'] }],
  ['use enc', { ...rsa, use: 'enc' }],
  ['use that is no string', { ...rsa, use: ['sig'] }],
  ['key_ops without verify', { ...rsa, key_ops: ['encrypt'] }],
  ['key_ops that is no list', { ...rsa, key_ops: 'verify' }],
  ['a kid that is no string', { ...rsa, kid: 7 }],
  ['a private RSA key', jwkOf(rsaPair.privateKey)],
  ['a private EC key', jwkOf(ecPair.privateKey)],
  ['a symmetric key', jwkOf(createSecretKey(Buffer.alloc(32, 1)))],
  ['a symmetric key that claims to be RSA', { ...rsa, k: 'c2VjcmV0' }]
]
for (const [what, jwk] of unusable) {
  t.test(`leaves out ${what}, and keeps the others`, async t => {
    t.strictSame(algorithmsOf(jwk, ed), [['EdDSA']])
  })
}

t.test('reads no more than 100 keys', async t => {
  t.equal(readKeySet(Array.from({ length: 101 }, (_, index) => ({ ...ed, kid: String(index) }))).keys.length, 100)
})

t.test('counts the keys that can verify tokens, by accepted algorithms', async t => {
  const jwks = [rsa, ec, { ...ed, use: 'enc' }, { kty: 'oct', k: 'AAAA' }, null]
  t.equal(countUsableKeys(jwks), 2)
  t.equal(countUsableKeys(jwks, ['ES256', 'EdDSA']), 1)
  t.equal(countUsableKeys(jwks, []), 0)
})

t.test('key sets differ by anything but the order of the keys', async t => {
  const { fingerprint } = readKeySet([{ ...ec, kid: 'a' }, { ...ed, kid: 'b' }])
  t.equal(readKeySet([{ ...ed, kid: 'b' }, { ...ec, kid: 'a' }]).fingerprint, fingerprint)
  for (const others of [[{ ...ec, kid: 'a' }], [{ ...ec, kid: 'b' }, { ...ed, kid: 'a' }], [{ ...rsa, kid: 'a' }, { ...ed, kid: 'b' }]]) {
    t.not(readKeySet(others).fingerprint, fingerprint)
  }
  t.not(readKeySet([{ ...rsa, alg: 'RS256' }]).fingerprint, readKeySet([{ ...rsa, alg: 'RS512' }]).fingerprint)
})

const keySet = readKeySet([{ ...rsa, kid: 'a', alg: 'RS256' }, { ...ec, kid: 'b' }, { ...ed, kid: 'c' }, { ...curve('P-256') }, { ...ed, kid: 'a' }])
const found: [string, string | undefined, string, string | undefined][] = [
  ['the key of the id', 'b', 'ES256', 'b'],
  ['of two keys with the id the one that suits the algorithm', 'a', 'EdDSA', 'a'],
  ['without an id the only one that suits the algorithm', undefined, 'RS256', 'a'],
  ['without an id none of several', undefined, 'ES256', undefined],
  ['without an id none that does not suit', undefined, 'RS512', undefined],
  ['none of an unknown id, not even one that has no id', 'd', 'ES256', undefined]
]
for (const [what, kid, alg, expected] of found) {
  t.test(`finds ${what}`, async t => {
    const key = findKey(keySet, kid, alg)
    t.not(key, 'unsuitable')
    t.equal((key as { kid?: string } | undefined)?.kid, expected)
  })
}

t.test('a named key for another algorithm is unsuitable', async t => {
  t.equal(findKey(keySet, 'b', 'RS256'), 'unsuitable')
  t.equal(findKey(keySet, 'a', 'RS512'), 'unsuitable')
})
