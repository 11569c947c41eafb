/**
 * Measures what a request costs with a new token and with a cached one. Prints microseconds of processor time.
 * Build first, then run `node bench/verify.js`.
 */
import tokenVerifier from '@latchkey/token-verifier'
import { startTestIssuer } from '@latchkey/test-issuer'
import Fastify from 'fastify'

const issuer = await startTestIssuer({ algorithm: process.argv[2] ?? 'RS256' })
const app = Fastify()
await app.register(tokenVerifier, { issuers: [{ id: 'main', issuer: issuer.issuer, clientId: issuer.clientId }] })
const request = authorization => ({ headers: { authorization }, raw: { rawHeaders: ['host', 'localhost', 'authorization', authorization] }, log: app.log, identity: null })

// A new string for every request, as the HTTP parser creates it.
const fresh = text => Buffer.from(text).toString('latin1')
const tokens = await Promise.all(Array.from({ length: 10_000 }, (_, i) => issuer.idToken({ subject: `user-${i}` })))
const headers = tokens.map(token => `Bearer ${token}`)

await measure('authenticate, new token', headers.slice(0, 1000))
await measure('authenticate, new token', headers.slice(1000))
await measure('authenticate, token seen once', headers)
await measure('authenticate, remembered token', headers)
await measure('authenticate, remembered token', headers)
await measure('authenticate, forged token', headers.slice(0, 5000).map(header => header.slice(0, -8) + 'AAAAAAAA'))
await measure('authenticate, unknown key id', await Promise.all(Array.from({ length: 2000 }, async (_, i) => `Bearer ${await issuer.idToken({ header: { kid: `invented-${i}` } })}`)))

await app.close()
await issuer.close()

async function measure (what, headers) {
  const requests = headers.map(header => request(fresh(header)))
  const begin = process.cpuUsage()
  for (const each of requests) {
    try { await app.tokenVerifier.authenticate(each) } catch {}
  }
  const { user, system } = process.cpuUsage(begin)
  const microseconds = (user + system) / requests.length
  console.log(`${what.padEnd(34)} ${microseconds.toFixed(1).padStart(6)} µs`)
}
