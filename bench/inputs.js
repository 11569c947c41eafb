/**
 * What every subject is given: an issuer, tokens it signed, and databases with the same 10,000 people. Signing takes the longest,
 * so tokens are kept in `.data` and used again until an hour before they expire.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { promisify } from 'node:util'

export const dataDirectory = join(import.meta.dirname, '.data')
export const people = 10_000
/** More than any cache here holds: taken in turn, none of them is found in one. */
export const tokenCount = 60_000
export const clientId = 'web'

const kid = 'bench'
const lifetime = 30 * 24 * 3600
const spareTime = 3600
const issuerFile = join(dataDirectory, 'issuer.json')
const tokensFile = join(dataDirectory, 'tokens.txt')

export const idOf = index => `00000000-0000-4000-8000-${index.toString(16).padStart(12, '0')}`
export const subjectOf = index => `auth|${index}`
export const emailOf = index => `person-${index}@example.com`

/** @returns the issuer's public face, and a function that closes it */
export async function startIssuer () {
  mkdirSync(dataDirectory, { recursive: true })
  const known = existsSync(issuerFile) ? JSON.parse(readFileSync(issuerFile, 'utf8')) : undefined
  const usable = known !== undefined && known.expiresAt > Date.now() / 1000 + spareTime
  if (!usable) rmSync(dataDirectory, { recursive: true, force: true })
  const server = await listen(usable ? known.port : 0)
  const { port } = server.address()
  const issuer = `http://127.0.0.1:${port}`
  const privateKey = usable ? createPrivateKey(known.privateKey) : generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  const publicKey = createPublicKey(privateKey)
  if (!usable) await signAll(issuer, port, privateKey)
  const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' }] }
  const jwksUri = `${issuer}/.well-known/jwks.json`
  const documents = { '/.well-known/jwks.json': jwks, '/.well-known/openid-configuration': discovery(issuer, jwksUri) }
  server.on('request', (request, response) => {
    const document = documents[request.url]
    response.writeHead(document === undefined ? 404 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(document ?? {}))
  })
  return {
    issuer,
    jwksUri,
    publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }),
    close: () => { server.close(); server.closeAllConnections() }
  }
}

/** The token at an index is of the person at this index modulo the number of people. */
export function readTokens () {
  return readFileSync(tokensFile, 'utf8').split('\n')
}

async function listen (port) {
  const server = createServer()
  await new Promise((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve))
  return server
}

function discovery (issuer, jwksUri) {
  return {
    issuer,
    jwks_uri: jwksUri,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256']
  }
}

async function signAll (issuer, port, privateKey) {
  mkdirSync(dataDirectory, { recursive: true })
  console.error(`Signing ${tokenCount} tokens, which are used again next time`)
  const now = Math.floor(Date.now() / 1000)
  const header = encode({ alg: 'RS256', typ: 'JWT', kid })
  const signAsync = promisify(sign)
  const tokens = []
  for (let index = 0; index < tokenCount; index += 1000) {
    tokens.push(...await Promise.all(Array.from({ length: 1000 }, async (_, offset) => {
      const input = `${header}.${encode(claimsOf(issuer, index + offset, now))}`
      const signature = await signAsync('sha256', Buffer.from(input), privateKey)
      return `${input}.${signature.toString('base64url')}`
    })))
  }
  writeFileSync(tokensFile, tokens.join('\n'), { mode: 0o600 })
  writeFileSync(issuerFile, JSON.stringify({ port, expiresAt: now + lifetime, privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }) }), { mode: 0o600 })
}

/** As much as an OpenID provider's ID token usually says. */
function claimsOf (issuer, index, now) {
  const person = index % people
  return {
    iss: issuer,
    sub: subjectOf(person),
    aud: clientId,
    iat: now,
    exp: now + lifetime,
    auth_time: now,
    jti: `token-${index}`,
    email: emailOf(person),
    email_verified: true,
    name: `Person ${person}`,
    given_name: 'Person',
    family_name: String(person)
  }
}

function encode (value) {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
