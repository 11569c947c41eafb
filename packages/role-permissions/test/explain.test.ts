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
      roles: [{ role: 'Guest', says: 'is silent', detail: 'does not mention to call getToken' }],
      remedy: 'Guest does not allow to call getToken. Allow it under Roles > Guest > Functions: custom.functions.getToken.allow = true',
      remedyRole: 'Guest'
    }],
    ['a table that is denied', user('ann', [denying]), 'read', { table: 'Posts' }, {
      allowed: false,
      resource: 'Posts',
      action: 'read',
      roles: [{ role: 'Denying', says: 'denies', detail: 'does not allow to read Posts' }],
      remedy: 'Denying does not allow to read Posts. Allow it under Roles > Denying > Data: data.Posts.read.allow = true',
      remedyRole: 'Denying'
    }],
    ['a function that is denied', user('ann', [denying]), 'call', { function: 'getToken' }, {
      allowed: false,
      resource: 'getToken',
      action: 'call',
      roles: [{ role: 'Denying', says: 'denies', detail: 'does not allow to call getToken' }],
      remedy: 'Denying does not allow to call getToken. Allow it under Roles > Denying > Functions: custom.functions.getToken.allow = true',
      remedyRole: 'Denying'
    }],
    ['several roles, by name', user('ann', [silent, denying]), 'read', { table: 'Posts' }, {
      allowed: false,
      resource: 'Posts',
      action: 'read',
      roles: [{ role: 'Denying', says: 'denies', detail: 'does not allow to read Posts' }, { role: 'Silent', says: 'is silent', detail: 'does not mention to read Posts' }],
      remedy: 'None of the roles Denying, Silent allows to read Posts. Allow it in one of them, for example under Roles > Denying > Data: data.Posts.read.allow = true',
      remedyRole: 'Denying'
    }],
    ['one of several allows it', user('ann', [silent, plain]), 'read', { table: 'Posts' }, {
      allowed: true,
      resource: 'Posts',
      action: 'read',
      roles: [{ role: 'Plain', says: 'allows', detail: 'allows to read Posts' }, { role: 'Silent', says: 'is silent', detail: 'does not mention to read Posts' }],
      remedy: '',
      remedyRole: null
    }],
    ['fields and a filter', user('ann', [limited]), 'read', { table: 'Users' }, {
      allowed: true,
      resource: 'Users',
      action: 'read',
      roles: [{ role: 'Limited', says: 'allows', detail: 'allows to read Users, but only city, email, where {"id":{"equals":"__loggedInUserId"}}' }],
      remedy: '',
      remedyRole: null
    }],
    ['a variable without value', { kind: 'apiToken', tokenId: 't', roles: [limited] }, 'read', { table: 'Users' }, {
      allowed: true,
      resource: 'Users',
      action: 'read',
      roles: [{ role: 'Limited', says: 'allows', detail: 'allows to read Users, but only city, email, where {"id":{"equals":"__loggedInUserId"}}; conditions on __loggedInUserId admit no record, since this principal has none' }],
      remedy: '',
      remedyRole: null
    }],
    ['no fields', user('ann', [limited]), 'update', { table: 'Users' }, {
      allowed: true,
      resource: 'Users',
      action: 'update',
      roles: [{ role: 'Limited', says: 'allows', detail: 'allows to update Users, but no field of it' }],
      remedy: '',
      remedyRole: null
    }],
    ['a role that may do everything', user('ann', [rolePermissions.administrator().id]), 'delete', { table: 'Users' }, {
      allowed: true,
      resource: 'Users',
      action: 'delete',
      roles: [{ role: 'Administrator', says: 'allows', detail: 'may do everything' }],
      remedy: '',
      remedyRole: null
    }],
    ['no role', user('ann', ['gone']), 'read', { table: 'Posts' }, {
      allowed: false, resource: 'Posts', action: 'read', roles: [], remedy: 'There is no role to decide by. Assign one that allows to read Posts', remedyRole: null
    }],
    ['a table that is not declared', user('ann', [plain]), 'read', { table: 'Post' }, {
      allowed: false,
      resource: 'Post',
      action: 'read',
      roles: [{ role: 'Plain', says: 'is silent', detail: 'does not mention to read Post' }],
      remedy: 'No table Post is declared, so only a role that may do everything is allowed to read it; did you mean Posts?',
      remedyRole: null
    }],
    ['a function that is not declared', user('ann', [plain]), 'call', { function: 'constructor' }, {
      allowed: false,
      resource: 'constructor',
      action: 'call',
      roles: [{ role: 'Plain', says: 'is silent', detail: 'does not mention to call constructor' }],
      remedy: 'No function constructor is declared, so only a role that may do everything is allowed to call it',
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
      roles: [{ role: 'Plain', says: 'denies', detail: 'allows to read Posts by a filter that does not fit the table, and so to nobody: Invalid filter: gone is no field of Posts' }],
      remedy: 'Repair the filter under Roles > Plain > Data: data.Posts.read.filter',
      remedyRole: 'Plain'
    })
    t.match(rolePermissions.explain(user('ann', [plain]), 'read', { table: 'Letters' }), {
      allowed: false,
      roles: [{ role: 'Plain', says: 'denies', detail: 'allows to read Letters, which nothing in the app declares' }]
    })
  })
})
