import t from 'tap'
import type { RolePermissions } from '../dist/index.js'
import { open, register } from './helpers/app.js'

const read = (permission: unknown) => ({ data: { Posts: { read: permission } } })
const deep = (levels: number): unknown => levels === 0 ? {} : { a: deep(levels - 1) }
const cyclic: Record<string, unknown> = {}
cyclic.data = cyclic

const mistakes: [string, unknown, string, string][] = [
  ['no object', 'all', '', 'must be an object'],
  ['null', null, '', 'must be an object'],
  ['a list', [], '', 'must be an object'],
  ['a misspelt part', { dat: {} }, 'dat', 'is unknown; did you mean data?'],
  ['an unknown part', { permissions: {} }, 'permissions', 'is unknown: use all, data, custom'],
  ['__proto__', JSON.parse('{ "__proto__": { "all": true } }'), '__proto__', 'is unknown: use all, data, custom'],
  ['no truth value', { all: 'yes' }, 'all', 'must be true or false'],
  ['everything and something', { all: true, data: {} }, 'all', 'means full access: remove data and custom, or remove all'],
  ['an unknown table', { data: { Post: { read: { allow: true } } } }, 'data.Post', 'is not a table; did you mean Posts?'],
  ['__proto__ as a table', { data: JSON.parse('{ "__proto__": {} }') }, 'data.__proto__', 'is not a table'],
  ['an unknown action', { data: { Posts: { reed: { allow: true } } } }, 'data.Posts.reed', 'is unknown; did you mean read?'],
  ['a flag in place of a permission', { data: { Posts: { read: true } } }, 'data.Posts.read', 'must be an object'],
  ['no allow', read({ fields: { title: true } }), 'data.Posts.read.allow', 'must be true or false'],
  ['no truth in allow', read({ allow: 'true' }), 'data.Posts.read.allow', 'must be true or false'],
  ['a misspelt property', read({ allow: true, filtr: {} }), 'data.Posts.read.filtr', 'is unknown; did you mean filter?'],
  ['fields as a list', read({ allow: true, fields: ['title'] }), 'data.Posts.read.fields', 'must be an object'],
  ['fields that are null', read({ allow: true, fields: null }), 'data.Posts.read.fields', 'must be an object'],
  ['an unknown field', read({ allow: true, fields: { titel: true } }), 'data.Posts.read.fields.titel', 'is not a field of Posts; did you mean title?'],
  ['a field that is neither true nor false', read({ allow: true, fields: { title: 1 } }), 'data.Posts.read.fields.title', 'must be true or false'],
  ['fields of a deletion', { data: { Posts: { delete: { allow: true, fields: { title: true } } } } }, 'data.Posts.delete.fields', 'is not allowed: a record is always deleted as a whole'],
  ['a filter that is null', read({ allow: true, filter: null }), 'data.Posts.read.filter', 'must be an object'],
  ['a filter that is undefined', read({ allow: true, filter: undefined }), 'data.Posts.read.filter', 'must be plain JSON'],
  ['a filter that is a Map', read({ allow: true, filter: new Map([['title', 'a']]) }), 'data.Posts.read.filter', 'must be plain JSON'],
  ['an unknown field in a filter', read({ allow: true, filter: { titel: { equals: 'a' } } }), 'data.Posts.read.filter.titel', 'is not a field of Posts; did you mean title?'],
  ['an unknown operator in a filter', read({ allow: true, filter: { OR: [{ title: { like: 'a' } }] } }), 'data.Posts.read.filter.OR[0].title.like', /^is not an operator/.source],
  ['an unknown field of a related table', read({ allow: true, filter: { author: { mail: {} } } }), 'data.Posts.read.filter.author.mail', 'is not a field of Users; did you mean email?'],
  ['an unknown part of custom', { custom: { function: {} } }, 'custom.function', 'is unknown; did you mean functions?'],
  ['an unknown function', { custom: { functions: { getTokn: { allow: true } } } }, 'custom.functions.getTokn', 'is not a function; did you mean getToken?'],
  ['a function without allow', { custom: { functions: { getToken: {} } } }, 'custom.functions.getToken.allow', 'must be true or false'],
  ['a function with a filter', { custom: { functions: { getToken: { allow: true, filter: {} } } } }, 'custom.functions.getToken.filter', 'is unknown: use allow'],
  ['a setting without allow', { custom: { settings: { workspaceAdministration: true } } }, 'custom.settings.workspaceAdministration', 'must be an object'],
  ['an administration of users without allow', { custom: { users: { teamAdministration: { allow: 1 } } } }, 'custom.users.teamAdministration.allow', 'must be true or false'],
  ['what JSON cannot hold', { custom: { settings: { a: { allow: 1n } } } }, 'custom.settings.a.allow', 'must be plain JSON'],
  ['endless nesting', deep(100), 'a'.repeat(65).split('').join('.'), 'is nested too deeply'],
  ['more than a role can need', { custom: { settings: Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`setting${index}`, { allow: true }])) } }, '', 'are longer than 100000 characters of JSON']
]

t.test('a filter alone is refused for the same reasons as in a role, at the same place in it', async t => {
  const { rolePermissions } = (await open(t, 'sqlite')).app
  const at = 'data.Posts.read.filter'
  const refuses = (table: string, filter: unknown, path: string, reason: string | RegExp) => {
    t.throws(() => rolePermissions.readFilter(table, filter), { code: 'ROLE_PERMISSIONS_ERR_INVALID_PERMISSIONS', path, reason }, `${table} ${path}`)
  }
  const ofFilters = mistakes.filter(([, , path]) => path.startsWith(at))
  t.equal(ofFilters.length, 6)
  for (const [, permissions, path, reason] of ofFilters) {
    const { filter } = (permissions as { data: { Posts: { read: { filter: unknown } } } }).data.Posts.read
    refuses('Posts', filter, path.slice(at.length).replace(/^\./, ''), reason.startsWith('^') ? new RegExp(reason) : reason)
  }
  refuses('Post', {}, 'data.Post', 'is not a table; did you mean Posts?')
  refuses('constructor', {}, 'data.constructor', 'is not a table')
  refuses('Posts', { AND: Array.from({ length: 100 }, () => ({ title: { equals: 'a'.repeat(1000) } })) }, '', 'is longer than 100000 characters of JSON')
  t.strictSame(rolePermissions.readFilter('Posts', { author: { email: { equals: 'a' } } }).asks, [{ table: 'Posts', fields: ['author'] }, { table: 'Users', fields: ['email'] }])
})

t.test('fieldsOf lists what permissions on a table can name', async t => {
  const { rolePermissions } = (await open(t, 'sqlite')).app
  for (const [name, table] of rolePermissions.tables) {
    const fields = rolePermissions.fieldsOf(name)
    t.strictSame([...Object.keys(table.fields), ...Object.keys(table.relations ?? {})].filter(field => !fields.includes(field)), [], name)
    await t.resolves(rolePermissions.create({ name: `All of ${name}`, permissions: { data: { [name]: { read: { allow: true, fields: Object.fromEntries(fields.map(field => [field, true])) } } } } }))
  }
  t.ok(rolePermissions.fieldsOf('Users').includes('avatar'))
  t.strictSame(rolePermissions.fieldsOf('constructor'), [])
})

t.test('with declared tables and functions', async t => {
  const { rolePermissions } = (await open(t, 'sqlite')).app
  const { id } = await rolePermissions.create({ name: 'Existing', permissions: {} })

  for (const [name, permissions, path, reason] of mistakes) {
    t.test(`refuses ${name}, naming the path`, async t => {
      const error = {
        code: 'ROLE_PERMISSIONS_ERR_INVALID_PERMISSIONS',
        statusCode: 400,
        path,
        reason: reason.startsWith('^') ? new RegExp(reason) : reason,
        message: reason.startsWith('^') ? /^Invalid permissions: / : `Invalid permissions: ${path || 'the permissions'} ${reason}`
      }
      await t.rejects(rolePermissions.create({ name: 'Refused', permissions: permissions as RolePermissions }), error)
      await t.rejects(rolePermissions.update(id, { permissions: permissions as RolePermissions }), error)
      t.equal(rolePermissions.find({ name: 'Refused' }), null)
    })
  }

  t.test('refuses what contains itself', async t => {
    await t.rejects(rolePermissions.create({ name: 'Refused', permissions: cyclic as RolePermissions }), { code: 'ROLE_PERMISSIONS_ERR_INVALID_PERMISSIONS' })
  })

  t.test('accepts every kind of permission, also of fields that filters cannot use', async t => {
    const permissions: RolePermissions = {
      data: {
        Users: {
          create: { allow: false },
          read: { allow: true, fields: { email: true, avatar: true, posts: false }, filter: { OR: [{ id: { equals: '__loggedInUserId' } }, { email: { ends_with: '@x.org' } }] } },
          update: { allow: true, filter: {} },
          delete: { allow: false }
        }
      },
      custom: { functions: { getToken: { allow: true } }, settings: { workspaceAdministration: { allow: false } }, users: { teamAdministration: { allow: false } } }
    }
    t.strictSame((await rolePermissions.create({ name: 'Full', permissions })).permissions, permissions)
    await t.rejects(rolePermissions.create({ name: 'Refused', permissions: { data: { Users: { read: { allow: true, filter: { avatar: { equals: 'a' } } } } } } }), { code: 'ROLE_PERMISSIONS_ERR_INVALID_PERMISSIONS' })
  })

  t.test('accepts objects without prototype, as GraphQL gives them', async t => {
    const bare = <Value extends object>(value: Value): Value => Object.assign(Object.create(null) as object, value) as Value
    const { permissions } = await rolePermissions.create({ name: 'Bare', permissions: bare({ data: bare({ Posts: bare({ read: bare({ allow: true }) }) }) }) })
    t.strictSame(permissions, { data: { Posts: { read: { allow: true } } } })
  })
})

t.test('as long as nothing is declared, permissions are checked for their shape', async t => {
  const { rolePermissions } = (await register(t, 'sqlite::memory:')).app
  const permissions = { data: { Anything: { read: { allow: true, fields: { any: true }, filter: { thing: { goes: 1 } } } } }, custom: { functions: { anything: { allow: true } } } }
  t.strictSame((await rolePermissions.create({ name: 'Any', permissions })).permissions, permissions)
  for (const [name, mistaken] of mistakes.filter(([name]) => /filter that|allow$|fields of a deletion|misspelt/.test(name))) {
    await t.rejects(rolePermissions.create({ name: 'Refused', permissions: mistaken as RolePermissions }), { code: 'ROLE_PERMISSIONS_ERR_INVALID_PERMISSIONS' }, name)
  }
})

t.test('declaring', async t => {
  t.test('a table can be declared twice, but not another one with the same name', async t => {
    const { rolePermissions } = (await open(t, 'sqlite')).app
    const posts = rolePermissions.tables.get('Posts')
    t.ok(posts)
    if (posts === undefined) return
    rolePermissions.declareTable(posts)
    rolePermissions.declareFunction('getToken')
    t.throws(() => { rolePermissions.declareTable({ ...posts, table: 'articles' }) }, { code: 'ROLE_PERMISSIONS_ERR_TABLE_DECLARED', message: 'Another table is already declared as Posts' })
    t.strictSame([...rolePermissions.tables.keys()], ['Users', 'Posts'])
    t.strictSame([...rolePermissions.functions], ['getToken'])
  })

  t.test('a table or function that is declared later counts from then on', async t => {
    const { rolePermissions } = (await register(t, 'sqlite::memory:')).app
    const { id } = await rolePermissions.create({ name: 'Early', permissions: { data: { Posts: { read: { allow: true } } }, custom: { functions: { ping: { allow: true } } } } })
    const principal = { kind: 'user', userId: 'ann', email: 'ann@x.org', roles: [id] } as const
    t.equal(rolePermissions.can(principal, 'read', { table: 'Posts' }).allowed, false)
    t.equal(rolePermissions.can(principal, 'call', { function: 'ping' }).allowed, false)
    rolePermissions.declareTable({ name: 'Posts', table: 'posts', fields: { id: { column: 'id', type: 'id' } } })
    t.equal(rolePermissions.can(principal, 'read', { table: 'Posts' }).allowed, true)
    rolePermissions.declareFunction('ping')
    t.equal(rolePermissions.can(principal, 'call', { function: 'ping' }).allowed, true)
  })

  t.test('where tables are declared and Users is none of them, a new role may do nothing', async t => {
    const { rolePermissions } = (await register(t, 'sqlite::memory:')).app
    rolePermissions.declareTable({ name: 'Posts', table: 'posts', fields: { id: { column: 'id', type: 'id' } } })
    t.strictSame((await rolePermissions.create({ name: 'New' })).permissions, {})
  })
})
