import { createOpenIdProvider } from '@latchkey/provider-openid'
import { dialects } from '@latchkey/test-databases'
import { generateKeyPairSync } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import type { ProfileChange } from '../dist/index.js'
import { openCopies, profileFor, recordingAdapter } from './helpers/copies.js'

const steps = (found: readonly { step: string, ok: boolean }[]) => found.map(({ step, ok }) => `${step} ${ok ? 'ok' : 'failed'}`)

const [rsa, weak] = [2048, 1024].map(modulusLength => generateKeyPairSync('rsa', { modulusLength }).publicKey.export({ format: 'jwk' })) as [object, object]
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })

/** A provider whose token endpoint answers as it is told, beside an issuer's keys. */
async function startProvider (t: Test, { token = { status: 400, body: { error: 'invalid_grant' } }, document = {}, keys = [rsa, ec] }: { token?: { status: number, body: unknown }, document?: object, keys?: object[] } = {}) {
  const asked: { url: string | undefined, authorization: string | undefined, body: string }[] = []
  const bodyOf = async (request: IncomingMessage) => Buffer.concat(await request.toArray()).toString()
  const server = createServer(async (request, response) => {
    const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    asked.push({ url: request.url, authorization: request.headers.authorization, body: await bodyOf(request) })
    const answer = request.url === '/token'
      ? token
      : { status: 200, body: request.url === '/keys' ? { keys } : { issuer, jwks_uri: `${issuer}/keys`, token_endpoint: `${issuer}/token`, authorization_endpoint: `${issuer}/auth`, ...document } }
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => { server.closeAllConnections(); server.close() })
  return { options: { issuer: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, clientId: 'web' }, asked }
}

t.test('a working profile passes every step, and is not created', async t => {
  const { app } = await (await openCopies(t, 'sqlite')).open()
  const { options, asked } = await startProvider(t)
  const found = await app.authProfiles.check({ name: 'X', type: 'openid', options, clientSecret: 'hunter2' })
  t.strictSame(steps(found), ['options ok', 'conflict ok', 'discovery ok', 'keys ok', 'client ok'])
  t.match(found[3], { message: 'The issuer publishes 2 keys' })
  t.equal(asked.at(-1)?.authorization, `Basic ${Buffer.from('web:hunter2').toString('base64')}`)
  t.equal(app.authProfiles.list().length, 1)
  t.strictSame(await app.db.selectFrom('latchkey_authentication_profiles').select('id').execute(), [])
})

t.test('only keys that can verify tokens count', async t => {
  const { app } = await (await openCopies(t, 'sqlite')).open()
  const secret = { kty: 'oct', k: 'AAAA' }
  for (const [keys, algorithms, ok, message] of [
    [[rsa], undefined, true, /^The issuer publishes one key$/],
    [[weak, rsa, secret], undefined, true, /^The issuer publishes 3 keys, 1 of which can be used$/],
    [[weak, secret], undefined, false, /^The issuer publishes 2 keys, none of which can be used\. .*2048/],
    [[rsa], ['ES256'], false, /one key, none of which can be used\. .* allows only ES256/],
    [[rsa, ec], ['ES256'], true, /2 keys, 1 of which can be used/],
    [[], undefined, false, /no keys/]
  ] as const) {
    const { options } = await startProvider(t, { keys: [...keys] })
    const found = await app.authProfiles.check({ name: 'X', type: 'openid', options: { ...options, ...algorithms !== undefined && { algorithms: [...algorithms] } } })
    t.equal(steps(found)[3], ok ? 'keys ok' : 'keys failed')
    t.match(found[3]?.message, message)
    t.equal(found.length, ok ? 5 : 4, 'and the client is asked for only then')
  }
})

t.test('a client unknown to the provider fails, and its answer is not repeated', async t => {
  const copy = await (await openCopies(t, 'sqlite')).open()
  for (const [token, last, message] of [
    [{ status: 401, body: { error: 'invalid_client', error_description: 'the-answer' } }, 'client failed', /client ID, the secret/],
    [{ status: 500, body: 'the-answer' }, 'client failed', /unexpected answer/],
    [{ status: 200, body: { id_token: 'the-answer' } }, 'client failed', /./]
  ] as const) {
    const { options } = await startProvider(t, { token })
    const found = await copy.app.authProfiles.check({ name: 'X', type: 'openid', options, clientSecret: 'hunter2' })
    t.equal(steps(found).at(-1), last)
    t.match(found.at(-1)?.message, message)
    t.notMatch(JSON.stringify(found), /the-answer|hunter2/)
  }
})

t.test('an issuer with an unexpected answer fails, with the reason', async t => {
  const copies = await openCopies(t, 'sqlite')
  const { app } = await copies.open()
  const check = async (options: object) => await app.authProfiles.check({ name: 'X', type: 'openid', options: { clientId: 'web', ...options } })
  const partner = await copies.issuer()
  const messages: Record<string, RegExp> = { down: /ECONNREFUSED/, error: /status 500/, garbage: /did not respond with a JSON object/, huge: /more than/, redirect: /status 302/ }
  for (const [behavior, message] of Object.entries(messages)) {
    await partner.behave(behavior as 'down')
    const found = await check({ issuer: partner.issuer })
    t.strictSame(steps(found), ['options ok', 'conflict ok', 'discovery failed'], behavior)
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

t.test('in production no request is sent to this machine', async t => {
  const { app } = await (await openCopies(t, 'sqlite')).open({ production: true })
  const { options, asked } = await startProvider(t)
  t.match(await app.authProfiles.check({ name: 'X', type: 'openid', options }), [{ step: 'options', ok: false, message: /https/ }])
  t.match(await app.authProfiles.check({ name: 'X', type: 'openid', options: { ...options, issuer: 'https://id.example.com', jwksUri: `${options.issuer}/keys` } }), [{ step: 'options', ok: false, message: /https/ }])
  t.strictSame(asked, [])
})

for (const dialect of dialects) {
  t.test(`${dialect}: an existing profile is tested with its own secret, as it is or with changes, and is not changed`, async t => {
    const { app } = await (await openCopies(t, dialect)).open()
    const { options, asked } = await startProvider(t)
    const { id } = await app.authProfiles.create({ name: 'X', type: 'openid', options, clientSecret: 'hunter2' })
    const rows = async () => JSON.stringify([await app.db.selectFrom('latchkey_authentication_profiles').selectAll().execute(), await app.db.selectFrom('latchkey_authentication_version').selectAll().execute()])
    const [before, provider] = [await rows(), app.authProfiles.provider(id)]
    const basic = (client: string, secret: string) => `Basic ${Buffer.from(`${client}:${secret}`).toString('base64')}`
    const tested = async (change: ProfileChange) => {
      asked.length = 0
      const found = steps(await app.authProfiles.checkChange(id, change))
      return { found, authorization: asked.at(-1)?.authorization }
    }
    const fine = ['options ok', 'conflict ok', 'discovery ok', 'keys ok', 'client ok']
    t.strictSame(await tested({}), { found: fine, authorization: basic('web', 'hunter2') })
    t.strictSame(await tested({ name: 'Y', options: { clientId: 'other' } }), { found: fine, authorization: basic('other', 'hunter2') })
    t.strictSame(await tested({ clientSecret: 'another' }), { found: fine, authorization: basic('web', 'another') })
    t.strictSame(await tested({ clientSecret: null }), { found: fine, authorization: undefined })
    t.strictSame((await tested({ options: { issuer: 'http://id.example.com' }, clientSecret: 'another' })).found, ['options failed'])
    t.strictSame((await tested({ callbackUrls: ['no url'] })).found, ['options failed'])
    t.strictSame((await tested({ options: { nonsense: 1 } })).found, ['options failed'])
    t.strictSame(asked, [])
    const { id: other } = await app.authProfiles.create({ name: 'Z', type: 'openid', options: { ...options, clientId: 'other' } })
    t.strictSame((await tested({ options: { clientId: 'other' } })).found[1], 'conflict failed', 'another one takes its tokens')
    await app.authProfiles.delete(other)
    t.equal(JSON.parse(await rows())[0].length, 1)
    t.equal(JSON.stringify(JSON.parse(await rows())[0]), JSON.stringify(JSON.parse(before)[0]))
    t.equal(app.authProfiles.provider(id), provider, 'the adapter in use is the same')
  })

  t.test(`${dialect}: a stored secret is never sent to a server other than the one it was entered for`, async t => {
    const { app, log } = await (await openCopies(t, dialect)).open()
    const [own, foreign] = [await startProvider(t), await startProvider(t)]
    const { id } = await app.authProfiles.create({ name: 'X', type: 'openid', options: own.options, clientSecret: 'hunter2-the-stored-one' })
    for (const change of [
      { options: { issuer: foreign.options.issuer } }, { options: { issuer: `${own.options.issuer}/` } }, { options: { domain: 'evil.example.com' } }, { options: { endpoint: foreign.options.issuer } }, { options: { region: 'x' } },
      { type: 'auth0', options: { domain: 'evil.example.com' } }, { options: { issuer: null, domain: 'evil.example.com' } }
    ]) await t.rejects(app.authProfiles.checkChange(id, change), { code: 'AUTH_PROFILES_ERR_INVALID_PROFILE', details: { clientSecret: /must be entered again/ } }, JSON.stringify(change))
    t.strictSame([...own.asked, ...foreign.asked], [])
    const found = [
      await app.authProfiles.checkChange(id, { options: { issuer: foreign.options.issuer }, clientSecret: 'given-anew' }),
      await app.authProfiles.checkChange(id, { options: { issuer: foreign.options.issuer }, clientSecret: null })
    ]
    for (const each of found) t.strictSame(steps(each).at(-1), 'client ok')
    t.ok(foreign.asked.length > 0)
    t.notMatch(JSON.stringify([foreign.asked, found]), new RegExp(`hunter2|${Buffer.from('hunter2-the-stored-one').toString('base64').slice(4, 20)}`))
    t.notMatch(log(), /hunter2/)
  })

  t.test(`${dialect}: a configured profile is tested as it is, and stays in use`, async t => {
    const copies = await openCopies(t, dialect)
    const { app } = await copies.open()
    const provider = app.authProfiles.provider('main')
    t.strictSame(steps(await app.authProfiles.checkChange('main', {})).slice(0, 4), ['options ok', 'conflict ok', 'discovery ok', 'keys ok'])
    await copies.main.behave('error')
    t.match((await app.authProfiles.checkChange('main', {})).at(-1), { step: 'discovery', ok: false })
    await t.rejects(app.authProfiles.checkChange('main', { name: 'Y' }), { code: 'AUTH_PROFILES_ERR_DECLARED_IN_CONFIGURATION' })
    await t.rejects(app.authProfiles.checkChange('nobody', {}), { code: 'AUTH_PROFILES_ERR_PROFILE_NOT_FOUND' })
    await t.rejects(app.authProfiles.checkChange('\0', {}), { code: 'AUTH_PROFILES_ERR_PROFILE_NOT_FOUND' })
    t.equal(app.authProfiles.provider('main'), provider)
  })

  t.test(`${dialect}: a profile that could not be opened reports what is wrong with it`, async t => {
    const copies = await openCopies(t, dialect)
    const { opened, registry } = recordingAdapter()
    const first = await copies.open({ providers: { ...registry, openid: createOpenIdProvider } })
    const { options } = await startProvider(t)
    const { id } = await first.app.authProfiles.create({ name: 'Old', type: 'recording', options: { ...options, issuer: options.issuer } })
    const { id: sealed } = await first.app.authProfiles.create({ name: 'Sealed', type: 'openid', options: { ...options, clientId: 'sealed' }, clientSecret: 'hunter2' })
    const live = opened.length
    t.strictSame(steps(await first.app.authProfiles.checkChange(id, {})).slice(0, 2), ['options ok', 'conflict ok'])
    t.strictSame(opened.map(({ closed }) => closed).slice(live - 1), [false, true], 'what was opened for a test is closed again, and nothing else')
    await first.close()
    const { app } = await copies.open()
    t.match(app.authProfiles.leftOut(), [{ id }])
    t.match(await app.authProfiles.checkChange(id, {}), [{ step: 'options', ok: false, message: /there is no provider "recording"/ }])
    t.strictSame(steps(await app.authProfiles.checkChange(id, { type: 'openid' })).at(-1), 'client ok', 'and whether a change would mend it')
    const { app: locked } = await copies.open({ secretKey: 'another secret key of more than 32 characters' }).catch(() => ({ app: null }))
    if (locked !== null) await t.rejects(locked.authProfiles.checkChange(sealed, {}), { code: 'AUTH_PROFILES_ERR_SECRET_UNREADABLE' })
  })
}
