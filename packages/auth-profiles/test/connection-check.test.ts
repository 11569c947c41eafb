import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { openCopies, profileFor } from './helpers/copies.js'

const steps = (found: readonly { step: string, ok: boolean }[]) => found.map(({ step, ok }) => `${step} ${ok ? 'ok' : 'failed'}`)

/** A provider whose token endpoint answers as it is told, beside an issuer's keys. */
async function startProvider (t: Test, { token = { status: 400, body: { error: 'invalid_grant' } }, document = {} }: { token?: { status: number, body: unknown }, document?: object } = {}) {
  const asked: { url: string | undefined, authorization: string | undefined, body: string }[] = []
  const bodyOf = async (request: IncomingMessage) => Buffer.concat(await request.toArray()).toString()
  const server = createServer(async (request, response) => {
    const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    asked.push({ url: request.url, authorization: request.headers.authorization, body: await bodyOf(request) })
    const answer = request.url === '/token'
      ? token
      : { status: 200, body: request.url === '/keys' ? { keys: [{ kty: 'RSA' }, { kty: 'EC' }] } : { issuer, jwks_uri: `${issuer}/keys`, token_endpoint: `${issuer}/token`, authorization_endpoint: `${issuer}/auth`, ...document } }
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => { server.closeAllConnections(); server.close() })
  return { options: { issuer: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, clientId: 'web' }, asked }
}

t.test('a profile that would work passes every step, and nothing is made of it', async t => {
  const { app } = await (await openCopies(t, 'sqlite')).open()
  const { options, asked } = await startProvider(t)
  const found = await app.authProfiles.check({ name: 'X', type: 'openid', options, clientSecret: 'hunter2' })
  t.strictSame(steps(found), ['options ok', 'conflict ok', 'discovery ok', 'keys ok', 'client ok'])
  t.match(found[3], { message: 'The issuer publishes 2 keys' })
  t.equal(asked.at(-1)?.authorization, `Basic ${Buffer.from('web:hunter2').toString('base64')}`)
  t.equal(app.authProfiles.list().length, 1)
  t.strictSame(await app.db.selectFrom('latchkey_authentication_profiles').select('id').execute(), [])
})

t.test('a client that the provider does not know fails, and no answer is repeated', async t => {
  const copy = await (await openCopies(t, 'sqlite')).open()
  for (const [token, last, message] of [
    [{ status: 401, body: { error: 'invalid_client', error_description: 'the-answer' } }, 'client failed', /client id and the secret/],
    [{ status: 500, body: 'the-answer' }, 'client failed', /did not answer as it should/],
    [{ status: 200, body: { id_token: 'the-answer' } }, 'client failed', /./]
  ] as const) {
    const { options } = await startProvider(t, { token })
    const found = await copy.app.authProfiles.check({ name: 'X', type: 'openid', options, clientSecret: 'hunter2' })
    t.equal(steps(found).at(-1), last)
    t.match(found.at(-1)?.message, message)
    t.notMatch(JSON.stringify(found), /the-answer|hunter2/)
  }
})

t.test('an issuer that does not answer as it should fails, and says why', async t => {
  const copies = await openCopies(t, 'sqlite')
  const { app } = await copies.open()
  const check = async (options: object) => await app.authProfiles.check({ name: 'X', type: 'openid', options: { clientId: 'web', ...options } })
  const partner = await copies.issuer()
  const messages: Record<string, RegExp> = { down: /ECONNREFUSED/, error: /status 500/, garbage: /something else than a JSON object/, huge: /more than/, redirect: /status 302/ }
  for (const [behaviour, message] of Object.entries(messages)) {
    await partner.behave(behaviour as 'down')
    const found = await check({ issuer: partner.issuer })
    t.strictSame(steps(found), ['options ok', 'conflict ok', 'discovery failed'], behaviour)
    t.match(found[2]?.message, message)
  }
  for (const [document, message] of [[{ issuer: 'https://other.example.com' }, /another issuer/], [{ jwks_uri: 5 }, /jwks_uri/], [{ jwks_uri: 'http://example.com/keys' }, /https/]] as const) {
    const { options } = await startProvider(t, { document })
    t.match((await check(options)).at(-1), { ok: false, message })
  }
  t.match(await check({ issuer: 'http://169.254.169.254', clientId: 'web' }), [{ step: 'options', ok: false, message: /https/ }], 'what is neither https nor this machine is not asked')
  t.match(await check({ issuer: 'https://id.example.com', nonsense: 1 }), [{ step: 'options', ok: false, message: /nonsense is not an option/ }])
  t.match(await app.authProfiles.check(profileFor(copies.main)), [{}, { step: 'conflict', ok: false, message: /"Main"/ }, {}, {}, {}])
})

t.test('in production nothing on this machine is asked', async t => {
  const { app } = await (await openCopies(t, 'sqlite')).open({ production: true })
  const { options, asked } = await startProvider(t)
  t.match(await app.authProfiles.check({ name: 'X', type: 'openid', options }), [{ step: 'options', ok: false, message: /https/ }])
  t.match(await app.authProfiles.check({ name: 'X', type: 'openid', options: { ...options, issuer: 'https://id.example.com', jwksUri: `${options.issuer}/keys` } }), [{ step: 'options', ok: false, message: /https/ }])
  t.strictSame(asked, [])
})
