import database from '@latchkey/database'
import { databaseUrl } from '@latchkey/test-databases'
import Fastify from 'fastify'
import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import rolePermissions, { errors, type NotAuthorizedError, type Principal } from '../dist/index.js'
import { open, posts, register, user } from './helpers/app.js'

t.test('a guarded route is for those whose roles allow it', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(database, { url: 'sqlite::memory:' })
  await app.register(rolePermissions)
  app.rolePermissions.declareTable(posts)
  app.rolePermissions.declareFunction('ping')
  const principals = new Map<string, Principal>()
  app.addHook('onRequest', async request => { request.principal = principals.get(request.headers.authorization ?? '') ?? null })
  app.get('/posts', { preHandler: app.rolePermissions.guard('read', { table: 'Posts' }) }, async () => 'posts')
  app.get('/ping', { preHandler: app.rolePermissions.guard('call', { function: 'ping' }) }, async () => 'pong')
  const { id } = await app.rolePermissions.create({ name: 'Reader', permissions: { data: { Posts: { read: { allow: true } } } } })
  principals.set('reader', user('ann', [id]))
  principals.set('administrator', user('bob', [app.rolePermissions.administrator().id]))
  const get = async (url: string, authorization?: string) => {
    const response = await app.inject({ url, headers: authorization === undefined ? {} : { authorization } })
    return response.statusCode === 200 ? response.body : response.json() as unknown
  }
  const refused = { statusCode: 403, code: 'ROLE_PERMISSIONS_ERR_NOT_AUTHORIZED', error: 'Forbidden', message: 'Not Authorized' }

  t.equal(await get('/posts', 'reader'), 'posts')
  t.strictSame(await get('/ping', 'reader'), refused)
  t.equal(await get('/ping', 'administrator'), 'pong')
  t.strictSame(await get('/posts'), refused, 'nobody is the Guest')
  await app.rolePermissions.update(app.rolePermissions.guest().roles[0] as string, { permissions: { custom: { functions: { ping: { allow: true } } } } })
  t.equal(await get('/ping'), 'pong')
})

t.test('a guard sees the changes of other copies of the app', async t => {
  const url = await databaseUrl(t, 'sqlite')
  const { app: other } = await open(t, 'sqlite', {}, url)
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(database, { url })
  await app.register(rolePermissions)
  app.rolePermissions.declareTable(posts)
  app.get('/posts', { preHandler: app.rolePermissions.guard('read', { table: 'Posts' }) }, async () => 'posts')
  t.equal((await app.inject('/posts')).statusCode, 403)
  await other.rolePermissions.update(other.rolePermissions.guest().roles[0] as string, { permissions: { data: { Posts: { read: { allow: true } } } } })
  await wait(1050)
  t.equal((await app.inject('/posts')).statusCode, 200)
})

t.test('authorize gives what can gives, or refuses with the reasons', async t => {
  t.plan(5)
  const { rolePermissions } = (await open(t, 'sqlite')).app
  const administrator = user('ann', [rolePermissions.administrator().id])
  t.equal(rolePermissions.authorize(administrator, 'read', { table: 'Posts' }).allowed, true)
  try { rolePermissions.authorize(rolePermissions.guest(), 'read', { table: 'Posts' }) } catch (thrown) {
    const error = thrown as NotAuthorizedError
    t.ok(error instanceof errors.ROLE_PERMISSIONS_ERR_NOT_AUTHORIZED)
    t.strictSame([error.code, error.statusCode, error.message], ['ROLE_PERMISSIONS_ERR_NOT_AUTHORIZED', 403, 'Not Authorized'])
    t.strictSame(error.details, { resource: 'Posts', action: 'read' })
    t.strictSame(error.explanation, rolePermissions.explain(rolePermissions.guest(), 'read', { table: 'Posts' }))
  }
})

const rightNames = 'use create, read, update, delete with a { table }, or call with a { function }'
const impossible: [string, unknown, unknown, string][] = [
  ['an unknown action', 'view', { table: 'Posts' }, `"view" is not an action: ${rightNames}`],
  ['a misspelt action', 'Read', { table: 'Posts' }, `"Read" is not an action; did you mean read?: ${rightNames}`],
  ['no action', undefined, { table: 'Posts' }, `undefined is not an action: ${rightNames}`],
  ['no resource', 'read', undefined, 'the resource must be { table: "<name>" } or { function: "<name>" }'],
  ['a name instead of a resource', 'read', 'Posts', 'the resource must be { table: "<name>" } or { function: "<name>" }'],
  ['a misspelt resource', 'read', { tabel: 'Posts' }, 'the resource must be { table: "<name>" } or { function: "<name>" }']
]
for (const [what, action, resource, mistake] of impossible) {
  t.test(`JavaScript that asks about ${what} gets an error with the right names, and no refusal`, async t => {
    const { rolePermissions } = (await open(t, 'sqlite')).app
    const question = [action, resource] as ['read', { table: string }]
    const refused = { code: 'ROLE_PERMISSIONS_ERR_INVALID_QUESTION', statusCode: 500, message: `Invalid permission question: ${mistake}` }
    t.throws(() => rolePermissions.guard(...question), refused)
    for (const ask of ['can', 'authorize', 'explain'] as const) {
      t.throws(() => rolePermissions[ask](rolePermissions.guest(), ...question), refused)
      t.throws(() => rolePermissions[ask](user('ann', [rolePermissions.administrator().id]), ...question), refused)
    }
  })
}

t.test('a guard cannot ask for an action that the resource does not have', async t => {
  const { rolePermissions } = (await open(t, 'sqlite')).app
  t.throws(() => rolePermissions.guard('call', { table: 'Posts' }), { code: 'ROLE_PERMISSIONS_ERR_INVALID_QUESTION', message: `Invalid permission question: call is not an action on a table: ${rightNames}` })
  t.throws(() => rolePermissions.guard('read', { function: 'getToken' }), { code: 'ROLE_PERMISSIONS_ERR_INVALID_QUESTION', message: `Invalid permission question: read is not an action on a function: ${rightNames}` })
})

t.test('the start says which guards ask about something undeclared, once each', async t => {
  const { app, complaints } = await register(t, 'sqlite::memory:')
  for (const name of ['Posst', 'Posts', 'Posst']) app.rolePermissions.guard('read', { table: name })
  app.rolePermissions.guard('call', { function: 'publish' })
  app.rolePermissions.declareTable(posts)
  await app.ready()
  app.rolePermissions.guard('read', { table: 'Later' })
  t.strictSame(complaints.map(({ msg }) => msg), [
    'A guard asks about the table Posst, which the app does not declare, so it admits only roles with full access: call fastify.rolePermissions.declareTable before the app is ready, or correct the guard; did you mean Posts?',
    'A guard asks about the function publish, which the app does not declare, so it admits only roles with full access: call fastify.rolePermissions.declareFunction before the app is ready, or correct the guard'
  ])
})
