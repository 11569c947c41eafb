import { dialects } from '@latchkey/test-databases'
import t from 'tap'
import type { RolePermissions } from '../dist/index.js'
import { open, user } from './helpers/app.js'

const own = { id: { equals: '__loggedInUserId' } }

const has: RolePermissions = {
  data: {
    Users: {
      read: { allow: true, fields: { id: true, email: true }, filter: own },
      update: { allow: true, filter: own },
      delete: { allow: false }
    },
    Posts: { read: { allow: true }, create: { allow: true, fields: { title: true } } }
  },
  custom: { functions: { getToken: { allow: true } }, settings: { theme: { allow: true }, backup: { allow: false } } }
}

const cases: readonly (readonly [string, RolePermissions, { resource: string, action: string } | null])[] = [
  ['nothing', {}, null],
  ['the same', has, null],
  ['everything', { all: true }, { resource: '*', action: 'all' }],
  ['an action that is not allowed', { data: { Posts: { delete: { allow: true } } } }, { resource: 'Posts', action: 'delete' }],
  ['an action that is denied', { data: { Users: { delete: { allow: true } } } }, { resource: 'Users', action: 'delete' }],
  ['the denial of an action', { data: { Users: { delete: { allow: false } } } }, null],
  ['all records, of those it has by a filter', { data: { Users: { update: { allow: true } } } }, { resource: 'Users', action: 'update' }],
  ['records by another filter', { data: { Users: { update: { allow: true, filter: { city: { equals: 'Bonn' } } } } } }, { resource: 'Users', action: 'update' }],
  ['an empty filter, which admits all', { data: { Users: { update: { allow: true, filter: {} } } } }, { resource: 'Users', action: 'update' }],
  ['some records of all', { data: { Posts: { read: { allow: true, filter: { status: { equals: 'draft' } } } } } }, null],
  ['fewer fields', { data: { Users: { read: { allow: true, fields: { id: true }, filter: own } } } }, null],
  ['other fields', { data: { Users: { read: { allow: true, fields: { id: true, city: true }, filter: own } } } }, { resource: 'Users', action: 'read' }],
  ['a field that is denied', { data: { Users: { read: { allow: true, fields: { id: true, city: false }, filter: own } } } }, null],
  ['all fields, of those it has some', { data: { Posts: { create: { allow: true } } } }, { resource: 'Posts', action: 'create' }],
  ['a function that it has', { custom: { functions: { getToken: { allow: true } } } }, null],
  ['a setting that it has', { custom: { settings: { theme: { allow: true } } } }, null],
  ['a setting that it is denied', { custom: { settings: { backup: { allow: true } } } }, { resource: 'backup', action: 'call' }],
  ['an administration of users', { custom: { users: { invite: { allow: true } } } }, { resource: 'invite', action: 'call' }]
]

for (const dialect of dialects) {
  t.test(dialect, async t => {
    const { app: { rolePermissions } } = await open(t, dialect)
    const role = await rolePermissions.create({ name: 'Editor', permissions: has })
    const ann = user('ann', [role.id])

    for (const [name, permissions, missing] of cases) {
      t.test(`of what a role has, asked for ${name}`, async t => {
        t.strictSame(rolePermissions.missingFor(ann, permissions), missing)
      })
    }

    t.test('a principal with full access lacks nothing', async t => {
      t.equal(rolePermissions.missingFor(user('root', [rolePermissions.administrator().id]), { all: true }), null)
    })

    t.test('missingFor without roles reports functions and actions', async t => {
      t.strictSame(rolePermissions.missingFor(user('nobody', []), { custom: { functions: { getToken: { allow: true } } } }), { resource: 'getToken', action: 'call' })
      t.strictSame(rolePermissions.missingFor(rolePermissions.guest(), has), { resource: 'Users', action: 'read' })
    })

    t.test('a permission filtered by user gives an API token nothing to grant', async t => {
      const token = { kind: 'apiToken', tokenId: 'x', roles: [role.id] } as const
      t.strictSame(rolePermissions.missingFor(token, has), { resource: 'Users', action: 'read' })
      t.equal(rolePermissions.missingFor(token, { data: { Posts: { read: { allow: true } } } }), null)
    })

    for (const [name, table, filter] of [
      ['is_self', 'Users', { id: { is_self: true } }],
      ['not_self', 'Users', { id: { not_self: true } }],
      ['is_self of a relation', 'Posts', { author: { is_self: true } }]
    ] as const) {
      t.test(`${name} compares with the user too, without naming a variable`, async t => {
        const permissions: RolePermissions = { data: { [table]: { delete: { allow: true, filter } } } }
        const { id } = await rolePermissions.create({ name, permissions })
        t.equal(rolePermissions.missingFor(user('ann', [id]), permissions), null)
        t.strictSame(rolePermissions.missingFor({ kind: 'apiToken', tokenId: 'x', roles: [id] }, permissions), { resource: table, action: 'delete' })
      })
    }

    t.test('roles that admit the same records give their fields together, others do not', async t => {
      const withCity = await rolePermissions.create({ name: 'City', permissions: { data: { Users: { read: { allow: true, fields: { city: true }, filter: own } } } } })
      const elsewhere = await rolePermissions.create({ name: 'Elsewhere', permissions: { data: { Users: { read: { allow: true, fields: { city: true }, filter: { city: { equals: 'Bonn' } } } } } } })
      const both: RolePermissions = { data: { Users: { read: { allow: true, fields: { email: true, city: true }, filter: own } } } }
      t.equal(rolePermissions.missingFor(user('ann', [role.id, withCity.id]), both), null)
      t.strictSame(rolePermissions.missingFor(user('ann', [role.id, elsewhere.id]), both), { resource: 'Users', action: 'read' })
    })
  })
}
