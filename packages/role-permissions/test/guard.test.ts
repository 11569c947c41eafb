import database from '@latchkey/database'
import { databaseUrl } from '@latchkey/test-databases'
import Fastify from 'fastify'
import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import rolePermissions, { errors, type NotAuthorizedError, type Principal } from '../dist/index.js'
import { open, posts, user } from './helpers/app.js'

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
