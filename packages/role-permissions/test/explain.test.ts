import t from 'tap'
import type { Action, Principal, Resource, RolePermissions } from '../dist/index.js'
import { open, user } from './helpers/app.js'

t.test('every decision is explained', async t => {
  const { app } = await open(t, 'sqlite')
  const { rolePermissions } = app
  const role = async (name: string, permissions: RolePermissions) => (await rolePermissions.create({ name, permissions })).id
  const own = { id: { equals: '__loggedInUserId' } }
  const silent = await role('Silent', {})
  const denying = await role('Denying', { data: { Posts: { read: { allow: false } } }, custom: { functions: { getToken: { allow: false } } } })
  const limited = await role('Limited', { data: { Users: { read: { allow: true, fields: { email: true, city: true, id: false }, filter: own }, update: { allow: true, fields: {} } } } })
  const plain = await role('Plain', { data: { Posts: { read: { allow: true } } }, custom: { functions: { getToken: { allow: true } } } })
  const guest = rolePermissions.guest()

  const cases: [string, Principal, Action | 'call', Resource, unknown][] = [
    ['a guest and a function', guest, 'call', { function: 'getToken' }, {
      allowed: false,
      resource: 'getToken',
      action: 'call',
      roles: [{ role: 'Guest', says: 'is silent', detail: 'has no permission to call getToken' }],
      remedy: 'Guest has no permission to call getToken. Grant it under Roles > Guest > Functions: custom.functions.getToken.allow = true',
      remedyRole: 'Guest'
    }],
    ['a table that is denied', user('ann', [denying]), 'read', { table: 'Posts' }, {
      allowed: false,
      resource: 'Posts',
      action: 'read',
      roles: [{ role: 'Denying', says: 'denies', detail: 'is denied permission to read Posts' }],
      remedy: 'Denying has no permission to read Posts. Grant it under Roles > Denying > Data: data.Posts.read.allow = true',
      remedyRole: 'Denying'
    }],
    ['a function that is denied', user('ann', [denying]), 'call', { function: 'getToken' }, {
      allowed: false,
      resource: 'getToken',
      action: 'call',
      roles: [{ role: 'Denying', says: 'denies', detail: 'is denied permission to call getToken' }],
      remedy: 'Denying has no permission to call getToken. Grant it under Roles > Denying > Functions: custom.functions.getToken.allow = true',
      remedyRole: 'Denying'
    }],
    ['several roles, by name', user('ann', [silent, denying]), 'read', { table: 'Posts' }, {
      allowed: false,
      resource: 'Posts',
      action: 'read',
      roles: [{ role: 'Denying', says: 'denies', detail: 'is denied permission to read Posts' }, { role: 'Silent', says: 'is silent', detail: 'has no permission to read Posts' }],
      remedy: 'None of the roles Denying, Silent has permission to read Posts. Grant it to one of them, for example under Roles > Denying > Data: data.Posts.read.allow = true',
      remedyRole: 'Denying'
    }],
    ['one of several allows it', user('ann', [silent, plain]), 'read', { table: 'Posts' }, {
      allowed: true,
      resource: 'Posts',
      action: 'read',
      roles: [{ role: 'Plain', says: 'allows', detail: 'can read Posts' }, { role: 'Silent', says: 'is silent', detail: 'has no permission to read Posts' }],
      remedy: '',
      remedyRole: null
    }],
    ['fields and a filter', user('ann', [limited]), 'read', { table: 'Users' }, {
      allowed: true,
      resource: 'Users',
      action: 'read',
      roles: [{ role: 'Limited', says: 'allows', detail: 'can read Users, but only the fields city, email, for records where {"id":{"equals":"__loggedInUserId"}}' }],
      remedy: '',
      remedyRole: null
    }],
    ['a variable without value', { kind: 'apiToken', tokenId: 't', roles: [limited] }, 'read', { table: 'Users' }, {
      allowed: true,
      resource: 'Users',
      action: 'read',
      roles: [{ role: 'Limited', says: 'allows', detail: 'can read Users, but only the fields city, email, for records where {"id":{"equals":"__loggedInUserId"}}; this principal has no __loggedInUserId, so conditions on it match no record' }],
      remedy: '',
      remedyRole: null
    }],
    ['no fields', user('ann', [limited]), 'update', { table: 'Users' }, {
      allowed: true,
      resource: 'Users',
      action: 'update',
      roles: [{ role: 'Limited', says: 'allows', detail: 'can update Users, but none of its fields' }],
      remedy: '',
      remedyRole: null
    }],
    ['a role that may do everything', user('ann', [rolePermissions.administrator().id]), 'delete', { table: 'Users' }, {
      allowed: true,
      resource: 'Users',
      action: 'delete',
      roles: [{ role: 'Administrator', says: 'allows', detail: 'has full access' }],
      remedy: '',
      remedyRole: null
    }],
    ['no role', user('ann', ['gone']), 'read', { table: 'Posts' }, {
      allowed: false, resource: 'Posts', action: 'read', roles: [], remedy: 'The principal has no roles. Assign one with permission to read Posts', remedyRole: null
    }],
    ['a table that is not declared', user('ann', [plain]), 'read', { table: 'Post' }, {
      allowed: false,
      resource: 'Post',
      action: 'read',
      roles: [{ role: 'Plain', says: 'is silent', detail: 'has no permission to read Post' }],
      remedy: 'The app declares no table Post, so only a role with full access can read it; did you mean Posts?',
      remedyRole: null
    }],
    ['a function that is not declared', user('ann', [plain]), 'call', { function: 'constructor' }, {
      allowed: false,
      resource: 'constructor',
      action: 'call',
      roles: [{ role: 'Plain', says: 'is silent', detail: 'has no permission to call constructor' }],
      remedy: 'The app declares no function constructor, so only a role with full access can call it: call fastify.rolePermissions.declareFunction, or correct the name',
      remedyRole: null
    }]
  ]
  for (const [name, principal, action, resource, explanation] of cases) {
    t.test(name, async t => {
      t.strictSame(rolePermissions.explain(principal, action, resource), explanation)
      t.equal(rolePermissions.can(principal, action, resource).allowed, (explanation as { allowed: boolean }).allowed, 'and decided so')
    })
  }

  t.test('a filter that no longer fits its table, and a table that is no longer declared', async t => {
    const store = async (id: string, permissions: RolePermissions) => {
      await app.db.updateTable('latchkey_roles').set({ permissions: JSON.stringify(permissions) }).where('id', '=', id).execute()
      await rolePermissions.update(silent, { description: 'changed' })
    }
    await store(plain, { data: { Posts: { read: { allow: true, filter: { gone: {} } } }, Letters: { read: { allow: true } } } })
    t.match(rolePermissions.explain(user('ann', [plain]), 'read', { table: 'Posts' }), {
      allowed: false,
      roles: [{ role: 'Plain', says: 'denies', detail: 'cannot read Posts, because the permission\'s filter does not fit the table: Invalid filter: gone is not a field of Posts' }],
      remedy: 'Fix the filter under Roles > Plain > Data: data.Posts.read.filter',
      remedyRole: 'Plain'
    })
    t.match(rolePermissions.explain(user('ann', [plain]), 'read', { table: 'Letters' }), {
      allowed: false,
      roles: [{ role: 'Plain', says: 'denies', detail: 'has permission to read Letters, but the app does not declare it' }]
    })
  })
})
