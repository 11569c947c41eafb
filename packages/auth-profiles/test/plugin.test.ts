import database from '@latchkey/database'
import rolePermissions from '@latchkey/role-permissions'
import { startTestIssuer } from '@latchkey/test-issuer'
import tokenVerifier from '@latchkey/token-verifier'
import usersStore from '@latchkey/users-store'
import Fastify from 'fastify'
import { CamelCasePlugin } from 'kysely'
import t from 'tap'
import authProfiles from '../dist/index.js'
import { createIssuerOnlyProvider, startApp } from './helpers/app.js'

t.test('needs the plugins it works on', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  await t.rejects(async () => await app.register(authProfiles, { profiles: [], providers: {} }), { code: 'FST_ERR_PLUGIN_DEPENDENCY_NOT_REGISTERED' })
})

t.test('as a hook of a REST app it sets the principal: guest, user, or a refusal', async t => {
  const { app, issuers } = await startApp(t, 'sqlite')
  const ask = async (authorization?: string) => await app.inject({ url: '/me', headers: authorization === undefined ? {} : { authorization } })
  const token = `Bearer ${await issuers[0]?.idToken({ subject: 'jane', email: 'jane@example.com' })}`

  t.match((await ask()).json(), { kind: 'guest', roles: [app.rolePermissions.find({ name: 'Guest' })?.id] })
  t.match(await ask(token), { statusCode: 404 })
  const user = await app.usersStore.create({ email: 'jane@example.com' })
  t.match((await ask(token)).json(), { kind: 'user', userId: user.id, email: 'jane@example.com', roles: [] })
  t.match(await ask('Basic abc'), { statusCode: 401 })
  t.match(await ask(`${token}x`), { statusCode: 401 })
})

t.test('a route that reads the header itself is left alone by the hook, and acts as a guest', async t => {
  const { app, issuers } = await startApp(t, 'sqlite', [{}], {}, async app => {
    app.get('/own', { onRequest: app.authProfiles.authenticate, config: { ownAuthorization: true } }, async ({ identity, principal }) => ({ identity, kind: principal?.kind }))
  })
  await app.usersStore.create({ email: 'jane@example.com' })
  for (const authorization of ['Basic abc', `Bearer ${await issuers[0]?.idToken({ subject: 'jane', email: 'jane@example.com' })}`]) {
    t.same((await app.inject({ url: '/own', headers: { authorization } })).json(), { identity: null, kind: 'guest' })
  }
})

t.test('a route that was registered before the plugins has its principal too', async t => {
  const issuer = await startTestIssuer()
  const app = Fastify()
  t.teardown(async () => { await app.close(); await issuer.close() })
  await app.register(async routes => {
    routes.get('/early', { onRequest: async request => { await app.authProfiles.authenticate(request) } }, async ({ principal }) => principal)
  })
  await app.register(database, { url: 'sqlite::memory:' })
  await app.register(usersStore)
  await app.register(rolePermissions)
  await app.register(tokenVerifier)
  await app.register(authProfiles, { providers: { test: createIssuerOnlyProvider }, profiles: [{ id: 'main', name: 'Main', type: 'test', issuer: issuer.issuer, clientId: issuer.clientId }] })
  t.match((await app.inject('/early')).json(), { kind: 'guest' })
  const { id } = await app.usersStore.create({ email: 'jane@example.com' })
  const authorization = `Bearer ${await issuer.idToken({ subject: 'jane', email: 'jane@example.com' })}`
  t.match((await app.inject({ url: '/early', headers: { authorization } })).json(), { kind: 'user', userId: id })
})

t.test('users have their names and roles where the app\'s own Kysely renames columns', async t => {
  const issuer = await startTestIssuer()
  const app = Fastify()
  const other = Fastify()
  t.teardown(async () => { await app.close(); await other.close(); await issuer.close() })
  await other.register(database, { url: 'sqlite::memory:' })
  await app.register(database, { kysely: other.db.withPlugin(new CamelCasePlugin()) })
  await app.register(usersStore)
  await app.register(rolePermissions, { roles: [{ name: 'Editor', permissions: {} }] })
  await app.register(tokenVerifier)
  await app.register(authProfiles, { providers: { test: createIssuerOnlyProvider }, profiles: [{ id: 'main', name: 'Main', type: 'test', issuer: issuer.issuer, clientId: issuer.clientId, roles: ['Editor'] }] })
  await app.ready()
  const identity = await app.tokenVerifier.verify({ log: app.log }, await issuer.idToken({ subject: 'jane', email: 'jane@example.com' }))
  await app.authProfiles.signUp(identity, { user: { email: 'jane@example.com', firstName: 'Jane' } })
  t.match(await app.authProfiles.resolve(identity), { user: { firstName: 'Jane', status: 'active' }, principal: { roles: [app.rolePermissions.find({ name: 'Editor' })?.id] } })
})

t.test('lists the profiles in order and finds them by id and name', async t => {
  const { app, issuers } = await startApp(t, 'sqlite', [{ name: 'First' }, { name: 'Second', selfSignUp: 'off', domain: 'id.example.com' }])
  t.strictSame(app.authProfiles.list().map(({ id }) => id), ['p0', 'p1'])
  t.match(app.authProfiles.list()[1], { name: 'Second', type: 'test', selfSignUp: 'off', domain: 'id.example.com', issuer: issuers[1]?.issuer, clientId: 'web', linkByEmail: 'verified', onEmailChange: 'reject' })
  t.equal(app.authProfiles.list()[0]?.domain, issuers[0]?.issuer, 'without a domain, the origin of the issuer')
  t.equal(app.authProfiles.find({ id: 'p1' }), app.authProfiles.list()[1])
  t.equal(app.authProfiles.find({ name: 'First' }), app.authProfiles.list()[0])
  t.equal(app.authProfiles.find({ id: 'p2' }), null)
  t.match(app.authProfiles.provider('p0'), { id: 'p0', type: 'test' })
  t.throws(() => app.authProfiles.provider('p2'), { code: 'AUTH_PROFILES_ERR_PROFILE_NOT_FOUND' })
})

t.test('closes the adapters with the app', async t => {
  let closed = 0
  const { app } = await startApp(t, 'sqlite', [{}], {
    providers: { test: (options: never) => ({ ...createIssuerOnlyProvider(options), close: async () => { closed++ } }) }
  })
  await app.close()
  t.equal(closed, 1)
})

const same = { issuer: 'https://id.example.com', clientId: 'web' }
const refused: [string, object[], object, RegExp][] = [
  ['no profile', [], { profiles: [] }, /profiles/],
  ['no registry', [{}], { providers: undefined }, /providers is required/],
  ['an unknown type', [{ type: 'saml' }], {}, /profiles\.0\.type: there is no provider "saml" \(available: test\)/],
  ['a type whose adapter is not there yet', [{ type: 'embedded' }], { providers: { test: createIssuerOnlyProvider, embedded: undefined } }, /profiles\.0\.type: providers\.embedded is not a function that opens an adapter: register the plugin that provides it before/],
  ['an unknown type beside one that is not there yet', [{ type: 'saml' }], { providers: { test: createIssuerOnlyProvider, embedded: undefined } }, /there is no provider "saml" \(available: test\)$/],
  ['a type that only every object has', [{ type: 'constructor' }], {}, /profiles\.0\.type/],
  ['the same id twice', [{ id: 'a' }, { id: 'a' }], {}, /profiles\.1\.id "a" is already used/],
  ['a role that does not exist', [{ roles: ['Guest', 'Writer'] }], {}, /profiles\.0\.roles\.1: there is no role "Writer"/],
  ['an unknown policy', [{ selfSignUp: 'maybe' }], {}, /profiles\.0\.selfSignUp/],
  ['a domain that is none', [{}, { selfSignUp: { emailDomains: ['example.com', '@example.com'] } }], {}, /: profiles\.1\.selfSignUp\.emailDomains\.1: "@example\.com" is not a domain/],
  ['two profiles that accept the same tokens', [same, { ...same, id: 'other' }], {}, /: profiles\.1 \("other"\) and "p0" have the same issuer and the audience "web" in common/],
  ['an issuer without https', [{}, { issuer: 'http://id.example.com' }], {}, /: profiles\.1\.issuer must be an https URL/],
  ['an id that no URL could carry', [{ id: 'a b' }], {}, /profiles\.0\.id/],
  ['an administrator that is no email', [{}], { administratorEmail: 'root' }, /administratorEmail/]
]
for (const [what, profiles, options, message] of refused) {
  t.test(`registration refuses ${what}, naming the path`, async t => {
    await t.rejects(startApp(t, 'sqlite', profiles as never, options), { code: 'AUTH_PROFILES_ERR_INVALID_OPTIONS', message })
  })
}
