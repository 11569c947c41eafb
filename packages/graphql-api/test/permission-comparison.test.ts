import type { RolePermissions } from '@latchkey/role-permissions'
import { dialects, type Dialect } from '@latchkey/test-databases'
import { sql } from 'kysely'
import mercurius from 'mercurius'
import t, { type Test } from 'tap'
import { mercuriusOptions } from '../dist/index.js'
import { all, openAdministration, reading } from './helpers/administration.js'
import { error, openApi, type ApiOptions } from './helpers/api.js'
import { countStatements } from './helpers/statements.js'

interface Extent { allowed: boolean, everyRecord: boolean, fields: string[] | null, filter: unknown, count: number | null }
interface Item { resource: string, resourceType: string, action: string, same: boolean, first: Extent, second: Extent }
interface Comparison { first: string, second: string, items: Item[] }

const compare = `query ($first: PermissionSubject!, $second: PermissionSubject!) {
  permissionComparison(first: $first, second: $second) {
    first second items { resource resourceType action same first { ...extent } second { ...extent } }
  }
}
fragment extent on PermissionExtent { allowed everyRecord fields filter count }`
const unknownId = '00000000-0000-4000-8000-000000000000'
const nothing: Extent = { allowed: false, everyRecord: false, fields: null, filter: null, count: null }
const everything: Extent = { allowed: true, everyRecord: true, fields: null, filter: null, count: null }

async function open (t: Test, dialect: Dialect, options: ApiOptions = {}) {
  const api = await openAdministration(t, dialect, options)
  const { app, ask, role, user } = api
  const idOf = (name: string) => app.rolePermissions.find({ name })?.id as string
  const root = await user('root', { roles: ['Administrator'] })
  await sql`insert into notes (id, title, owner_id) values ('n1', 'One', ${root.user.id}), ('n2', 'Two', 'x'), ('n3', 'Tea', 'x')`.execute(app.db)
  let made = 0
  return {
    ...api,
    root,
    idOf,
    send: async (first: object, second: object, token: string | undefined = root.token) => await ask(compare, { token, variables: { first, second } }),
    /** Two subjects as an administrator sees them beside each other. */
    compared: async (first: object, second: object): Promise<Comparison> => {
      const { data, errors } = await ask(compare, { token: root.token, variables: { first, second } })
      if (errors !== undefined) throw new Error(JSON.stringify(errors))
      return data?.permissionComparison as Comparison
    },
    /** Somebody with roles of these permissions on notes. */
    withRoles: async (...permissions: object[]): Promise<object> => {
      const names = await Promise.all(permissions.map(async read => {
        const name = `role ${made++}`
        await role(name, { data: { Notes: { read: { allow: true, ...read } } } })
        return name
      }))
      return { roleIds: names.map(idOf) }
    }
  }
}

const of = ({ items }: Comparison, resource: string, action: string) => items.find(item => item.resource === resource && item.action === action) as Item

for (const dialect of dialects) {
  t.test(`${dialect}: compares two roles, with every table and function`, async t => {
    const { role, idOf, compared, app } = await open(t, dialect)
    const own = { ownerId: { is_self: true } }
    await role('Author', { data: { Notes: { create: all, read: { allow: true, fields: { title: true, id: true }, filter: { title: { starts_with: 'T' } } }, update: { allow: true, filter: own } }, Users: { read: all } } })
    await role('Editor', { data: { Notes: { create: all, read: all, update: all, delete: all } }, custom: { functions: { sendReport: all } } })
    const comparison = await compared({ roleIds: [idOf('Author')] }, { roleIds: [idOf('Editor')] })
    t.equal(comparison.first, 'A signed-in user with the role Author')
    t.equal(comparison.second, 'A signed-in user with the role Editor')
    t.strictSame(comparison.items.map(({ resource, resourceType, action }) => `${resourceType} ${resource} ${action}`), [
      ...[...app.rolePermissions.tables.keys()].flatMap(table => ['create', 'read', 'update', 'delete'].map(action => `data ${table} ${action}`)),
      ...[...app.rolePermissions.functions].map(name => `function ${name} call`)
    ])
    t.strictSame(of(comparison, 'Notes', 'create'), { resource: 'Notes', resourceType: 'data', action: 'create', same: true, first: everything, second: everything })
    t.strictSame(of(comparison, 'Notes', 'read'), {
      resource: 'Notes', resourceType: 'data', action: 'read', same: false, first: { allowed: true, everyRecord: false, fields: ['id', 'title'], filter: { title: { starts_with: 'T' } }, count: 2 }, second: { ...everything, count: 3 }
    })
    t.match(of(comparison, 'Notes', 'update'), { same: false, first: { everyRecord: false, filter: own, count: null }, second: everything })
    t.match(of(comparison, 'Notes', 'delete'), { same: false, first: nothing, second: everything })
    t.match(of(comparison, 'Users', 'read'), { same: false, first: { ...everything, count: 1 }, second: { ...nothing, count: 0 } })
    t.match(of(comparison, 'Roles', 'read'), { same: true, first: { ...nothing, count: 0 }, second: { ...nothing, count: 0 } })
    t.match(of(comparison, 'sendReport', 'call'), { resourceType: 'function', same: false, first: nothing, second: everything })
    t.ok((await compared({ roleIds: [idOf('Author')] }, { roleIds: [idOf('Author')] })).items.every(({ same }) => same), 'a role is as it is')
  })

  t.test(`${dialect}: equal permissions are the same, in any order and from any roles`, async t => {
    const { withRoles, compared } = await open(t, dialect)
    const [one, two] = [{ title: { equals: 'One' } }, { title: { equals: 'Two' } }]
    const [id, title] = [{ id: true }, { title: true }]
    const cases: [string, boolean, object[], object[]][] = [
      ['nothing said', true, [{}], [{}]],
      ['alternatives in another order', true, [{ filter: { OR: [one, two] } }], [{ filter: { OR: [two, one] } }]],
      ['alternatives of two roles', true, [{ filter: { OR: [one, two] } }], [{ filter: two }, { filter: one }]],
      ['alternatives within alternatives', true, [{ filter: { OR: [{ OR: [one] }, two] } }], [{ filter: two }, { filter: one }, { filter: one }]],
      ['conditions in another order', true, [{ filter: { ...one, id: { in: ['a', 'b'] } } }], [{ filter: { id: { in: ['b', 'a'] }, ...one } }]],
      ['fields in another order, and those that are not given', true, [{ fields: { ...id, ...title } }], [{ fields: { ...title, ...id, ownerId: false } }]],
      ['fields of two roles with one filter', true, [{ fields: id, filter: one }, { fields: title, filter: one }], [{ fields: { ...id, ...title }, filter: one }]],
      ['a role that adds nothing', true, [{}, { fields: id, filter: one }], [{}]],
      ['a role that adds no field', true, [{ fields: id }, { fields: id, filter: one }], [{ fields: id }]],
      ['other fields', false, [{ fields: id }], [{ fields: title }]],
      ['all fields, and each that there is', false, [{}], [{ fields: { id: true, title: true, ownerId: true, owner: true, attachments: true } }]],
      ['another filter', false, [{ filter: one }], [{ filter: two }]],
      ['a filter, and none', false, [{ filter: one }], [{}]],
      ['fields of other records', false, [{ fields: id, filter: one }, { fields: title, filter: two }], [{ fields: title, filter: one }, { fields: id, filter: two }]],
      ['a role that adds a field', false, [{ fields: id }, { fields: title, filter: one }], [{ fields: id }]],
      ['alternatives beside a condition', false, [{ filter: { OR: [one, two], id: { equals: 'n1' } } }], [{ filter: { OR: [one, two] } }]],
      ['no alternative, and none said', false, [{ filter: { OR: [] } }], [{}]],
      ['all, and an alternative of all', false, [{}], [{ filter: { OR: [{}, one] } }]],
      ['what means the same in other words', false, [{ filter: { ownerId: { is_self: true } } }], [{ filter: { ownerId: { equals: '__loggedInUserId' } } }]]
    ]
    for (const [name, expected, first, second] of cases) {
      const [a, b] = [await withRoles(...first), await withRoles(...second)]
      for (const pair of [[a, b], [b, a]] as const) {
        const { same, first, second } = of(await compared(...pair), 'Notes', 'read')
        t.equal(same, expected, name)
        if (same) t.equal(first.count, second.count, `${name}: as many records`)
      }
    }
  })

  t.test(`${dialect}: several filters are combined as alternatives, and counted once`, async t => {
    const { withRoles, compared } = await open(t, dialect)
    const [tee, two] = [{ title: { starts_with: 'T' } }, { title: { equals: 'Two' } }]
    const { first, second } = of(await compared(await withRoles({ filter: tee, fields: { id: true } }, { filter: two, fields: { title: true } }, { filter: tee }), await withRoles({ filter: tee }, {})), 'Notes', 'read')
    t.strictSame(first, { allowed: true, everyRecord: false, fields: null, filter: { OR: [tee, two] }, count: 2 })
    t.strictSame(second, { ...everything, count: 3 })
  })

  t.test(`${dialect}: conditions with and without a value for a variable differ, and own records are compared by variable`, async t => {
    const { role, user, idOf, compared, app, root } = await open(t, dialect)
    const own: RolePermissions = { data: { Notes: { read: { allow: true, filter: { ownerId: { is_self: true } } } } } }
    await role('Own', own)
    await app.rolePermissions.update(app.rolePermissions.guest().roles[0] as string, { permissions: own })
    await app.rolePermissions.assign(root.user.id, [idOf('Own')])
    const [ada, ben] = [await user('ada', { roles: ['Own'] }), await user('ben', { roles: ['Own'] })]
    await sql`update notes set owner_id = ${ada.user.id} where id <> 'n1'`.execute(app.db)
    const { token } = await app.apiTokens.create({ name: 'x', roles: [idOf('Own')] })
    const notes = async (first: object, second: object) => of(await compared(first, second), 'Notes', 'read')
    t.match(await notes({ userId: ada.user.id }, { email: 'ben@example.com' }), { same: true, first: { count: 2 }, second: { count: 0 } }, 'of two users')
    t.match(await notes({ userId: ben.user.id }, { roleIds: [idOf('Own')] }), { same: true, first: { count: 0 }, second: { count: 0 } })
    t.match(await notes({ userId: ada.user.id }, { guest: true }), { same: false, second: { allowed: true, filter: { ownerId: { is_self: true } }, count: 0 } }, 'a guest has no records')
    t.match(await notes({ apiTokenId: token.id }, { userId: ada.user.id }), { same: false }, 'nor has an API token')
    t.match(await notes({ apiTokenId: token.id }, { guest: true }), { same: true })
  })

  t.test(`${dialect}: profiles and settings are counted as they are read`, async t => {
    const { role, idOf, compared, app } = await open(t, dialect)
    await app.authProfiles.create({ name: 'Second', type: 'test', options: { issuer: 'https://second.example.com', clientId: 'web' } })
    await role('Second', reading('AuthenticationProfiles', undefined, { name: { starts_with: '' } }))
    const comparison = await compared({ roleIds: [idOf('Administrator')] }, { roleIds: [idOf('Second')] })
    t.match(of(comparison, 'AuthenticationProfiles', 'read'), { first: { count: 2 }, second: { count: 1 } })
    t.match(of(comparison, 'AuthenticationSettings', 'read'), { first: { count: 1 }, second: { count: 0 } })
    t.match(of(comparison, 'Elsewhere', 'read'), { first: { allowed: true, count: null }, second: { count: 0 } }, 'what is not in the database is not counted')
  })

  t.test(`${dialect}: the count needs permission to read everything it reveals`, async t => {
    const { role, user, idOf, send } = await open(t, dialect)
    await role('All', { data: { Notes: { read: all } } })
    await role('Own', { data: { Notes: { read: { allow: true, filter: { ownerId: { is_self: true } } } } } })
    await role('Owned', { data: { Notes: { read: { allow: true, filter: { owner: { email: { ends_with: 'x' } } } } } } })
    await role('None', {})
    const askers: [string, RolePermissions, (number | null)[]][] = [
      ['roles', {}, [null, null, null, null]],
      ['some notes', reading('Notes', undefined, { title: { equals: 'One' } }), [null, null, null, null]],
      ['titles', reading('Notes', ['title']), [3, null, null, 0]],
      ['notes', reading('Notes'), [3, 0, null, 0]],
      ['notes and users', { data: { Notes: { read: all }, Users: { read: all } } }, [3, 0, 0, 0]]
    ]
    for (const [name, permissions, expected] of askers) {
      await role(`asker ${name}`, { data: { ...permissions.data, Roles: { read: all } } })
      const { token } = await user(`asker-${expected.join('').length}-${name.replaceAll(' ', '-')}`, { roles: [`asker ${name}`] })
      const counts = await Promise.all(['All', 'Own', 'Owned', 'None'].map(async role => {
        const { data } = await send({ roleIds: [idOf(role)] }, { guest: true }, token)
        return of(data?.permissionComparison as Comparison, 'Notes', 'read').first.count
      }))
      t.strictSame(counts, expected, name)
    }
  })

  t.test(`${dialect}: it needs the permissions of an explanation for both, and a refusal reveals nothing`, async t => {
    const { role, user, send, app, idOf, root } = await open(t, dialect)
    await role('Roles', reading('Roles'))
    await role('Users', reading('Users', ['id', 'email', 'roles']))
    const nobody = await user('nobody')
    const some = await user('some', { roles: ['Roles'] })
    const more = await user('more', { roles: ['Roles', 'Users'] })
    const { token: apiToken } = await app.apiTokens.create({ name: 'x', roles: [] })
    const roles = { roleIds: [idOf('Roles')] }
    const denied = (resource: string) => ({ data: null, errors: [error('NotAuthorizedError', { details: { resource, action: 'read' } })] })
    for (const subject of [roles, { guest: true }, { roleIds: [unknownId] }, {}]) t.match(await send(subject, subject, nobody.token), denied('Roles'))
    for (const id of [nobody.user.id, unknownId]) {
      t.match(await send({ userId: id }, roles, some.token), denied('Users'))
      t.match(await send(roles, { userId: id }, some.token), denied('Users'))
      t.match(await send({ userId: nobody.user.id }, { apiTokenId: id }, more.token), denied('ApiTokens'))
    }
    t.match(await send(roles, { userId: nobody.user.id }, more.token), { errors: undefined })
    t.match(await send(roles, { userId: unknownId }, more.token), { data: null, errors: [error('EntityNotFoundError')] })
    t.match(await send(roles, {}), { data: null, errors: [error('ValidationError', { details: { subject: /must have exactly one of/ } })] })
    await app.apiTokens.update(apiToken.id, { roles: [idOf('Administrator')] })
    t.match(of((await send({ apiTokenId: apiToken.id }, roles)).data?.permissionComparison as Comparison, 'Users', 'read'), { same: false, first: { allowed: true } })
    await app.apiTokens.revoke(apiToken.id)
    t.match(of((await send({ apiTokenId: apiToken.id }, roles)).data?.permissionComparison as Comparison, 'Users', 'read'), { same: true, first: { allowed: false } }, 'who is refused may do nothing')
    t.match((await send({ token: 'no token' }, { token: root.token })).data?.permissionComparison, { first: 'Nobody, because the token is refused', second: 'The user root@example.com' })
    const get = (await app.inject({ url: '/graphql', headers: { authorization: `Bearer ${root.token}` }, query: { query: compare, variables: JSON.stringify({ first: roles, second: { token: root.token } }) } })).json<object>()
    t.match(get, { data: null, errors: [error('ValidationError', { details: { token: /by POST/ } })] })
  })
}

t.test('a comparison counts for the cost of a query', async t => {
  const { send, app, idOf } = await open(t, 'sqlite', { graphqlApi: { maxCost: 250 } })
  const roles = { roleIds: [idOf('Administrator')] }
  t.match(await send(roles, roles), { errors: undefined })
  for (let index = 0; index < 80; index++) app.rolePermissions.declareFunction(`function${index}`)
  t.match(await send(roles, roles), { data: null, errors: [error('ValidationError', { details: { query: /returns more than 250 fields/ } })] })
})

t.test('each table names the query that lists it, including the app\'s own', async t => {
  const table = (name: string) => ({ name, table: 'notes', fields: { id: { column: 'id', type: 'id' as const } } })
  const { ask, user } = await openApi(t, 'sqlite', {
    before: async app => {
      for (const name of ['Notes', 'Plans', 'Needy', 'Half', 'Gone']) app.rolePermissions.declareTable(table(name))
      await app.register(mercurius, {
        schema: `type NoteList { count: Int items: [String] } type Half { items: [String] }
          type Query { notesList(first: Int): NoteList! plansList: [String] needyList(of: ID!): NoteList halfList: Half }`,
        resolvers: {},
        ...mercuriusOptions()
      })
    }
  })
  const { token } = await user('root', { roles: ['Administrator'] })
  const { data } = await ask('{ permissionResources { tables { name list } } }', { token })
  t.strictSame(Object.fromEntries((data?.permissionResources as { tables: { name: string, list: string | null }[] }).tables.map(({ name, list }) => [name, list])), {
    Users: 'usersList', Roles: 'rolesList', AuthenticationProfiles: 'authenticationProfilesList', AuthenticationSettings: null, Notes: 'notesList', Plans: null, Needy: null, Half: null, Gone: null
  })
})

t.test('a comparison is allowed once per request', async t => {
  const { ask, root } = await open(t, 'sqlite')
  const guests = 'permissionComparison(first: { guest: true }, second: { guest: true }) { first }'
  t.match(await ask(`{ a: ${guests} b: ${guests} }`, { token: root.token }), { errors: [{ code: 'ValidationError', path: ['b'], details: { permissionComparison: /once per request/ } }] })
  t.match((await ask(`{ ${guests} }`, { token: root.token })).data, { permissionComparison: { first: String } })
})

t.test('a count is computed once, even under several aliases', async t => {
  const api = await open(t, 'sqlite')
  const { during } = countStatements(t, api)
  const counting = async (names: string[], fields: string) => (await during(async () => {
    const items = names.map(name => `${name}: items { first { ${fields} } }`).join(' ')
    const { errors } = await api.ask(`{ permissionComparison(first: { guest: true }, second: { roleIds: ["${api.idOf('Administrator')}"] }) { ${items} } }`, { token: api.root.token })
    t.equal(errors, undefined)
  })).filter(statement => statement.includes('count(*)')).length
  await api.app.rolePermissions.update(api.idOf('Guest'), { permissions: { data: { Notes: { read: all }, Users: { read: all } } } })
  t.equal(await counting(['a'], 'count'), 2)
  t.equal(await counting(['a', 'b'], 'count c: count d: count'), 2)
})
