import { dialects } from '@latchkey/test-databases'
import t from 'tap'
import type { RolePermissions } from '../dist/index.js'
import { open, user } from './helpers/app.js'

const readPosts: RolePermissions = { data: { Posts: { read: { allow: true } } } }

for (const dialect of dialects) {
  t.test(dialect, async t => {
    const { app } = await open(t, dialect)
    const { rolePermissions, db } = app
    const stored = async (id: string) => await db.selectFrom('latchkey_roles').selectAll().where('id', '=', id).executeTakeFirst()
    const readsPosts = (id: string) => rolePermissions.can(user('ann', [id]), 'read', { table: 'Posts' }).allowed

    t.test('a role is created, found, changed and deleted, and decides at once each time', async t => {
      const role = await rolePermissions.create({ name: 'Editor', description: 'Edits', permissions: readPosts })
      t.match(role, { name: 'Editor', description: 'Edits', builtin: null, permissions: readPosts, createdAt: /^\d{4}-.*Z$/ })
      t.equal(rolePermissions.find({ name: 'Editor' }), rolePermissions.find({ id: role.id }))
      t.strictSame(rolePermissions.find({ id: role.id }), role)
      t.strictSame(rolePermissions.list().map(({ name }) => name), ['Administrator', 'Editor', 'Guest'])
      t.match(await stored(role.id), { name: 'Editor', description: 'Edits', permissions: JSON.stringify(readPosts), created_at: role.createdAt })
      t.equal(readsPosts(role.id), true)

      const renamed = await rolePermissions.update(role.id, { name: 'Author' })
      t.match(renamed, { id: role.id, name: 'Author', description: 'Edits', permissions: readPosts, createdAt: role.createdAt })
      t.match(await stored(role.id), { name: 'Author', description: 'Edits', permissions: JSON.stringify(readPosts) })
      t.equal((await rolePermissions.update(role.id, { description: null })).description, null)
      await rolePermissions.update(role.id, { permissions: {} })
      t.equal(readsPosts(role.id), false)
      t.equal(rolePermissions.find({ name: 'Editor' }), null)

      await rolePermissions.delete(role.id)
      t.equal(rolePermissions.find({ id: role.id }), null)
      t.equal(await stored(role.id), undefined)
    })

    t.test('a new role may read and update its own user, and nothing else', async t => {
      const { id, permissions } = await rolePermissions.create({ name: 'New' })
      const own = { allow: true, filter: { id: { equals: '__loggedInUserId' } } }
      t.strictSame(permissions, { data: { Users: { read: own, update: own } } })
      t.equal(rolePermissions.can(user('ann', [id]), 'update', { table: 'Users' }).allowed, true)
      t.equal(rolePermissions.can(user('ann', [id]), 'delete', { table: 'Users' }).allowed, false)
      await rolePermissions.update(id, { permissions })
    })

    t.test('permissions are copied and frozen', async t => {
      const permissions = { data: { Posts: { read: { allow: true, filter: { status: { in: ['draft'] } } } } } }
      const role = await rolePermissions.create({ name: 'Copied', permissions })
      permissions.data.Posts.read.filter.status.in.push('published')
      t.strictSame(role.permissions, { data: { Posts: { read: { allow: true, filter: { status: { in: ['draft'] } } } } } })
      const filter = role.permissions.data?.Posts?.read?.filter as { status: { in: string[] } }
      t.throws(() => filter.status.in.push('published'))
      t.throws(() => { (role as { name: string }).name = 'Other' })
      const reread = (await rolePermissions.update(role.id, { description: 'again' })).permissions.data?.Posts?.read?.filter as typeof filter
      t.throws(() => reread.status.in.push('published'))
    })

    const wrong: [string, object, Record<string, string>][] = [
      ['no name', { name: '' }, { name: 'must be a non-empty string' }],
      ['white space for a name', { name: '  ' }, { name: 'must be a non-empty string' }],
      ['a name that is no text', { name: 7 }, { name: 'must be a non-empty string' }],
      ['a name with white space around it', { name: 'Editor ' }, { name: 'must not begin or end with white space' }],
      ['a name of 101 characters', { name: 'x'.repeat(101) }, { name: 'must have at most 100 characters' }],
      ['a NUL in a name', { name: 'a\0b' }, { name: 'must not contain control characters' }],
      ['half a surrogate pair in a name', { name: 'a\uD83D' }, { name: 'must not contain control characters' }],
      ['a description of 1001 characters', { name: 'Other', description: 'x'.repeat(1001) }, { description: 'must have at most 1000 characters' }],
      ['a NUL in a description', { name: 'Other', description: '\0' }, { description: 'must not contain NUL characters' }],
      ['a description that is no text', { name: 'Other', description: {} }, { description: 'must be a string or null' }]
    ]
    for (const [what, fields, details] of wrong) {
      t.test(`refuses ${what}`, async t => {
        const error = { code: 'ROLE_PERMISSIONS_ERR_INVALID_ROLE', statusCode: 400, details }
        await t.rejects(rolePermissions.create(fields as { name: string }), error)
        await t.rejects(rolePermissions.update(rolePermissions.administrator().id, fields), error)
      })
    }

    t.test('names of roles are unique', async t => {
      await rolePermissions.create({ name: 'Taken' })
      const { id } = await rolePermissions.create({ name: 'Free' })
      const error = { code: 'ROLE_PERMISSIONS_ERR_ROLE_EXISTS', statusCode: 409 }
      await t.rejects(rolePermissions.create({ name: 'Taken' }), error)
      await t.rejects(rolePermissions.update(id, { name: 'Taken' }), error)
      t.equal((await rolePermissions.update(id, { name: 'Free' })).name, 'Free', 'keeping its own name is no conflict')
      t.equal((await rolePermissions.create({ name: 'taken' })).name, 'taken', 'names differ by case')
    })

    t.test('of many that create the same name at once, one succeeds', async t => {
      const results = await Promise.allSettled(Array.from({ length: 8 }, () => rolePermissions.create({ name: 'Wanted' })))
      t.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
      t.ok(results.every(result => result.status === 'fulfilled' || (result.reason as { code: string }).code === 'ROLE_PERMISSIONS_ERR_ROLE_EXISTS'))
      t.equal(rolePermissions.list().filter(({ name }) => name === 'Wanted').length, 1)
    })

    for (const id of ['gone', '', 'a\0b', '__proto__']) {
      t.test(`there is no role ${JSON.stringify(id)}`, async t => {
        const error = { code: 'ROLE_PERMISSIONS_ERR_ROLE_NOT_FOUND', statusCode: 404 }
        t.equal(rolePermissions.find({ id }), null)
        await t.rejects(rolePermissions.update(id, { description: 'x' }), error)
        await t.rejects(rolePermissions.delete(id), error)
      })
    }

    t.test('the built-in roles can be edited, but not deleted', async t => {
      const guest = rolePermissions.guest().roles[0] as string
      t.match(await rolePermissions.update(guest, { name: 'Visitor', permissions: readPosts }), { name: 'Visitor', builtin: 'guest', permissions: readPosts })
      t.strictSame(rolePermissions.guest(), { kind: 'guest', roles: [guest] })
      const error = { code: 'ROLE_PERMISSIONS_ERR_BUILTIN_ROLE', statusCode: 409 }
      await t.rejects(rolePermissions.delete(guest), error)
      await t.rejects(rolePermissions.delete(rolePermissions.administrator().id), error)
      t.equal(rolePermissions.administrator().builtin, 'administrator')
    })

    t.test('one role with full access always remains', async t => {
      const error = { code: 'ROLE_PERMISSIONS_ERR_LAST_ADMINISTRATOR', statusCode: 409 }
      const { id: builtin } = rolePermissions.administrator()
      await t.rejects(rolePermissions.update(builtin, { permissions: {} }), error)
      await t.rejects(rolePermissions.update(builtin, { permissions: { all: false } }), error)
      t.equal(rolePermissions.administrator().permissions.all, true)

      const { id: other } = await rolePermissions.create({ name: 'Owner', permissions: { all: true } })
      await rolePermissions.update(builtin, { permissions: readPosts })
      await t.rejects(rolePermissions.delete(other), error)
      await t.rejects(rolePermissions.update(other, { permissions: readPosts }), error)
      await rolePermissions.update(builtin, { permissions: { all: true } })
      await rolePermissions.delete(other)
    })

    t.test('of two concurrent changes that would together leave no role with full access, one fails', async t => {
      const { id } = await rolePermissions.create({ name: 'Second', permissions: { all: true } })
      const results = await Promise.allSettled([id, rolePermissions.administrator().id].map(id => rolePermissions.update(id, { permissions: {} })))
      t.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
      t.equal(rolePermissions.list().filter(({ permissions }) => permissions.all === true).length, 1)
    })
  })
}
