import { dialects } from '@latchkey/test-databases'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { mayDoEverything, type Allowed, type Decision, type RolePermissions } from '../dist/index.js'
import { open, posts, user, users } from './helpers/app.js'
import { addRecords, readable } from './helpers/records.js'

const read = (table: string, permission: object): RolePermissions => ({ data: { [table]: { read: { allow: true, ...permission } } } })

function yes (t: Test, decision: Decision): Allowed {
  if (!decision.allowed) throw new Error(`denied: ${decision.action} ${decision.resource}`)
  t.equal(decision.allowed, true)
  return decision
}

for (const dialect of dialects) {
  t.test(dialect, async t => {
    const { app } = await open(t, dialect)
    const { rolePermissions } = app
    await addRecords(app)
    const names = new Set<string>()
    const role = async (permissions: RolePermissions, name = `role ${names.size}`) => {
      names.add(name)
      return (await rolePermissions.create({ name, permissions })).id
    }
    const ids = (rows: [string, unknown][]) => rows.map(([id]) => id)

    t.test('without role nothing is allowed', async t => {
      t.strictSame(rolePermissions.can(user('ann', []), 'read', { table: 'Posts' }), { allowed: false, resource: 'Posts', action: 'read' })
      t.strictSame(rolePermissions.can(user('ann', []), 'call', { function: 'getToken' }), { allowed: false, resource: 'getToken', action: 'call' })
    })

    t.test('missing permissions and allow: false deny', async t => {
      const roles = [await role({ data: { Posts: { read: { allow: true }, update: { allow: false } } }, custom: { functions: { getToken: { allow: false } } } })]
      t.equal(rolePermissions.can(user('ann', roles), 'read', { table: 'Posts' }).allowed, true)
      t.equal(rolePermissions.can(user('ann', roles), 'update', { table: 'Posts' }).allowed, false)
      t.equal(rolePermissions.can(user('ann', roles), 'delete', { table: 'Posts' }).allowed, false)
      t.equal(rolePermissions.can(user('ann', roles), 'read', { table: 'Users' }).allowed, false)
      t.equal(rolePermissions.can(user('ann', roles), 'call', { function: 'getToken' }).allowed, false)
      t.equal(rolePermissions.can(user('ann', roles), 'call', { table: 'Posts' }).allowed, false)
    })

    t.test('a function is allowed by name, and only to be called', async t => {
      const roles = [await role({ custom: { functions: { getToken: { allow: true } } } })]
      const allowed = yes(t, rolePermissions.can(user('ann', roles), 'call', { function: 'getToken' }))
      t.equal(allowed.rowFilter(), null)
      t.equal(allowed.fields, null)
      t.equal(rolePermissions.can(user('ann', roles), 'read', { function: 'getToken' }).allowed, false)
      t.equal(rolePermissions.can(user('ann', roles), 'call', { table: 'getToken' }).allowed, false)
    })

    t.test('one role that denies does not take away what another allows', async t => {
      const roles = [await role({ data: { Posts: { read: { allow: false } } } }), await role(read('Posts', {}))]
      t.equal(rolePermissions.can(user('ann', roles), 'read', { table: 'Posts' }).allowed, true)
    })

    t.test('the records are the union of what the roles admit', async t => {
      const own = await role(read('Posts', { filter: { authorId: { is_self: true } } }))
      const published = await role(read('Posts', { filter: { status: { equals: 'published' } } }))
      const all = await role(read('Posts', {}))
      const records = async (...roles: string[]) => ids(await readable(app, yes(t, rolePermissions.can(user('ann', roles), 'read', { table: 'Posts' })), posts))
      t.strictSame(await records(own), ['1', '2'])
      t.strictSame(await records(published), ['1', '3'])
      t.strictSame(await records(own, published), ['1', '2', '3'])
      t.strictSame(await records(own, all), ['1', '2', '3', '4'])
    })

    t.test('a role gives its fields only of the records that it admits itself', async t => {
      const emailOfOwn = await role(read('Users', { fields: { email: true, city: true }, filter: { id: { is_self: true } } }))
      const citiesOfBonn = await role(read('Users', { fields: { id: true, city: true, email: false }, filter: { city: { equals: 'Bonn' } } }))
      const allowed = yes(t, rolePermissions.can(user('bob', [emailOfOwn, citiesOfBonn]), 'read', { table: 'Users' }))
      t.strictSame(allowed.fields, new Set(['email', 'city', 'id']))
      t.strictSame(await readable(app, allowed, users), [
        ['ann', { id: 'ann', city: 'Bonn' }],
        ['bob', { email: 'bob@x.org', city: null }],
        ['cleo', { id: 'cleo', city: 'Bonn' }]
      ])
      t.equal(allowed.fieldFilter('city'), null, 'every role that allows it gives the city')
    })

    t.test('a field that no role gives is given of no record', async t => {
      const allowed = yes(t, rolePermissions.can(user('ann', [await role(read('Users', { fields: { city: true } }))]), 'read', { table: 'Users' }))
      const email = allowed.fieldFilter('email')
      const { rows } = await sql`select id, case when ${email} then email end as email from people order by id`.execute(app.db)
      t.strictSame(rows, [{ id: 'ann', email: null }, { id: 'bob', email: null }, { id: 'cleo', email: null }])
    })

    t.test('a role without fields or filter gives everything, beside any other', async t => {
      const some = await role(read('Users', { fields: { city: true }, filter: { id: { is_self: true } } }))
      const all = await role(read('Users', {}))
      const allowed = yes(t, rolePermissions.can(user('ann', [some, all]), 'read', { table: 'Users' }))
      t.equal(allowed.rowFilter(), null)
      t.equal(allowed.fields, null)
      t.equal(allowed.fieldFilter('email'), null)
    })

    t.test('without alias, conditions name the table as SQL does', async t => {
      const roles = [await role(read('Posts', { filter: { author: { email: { ends_with: '@x.org' } } } }))]
      const rows = yes(t, rolePermissions.can(user('ann', roles), 'read', { table: 'Posts' })).rowFilter()
      t.strictSame((await sql`select id from posts where ${rows} order by id`.execute(app.db)).rows, [{ id: '1' }, { id: '2' }, { id: '3' }])
    })

    t.test('a variable without value admits no record', async t => {
      const others = await role(read('Posts', { filter: { authorId: { not_equals: '__loggedInUserId' } } }))
      const records = async (principal: Parameters<typeof rolePermissions.can>[0]) => ids(await readable(app, yes(t, rolePermissions.can(principal, 'read', { table: 'Posts' })), posts))
      t.strictSame(await records(user('ann', [others])), ['3', '4'])
      t.strictSame(await records({ kind: 'apiToken', tokenId: 'ann', roles: [others] }), [])
      t.strictSame(await records(user('', [others])), [])
    })

    t.test('the variables stand for the principal that asks, though permissions are compiled once', async t => {
      const roles = [await role(read('Users', { filter: { OR: [{ email: { equals: '__loggedInUserEmail' } }, { id: { equals: '__requestingApiToken' } }] } }))]
      const records = async (principal: Parameters<typeof rolePermissions.can>[0]) => ids(await readable(app, yes(t, rolePermissions.can(principal, 'read', { table: 'Users' })), users))
      t.strictSame(await records(user('ann', roles)), ['ann'])
      t.strictSame(await records(user('ann', roles, 'bob@x.org')), ['bob'])
      t.strictSame(await records({ kind: 'apiToken', tokenId: 'cleo', roles }), ['cleo'])
    })

    t.test('roles that do not exist are ignored, also after a deletion', async t => {
      const id = await role(read('Posts', {}))
      t.equal(rolePermissions.can(user('ann', ['gone', id]), 'read', { table: 'Posts' }).allowed, true)
      await rolePermissions.delete(id)
      t.equal(rolePermissions.can(user('ann', ['gone', id]), 'read', { table: 'Posts' }).allowed, false)
    })

    t.test('mayDoEverything follows changes of roles', async t => {
      const all = await role({ all: true })
      const some = await role({ data: { Posts: { read: { allow: true } } } })
      t.equal(rolePermissions.mayDoEverything(user('ann', [some, all])), true)
      t.equal(rolePermissions.mayDoEverything(user('ann', [some])), false)
      t.equal(rolePermissions.mayDoEverything(user('ann', ['gone'])), false)
      t.equal(rolePermissions.mayDoEverything({ kind: 'guest', roles: [all] }), false, 'a guest has the role Guest, whatever else is said')
      t.strictSame(rolePermissions.list().filter(mayDoEverything).map(({ id }) => id).sort(), [all, rolePermissions.administrator().id].sort())
      await rolePermissions.update(all, { permissions: {} })
      t.equal(rolePermissions.mayDoEverything(user('ann', [some, all])), false)
    })

    t.test('undeclared resources are denied, except to roles with full access', async t => {
      const all = await role({ all: true })
      for (const [action, resource] of [['read', { table: 'Secrets' }], ['call', { function: 'reboot' }], ['read', { table: 'constructor' }], ['call', { function: '__proto__' }]] as const) {
        t.equal(rolePermissions.can(user('ann', [await role(read('Posts', {}))]), action, resource).allowed, false)
        t.equal(rolePermissions.can(user('ann', [all]), action, resource).allowed, true)
      }
    })

    t.test('a guest has the Guest role, whatever roles it is said to have', async t => {
      const { builtin, id } = rolePermissions.find({ id: rolePermissions.guest().roles[0] as string }) ?? {}
      t.equal(builtin, 'guest')
      t.equal(rolePermissions.can({ kind: 'guest', roles: [rolePermissions.administrator().id] }, 'read', { table: 'Posts' }).allowed, false)
      await rolePermissions.update(id as string, { permissions: read('Posts', { filter: { status: { equals: 'published' } } }) })
      t.strictSame(ids(await readable(app, yes(t, rolePermissions.can({ kind: 'guest', roles: [] }, 'read', { table: 'Posts' })), posts)), ['1', '3'])
      t.equal(rolePermissions.can(user('ann', []), 'read', { table: 'Posts' }).allowed, false, 'who is signed in is no guest')
    })

    t.test('grants name the role, its fields and its filter', async t => {
      const filter = { authorId: { is_self: true } }
      const id = await role(read('Posts', { fields: { title: true, status: false }, filter }), 'named')
      const { grants } = yes(t, rolePermissions.can(user('ann', [id, rolePermissions.administrator().id]), 'read', { table: 'Posts' }))
      const byName = Object.fromEntries(grants.map(({ role, fields, filter }) => [role.name, { fields, filter }]))
      t.strictSame(byName, { named: { fields: new Set(['title']), filter }, Administrator: { fields: null, filter: null } })
    })

    t.test('a stored filter that a table no longer knows admits nobody', async t => {
      const other = await open(t, dialect)
      const { id } = await other.app.rolePermissions.create({ name: 'stale', permissions: read('Posts', {}) })
      const permissions = JSON.stringify(read('Posts', { filter: { renamed: { equals: 'a' } } }))
      await other.app.db.updateTable('latchkey_roles').set({ permissions }).where('id', '=', id).execute()
      await other.app.rolePermissions.create({ name: 'unrelated' })
      for (let again = 0; again < 3; again++) t.equal(other.app.rolePermissions.can(user('ann', [id]), 'read', { table: 'Posts' }).allowed, false)
      t.strictSame(other.complaints.map(({ msg }) => msg), ['A permission no longer fits the app\'s declarations and allows nothing (read table Posts): Invalid filter: renamed is not a field of Posts'])
    })
  })
}

t.test('decisions are right for more role sets than are cached', async t => {
  const { rolePermissions } = (await open(t, 'sqlite')).app
  const { id } = await rolePermissions.create({ name: 'reader', permissions: read('Posts', {}) })
  for (let index = 0; index < 2500; index++) rolePermissions.can(user('ann', [String(index)]), 'read', { table: 'Posts' })
  t.equal(rolePermissions.can(user('ann', [id]), 'read', { table: 'Posts' }).allowed, true)
  t.equal(rolePermissions.can(user('ann', ['7']), 'read', { table: 'Posts' }).allowed, false)
})
