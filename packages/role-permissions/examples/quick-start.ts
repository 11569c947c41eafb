// examples/quick-start.ts
import database from '@latchkey/database'
import rolePermissions from '@latchkey/role-permissions'
import Fastify from 'fastify'

declare module '@latchkey/database' {
  interface Tables { posts: { id: string, title: string, author_id: string } }
}

const app = Fastify()
await app.register(database, { url: 'sqlite::memory:' })
await app.register(rolePermissions, {
  roles: [{
    name: 'Author',
    permissions: { data: { Posts: { read: { allow: true, filter: { authorId: { equals: '__loggedInUserId' } } } } } }
  }]
})

await app.db.schema.createTable('posts').addColumn('id', 'text').addColumn('title', 'text').addColumn('author_id', 'text').execute()
await app.db.insertInto('posts').values([
  { id: '1', title: 'Hello', author_id: 'ann' },
  { id: '2', title: 'Goodbye', author_id: 'bob' }
]).execute()

// Permissions can refer only to declared tables and functions.
app.rolePermissions.declareTable({
  name: 'Posts',
  table: 'posts',
  fields: { id: { column: 'id', type: 'id' }, title: { column: 'title', type: 'string' }, authorId: { column: 'author_id', type: 'id' } }
})

// Your authentication decides who a request acts as. This header is only for the example: never trust one in production.
app.addHook('onRequest', async request => {
  const userId = request.headers['x-user']
  if (typeof userId !== 'string') return
  const roles = await app.rolePermissions.rolesOf(userId)
  request.principal = { kind: 'user', userId, email: `${userId}@example.com`, roles: roles.map(role => role.id) }
})

app.get('/posts', { preHandler: app.rolePermissions.guard('read', { table: 'Posts' }) }, async request => {
  const principal = request.principal ?? app.rolePermissions.guest()
  const rows = app.rolePermissions.authorize(principal, 'read', { table: 'Posts' }).rowFilter()
  let query = app.db.selectFrom('posts').select(['id', 'title'])
  if (rows !== null) query = query.where(rows)
  return await query.execute()
})

await app.ready()
await app.rolePermissions.assign('ann', [app.rolePermissions.find({ name: 'Author' })?.id ?? ''])

const asAnn = await app.inject({ url: '/posts', headers: { 'x-user': 'ann' } })
console.log(asAnn.statusCode, asAnn.json())
// 200 [ { id: '1', title: 'Hello' } ]

const asGuest = await app.inject('/posts')
console.log(asGuest.statusCode, asGuest.json().message)
// 403 Not Authorized

await app.close()
