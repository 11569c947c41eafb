import type { Behavior } from '@latchkey/test-issuer'
import t, { type Test } from 'tap'
import { discoverKeys, fetchKeys } from '../dist/index.js'
import { createKeySetFetch } from '../dist/key-set-fetch.js'
import { createClock } from './helpers/clock.js'
import { startDocumentServer } from './helpers/document-server.js'
import { startIssuer } from './helpers/issuer.js'

const { now } = createClock()
/** From when it is asked: all files of a package run in one process, one after another. */
const inTime = () => AbortSignal.timeout(20_000)
const discovery = '/.well-known/openid-configuration'

for (const shape of ['openid', 'cognito', 'auth0'] as const) {
  t.test(`finds the keys of an issuer as ${shape} writes it`, async t => {
    const issuer = await startIssuer(t, { shape })
    t.equal((await createKeySetFetch({ issuer: issuer.issuer, keysAt: undefined, now })(inTime())).length, 1)
    t.strictSame(issuer.requests, { discovery: 1, jwks: 1 })
  })
}

t.test('with jwksUri, does no discovery', async t => {
  const issuer = await startIssuer(t)
  t.equal((await createKeySetFetch({ issuer: issuer.issuer, keysAt: issuer.jwksUri, now })(inTime())).length, 1)
  t.strictSame(issuer.requests, { discovery: 0, jwks: 1 })
})

t.test('repeats discovery every five minutes, and after a failure', async t => {
  const issuer = await startIssuer(t)
  const { now, advance } = createClock()
  const fetchKeySet = createKeySetFetch({ issuer: issuer.issuer, keysAt: undefined, now })
  await fetchKeySet(inTime())
  advance(5 * 60_000)
  await fetchKeySet(inTime())
  t.strictSame(issuer.requests, { discovery: 1, jwks: 2 })
  advance(1)
  await fetchKeySet(inTime())
  t.strictSame(issuer.requests, { discovery: 2, jwks: 3 })
  await issuer.behave('error')
  await t.rejects(fetchKeySet(inTime()))
  await issuer.behave('well')
  await fetchKeySet(inTime())
  t.strictSame(issuer.requests, { discovery: 3, jwks: 5 })
})

const faults: [Behavior, RegExp][] = [
  ['down', /ECONNREFUSED/],
  ['error', /answered with status 500/],
  ['garbage', /did not respond with a JSON object/],
  ['huge', /more than 262144 bytes/],
  ['redirect', /answered with status 302/]
]
for (const [behavior, message] of faults) {
  for (const source of ['discovery', 'jwksUri'] as const) {
    t.test(`fails when the issuer is ${behavior}, by ${source}`, async t => {
      const issuer = await startIssuer(t)
      await issuer.behave(behavior)
      const jwksUri = source === 'jwksUri' ? issuer.jwksUri : undefined
      await t.rejects(createKeySetFetch({ issuer: issuer.issuer, keysAt: jwksUri, now })(inTime()), { message })
    })
  }
}

t.test('stops on abort, whether the answer has not started or does not end', async t => {
  const issuer = await startIssuer(t)
  await issuer.behave('hanging')
  const server = await startDocumentServer(t)
  server.unfinished.add('/jwks')
  for (const jwksUri of [issuer.jwksUri, undefined, `${server.url}/jwks`]) {
    const abort = new AbortController()
    const pending = createKeySetFetch({ issuer: issuer.issuer, keysAt: jwksUri, now })(abort.signal)
    setTimeout(() => { abort.abort(new Error('enough')) }, 100)
    await t.rejects(pending, { message: /could not be reached \(enough\)/ })
  }
})

t.test('takes no keys from answers with a successful status other than 200', async t => {
  const server = await startDocumentServer(t)
  server.documents.set('/jwks', { keys: [] })
  server.statuses.set('/jwks', 203)
  await t.rejects(createKeySetFetch({ issuer: server.url, keysAt: `${server.url}/jwks`, now })(inTime()), { message: /status 203/ })
})

async function discovers (t: Test, document: (url: string) => unknown, issuerOf = (url: string) => url): Promise<unknown> {
  const server = await startDocumentServer(t)
  server.documents.set(discovery, document(server.url))
  server.documents.set('/jwks', { keys: ['a key'] })
  const issuer = issuerOf(server.url)
  return await createKeySetFetch({ issuer, keysAt: undefined, now })(inTime())
}

t.test('accepts a discovery document that names the issuer', async t => {
  t.strictSame(await discovers(t, url => ({ issuer: url, jwks_uri: `${url}/jwks` })), ['a key'])
})

const documents: [string, (url: string) => unknown, RegExp][] = [
  ['of another issuer', url => ({ issuer: 'https://evil.example.com', jwks_uri: `${url}/jwks` }), /names another issuer/],
  ['of the issuer but for a slash', url => ({ issuer: `${url}/`, jwks_uri: `${url}/jwks` }), /names another issuer/],
  ['of no issuer', url => ({ jwks_uri: `${url}/jwks` }), /names another issuer/],
  ['without jwks_uri', url => ({ issuer: url }), /names no jwks_uri/],
  ['with a list of jwks_uri', url => ({ issuer: url, jwks_uri: [`${url}/jwks`] }), /names no jwks_uri/],
  ['with jwks_uri by http elsewhere', url => ({ issuer: url, jwks_uri: 'http://id.example.com/jwks' }), /names no jwks_uri with https/],
  ['with jwks_uri in a file', url => ({ issuer: url, jwks_uri: 'file:///etc/jwks' }), /names no jwks_uri with https/],
  ['that is a list', () => [], /names another issuer/],
  ['that is null', () => 'null', /did not respond with a JSON object/]
]
for (const [what, document, message] of documents) {
  t.test(`does not believe a discovery document ${what}`, async t => {
    await t.rejects(discovers(t, document), { message })
  })
}

t.test('does not follow a remote server that refers to this machine', async t => {
  const issuer = 'https://id.example.com'
  const server = await startDocumentServer(t)
  server.documents.set('/jwks', { keys: ['a key'] })
  const { fetch } = globalThis
  t.teardown(() => { globalThis.fetch = fetch })
  // Stands in for an https server, whose certificate would have to be trusted.
  globalThis.fetch = async (url, options) =>
    url === issuer + discovery ? Response.json({ issuer, jwks_uri: `${server.url}/jwks` }) : await fetch(url, options)
  await t.rejects(createKeySetFetch({ issuer, keysAt: undefined, now })(inTime()), { message: /names no jwks_uri with https/ })
  t.strictSame(server.asked, [])
})

for (const [what, body] of [['no keys', {}], ['keys that are no list', { keys: { a: 1 } }], ['a list', []]] as const) {
  t.test(`a key set that is ${what} is none`, async t => {
    const server = await startDocumentServer(t)
    server.documents.set('/jwks', body)
    await t.rejects(createKeySetFetch({ issuer: server.url, keysAt: `${server.url}/jwks`, now })(inTime()), { message: /no list of keys/ })
  })
}

t.test('the exported functions fetch like the verifier, and report each answer', async t => {
  const issuer = await startIssuer(t)
  const types: (string | null)[] = []
  const asking = () => ({ signal: inTime(), onAnswer: (headers: Headers) => { types.push(headers.get('content-type')) } })
  t.equal(await discoverKeys(issuer.issuer, asking()), issuer.jwksUri)
  t.equal((await fetchKeys(issuer.jwksUri, asking())).length, 1)
  t.equal(types.length, 2)
  t.ok(types.every(type => type?.startsWith('application/json')))
})

t.test('plain http is used only for this machine, whoever names the address', async t => {
  const { fetch } = globalThis
  t.teardown(() => { globalThis.fetch = fetch })
  globalThis.fetch = async url => { throw new Error(`asked ${String(url)}`) }
  await t.rejects(fetchKeys('http://169.254.169.254/jwks', { signal: inTime() }), { message: /must be an https URL/ })
  await t.rejects(discoverKeys('http://id.example.com', { signal: inTime() }), { message: /must be an https URL/ })
})
