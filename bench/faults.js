/** Measures how each JWKS client handles faults of the issuer and of clients. In one process; the clock is moved instead of waiting. */
import fastifyJwt from '@fastify/jwt'
import tokenVerifier from '@latchkey/token-verifier'
import { startTestIssuer } from '@latchkey/test-issuer'
import { JwtVerifier } from 'aws-jwt-verify'
import { SimpleJwksCache } from 'aws-jwt-verify/jwk'
import { createVerifier } from 'fast-jwt'
import Fastify from 'fastify'
import fastifyJwtJwks from 'fastify-jwt-jwks'
import buildGetJwks from 'get-jwks'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import jwksRsa from 'jwks-rsa'

const dayInSeconds = 24 * 3600
/** How long to wait for a rotated key to be accepted, and for a request to an issuer that hangs. */
const patienceMs = 15_000
/** Longer than any of them considers keys fresh, except fastify-jwt-jwks (a week) and aws-jwt-verify (forever). */
const laterMs = 11 * 60_000

/** Each returns a function that verifies a token with the issuer's keys, or throws. Nothing is fetched yet. */
export const keepers = {
  'get-jwks (with @fastify/jwt)': async ({ issuer, clientId }) => {
    const jwks = buildGetJwks({ issuersWhitelist: [issuer] })
    const app = Fastify()
    await app.register(fastifyJwt, {
      decode: { complete: true },
      secret: (_request, { header: { kid, alg }, payload: { iss } }) => jwks.getPublicKey({ kid, domain: iss, alg }),
      verify: { algorithms: ['RS256'], allowedIss: issuer, allowedAud: clientId }
    })
    app.get('/', { preValidation: request => request.jwtVerify() }, async () => 'ok')
    return byInjection(app)
  },
  'fastify-jwt-jwks': async ({ issuer, jwksUri, clientId }) => {
    const app = Fastify()
    await app.register(fastifyJwtJwks, { jwksUrl: jwksUri, issuer, audience: clientId })
    app.get('/', { preValidation: app.authenticate }, async () => 'ok')
    return byInjection(app)
  },
  jose: async ({ issuer, jwksUri, clientId }) => {
    const keys = createRemoteJWKSet(new URL(jwksUri))
    return token => jwtVerify(token, keys, { issuer, audience: clientId, algorithms: ['RS256'] })
  },
  'jwks-rsa': async ({ issuer, jwksUri, clientId }) => {
    const client = jwksRsa({ jwksUri, cache: true, rateLimit: true, jwksRequestsPerMinute: 10 })
    return createVerifier({
      key: async ({ header: { kid } }) => (await client.getSigningKey(kid)).getPublicKey(),
      algorithms: ['RS256'],
      allowedIss: issuer,
      allowedAud: clientId
    })
  },
  'aws-jwt-verify': async ({ issuer, jwksUri, clientId }) => {
    const verifier = JwtVerifier.create({ issuer, jwksUri, audience: clientId }, { jwksCache: new SimpleJwksCache({ fetcher: plainFetcher }) })
    return token => verifier.verify(token)
  },
  Latchkey: async ({ issuer, clientId }) => {
    const app = Fastify()
    await app.register(tokenVerifier, { issuers: [{ id: 'bench', issuer, clientId }] })
    await app.ready()
    return token => app.tokenVerifier.verify(app, token)
  }
}

/** aws-jwt-verify's own knows https only; the same times. */
const plainFetcher = {
  fetch: async uri => {
    const response = await fetch(uri, { signal: AbortSignal.timeout(3000), redirect: 'error' })
    if (response.status !== 200) throw new Error(`Status ${response.status}`)
    return await response.arrayBuffer()
  }
}

function byInjection (app) {
  return async token => {
    const { statusCode, body } = await app.inject({ url: '/', headers: { authorization: `Bearer ${token}` } })
    if (statusCode !== 200) throw new Error(body)
  }
}

/** Each makes the fault for one keeper and says what happened. */
const faults = {
  'fetches by 50 requests at once, cold': async (keeper, issuer, token) => {
    const before = issuer.requests.jwks
    const outcomes = await Promise.all(Array.from({ length: 50 }, async (_, index) => await succeeds(keeper, await token({ subject: `user-${index}` }))))
    return `${issuer.requests.jwks - before}${refusals(outcomes)}`
  },
  'fetches by 20 invented key ids': async (keeper, issuer, token) => {
    await succeeds(keeper, await token())
    const before = issuer.requests.jwks
    await flood(keeper, token)
    return String(issuer.requests.jwks - before)
  },
  'a new key, accepted after': async (keeper, issuer, token) => {
    await succeeds(keeper, await token())
    await issuer.rotateKey()
    return await untilAccepted(keeper, token)
  },
  'the same after that flood': async (keeper, issuer, token) => {
    await succeeds(keeper, await token())
    await flood(keeper, token)
    await issuer.rotateKey()
    return await untilAccepted(keeper, token)
  },
  'issuer answers 500, 11 minutes later': async (keeper, issuer, token) => {
    await succeeds(keeper, await token())
    await issuer.behave('error')
    // Signed now: where a clock is not set forward, they would be of the future.
    const tokens = await Promise.all(Array.from({ length: 5 }, async (_, index) => await token({ subject: `later-${index}` })))
    return await later(async () => {
      const outcomes = []
      for (const unseen of tokens) outcomes.push(await succeeds(keeper, unseen))
      return outcomes.every(Boolean) ? 'goes on' : `refuses ${outcomes.filter(outcome => !outcome).length} of 5`
    })
  },
  'issuer hangs, cold: an answer after': async (keeper, issuer, token) => {
    await issuer.behave('hanging')
    const begun = performance.now()
    const ended = await Promise.race([succeeds(keeper, await token()).then(() => true), wait(patienceMs).then(() => false)])
    return ended ? seconds(performance.now() - begun) : `more than ${seconds(patienceMs)}`
  }
}

/** @returns a row for each fault */
export async function measureFaults (report) {
  const rows = []
  for (const [fault, make] of Object.entries(faults)) {
    const row = [fault]
    for (const [name, open] of Object.entries(keepers)) {
      const issuer = await startTestIssuer()
      const token = options => issuer.idToken({ expiresIn: dayInSeconds, ...options })
      row.push(await make(await open(issuer), issuer, token))
      await issuer.close()
      report(`${fault}, ${name}: ${row.at(-1)}`)
    }
    rows.push(row)
  }
  return rows
}

async function succeeds (keeper, token) {
  try {
    await keeper(token)
    return true
  } catch {
    return false
  }
}

async function flood (keeper, token) {
  for (let index = 0; index < 20; index++) await succeeds(keeper, await token({ header: { kid: `invented-${index}` } }))
}

async function untilAccepted (keeper, token) {
  const begun = performance.now()
  for (;;) {
    if (await succeeds(keeper, await token())) return seconds(performance.now() - begun)
    if (performance.now() - begun > patienceMs) return `more than ${seconds(patienceMs)}`
    await wait(250)
  }
}

/** With all clocks ahead. */
async function later (work) {
  const { now } = Date
  const elapsed = performance.now
  Date.now = () => now() + laterMs
  performance.now = () => elapsed.call(performance) + laterMs
  try {
    return await work()
  } finally {
    Date.now = now
    performance.now = elapsed
  }
}

function refusals (outcomes) {
  const refused = outcomes.filter(outcome => !outcome).length
  return refused === 0 ? '' : `, and ${refused} refused`
}

function wait (ms) {
  return new Promise(resolve => setTimeout(resolve, ms))
}

function seconds (ms) {
  return `${(ms / 1000).toFixed(1)} s`
}
