/**
 * The inputs of all subjects: an issuer, the tokens it signed, and 10,000 people. Signing takes the longest, so tokens are kept in
 * `.data` and reused until an hour before they expire.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { promisify } from 'node:util'

export const dataDirectory = join(import.meta.dirname, '.data')
export const people = 10_000
/** More than any cache here holds, so that tokens taken in turn are never found in one. */
export const tokenCount = 60_000
export const clientId = 'web'
/** The issuers that sign the tokens of `tokens-of-issuers.txt` in turn; the first one also signs all other tokens. */
export const issuerCount = 5
export const issuerTokenCount = 2000

const kidOf = index => `bench-${index}`
const lifetime = 30 * 24 * 3600
const spareTime = 3600
const issuerFile = join(dataDirectory, 'issuer.json')
const tokensFile = join(dataDirectory, 'tokens.txt')
const issuersFile = join(dataDirectory, 'tokens-of-issuers.txt')

export const idOf = index => `00000000-0000-4000-8000-${index.toString(16).padStart(12, '0')}`
export const subjectOf = index => `auth|${index}`
export const emailOf = index => `person-${index}@example.com`

/** @returns what the subjects need to know of the issuers, and a function that closes them */
export async function startIssuer () {
  mkdirSync(dataDirectory, { recursive: true })
  const known = existsSync(issuerFile) ? JSON.parse(readFileSync(issuerFile, 'utf8')) : undefined
  const usable = known?.privateKeys !== undefined && known.expiresAt > Date.now() / 1000 + spareTime
  if (!usable) rmSync(dataDirectory, { recursive: true, force: true })
  const server = await listen(usable ? known.port : 0)
  const { port } = server.address()
  const issuers = Array.from({ length: issuerCount }, (_, index) => `http://127.0.0.1:${port}${index === 0 ? '' : `/${index}`}`)
  const privateKeys = issuers.map((_, index) => usable ? createPrivateKey(known.privateKeys[index]) : generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey)
  const publicKeys = privateKeys.map(key => createPublicKey(key))
  if (!usable) await signAll(issuers, port, privateKeys)
  const documents = new Map(issuers.flatMap((issuer, index) => {
    const jwksUri = `${issuer}/.well-known/jwks.json`
    const { pathname } = new URL(jwksUri)
    const jwks = { keys: [{ ...publicKeys[index].export({ format: 'jwk' }), kid: kidOf(index), alg: 'RS256', use: 'sig' }] }
    return [[pathname, jwks], [pathname.replace('jwks.json', 'openid-configuration'), discovery(issuer, jwksUri)]]
  }))
  server.on('request', (request, response) => {
    const document = documents.get(request.url)
    response.writeHead(document === undefined ? 404 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(document ?? {}))
  })
  return {
    issuer: issuers[0],
    issuers,
    jwksUri: `${issuers[0]}/.well-known/jwks.json`,
    publicKeyPem: publicKeys[0].export({ type: 'spki', format: 'pem' }),
    close: () => { server.close(); server.closeAllConnections() }
  }
}

/** Token i belongs to person i modulo the number of people. */
export function readTokens () {
  return readFileSync(tokensFile, 'utf8').split('\n')
}

/** Token i belongs to person i, and is signed by issuer i modulo the number of issuers. */
export function readTokensOfIssuers () {
  return readFileSync(issuersFile, 'utf8').split('\n')
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

async function signAll (issuers, port, privateKeys) {
  mkdirSync(dataDirectory, { recursive: true })
  console.error(`Signing ${tokenCount + issuerTokenCount} tokens, which will be reused`)
  const now = Math.floor(Date.now() / 1000)
  const signAsync = promisify(sign)
  const signWith = async (which, index) => {
    const input = `${encode({ alg: 'RS256', typ: 'JWT', kid: kidOf(which) })}.${encode(claimsOf(issuers[which], index, now))}`
    return `${input}.${(await signAsync('sha256', Buffer.from(input), privateKeys[which])).toString('base64url')}`
  }
  const signMany = async (count, whichOf) => {
    const tokens = []
    for (let first = 0; first < count; first += 1000) {
      tokens.push(...await Promise.all(Array.from({ length: 1000 }, (_, offset) => signWith(whichOf(first + offset), first + offset))))
    }
    return tokens.join('\n')
  }
  writeFileSync(tokensFile, await signMany(tokenCount, () => 0), { mode: 0o600 })
  writeFileSync(issuersFile, await signMany(issuerTokenCount, index => index % issuerCount), { mode: 0o600 })
  writeFileSync(issuerFile, JSON.stringify({ port, expiresAt: now + lifetime, privateKeys: privateKeys.map(key => key.export({ type: 'pkcs8', format: 'pem' })) }), { mode: 0o600 })
}

/** What an OpenID provider's ID token usually contains. */
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
