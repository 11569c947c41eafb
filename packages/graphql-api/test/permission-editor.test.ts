import { operatorsOf, variableNames } from '@latchkey/record-filter'
import type { RolePermissions } from '@latchkey/role-permissions'
import { dialects } from '@latchkey/test-databases'
import { sql } from 'kysely'
import t from 'tap'
import { all, openAdministration, reading } from './helpers/administration.js'
import { error, type Answer, type TestApi } from './helpers/api.js'
import { countStatements } from './helpers/statements.js'

interface Field { name: string, type: string | null, operators: string[] }
interface Table { name: string, fields: Field[], relations: { name: string, table: string, many: boolean }[] }
interface Check { valid: boolean, path: string | null, reason: string | null, count: number | null }

const resources = '{ permissionResources { tables { name fields { name type operators } relations { name table many } } functions variables } }'
const check = 'query ($table: String!, $filter: JSON!) { permissionFilterCheck(table: $table, filter: $filter) { valid path reason count } }'
const create = 'mutation ($permissions: JSON) { roleCreate(data: { name: "New", permissions: $permissions }) { id } }'
const denied = [error('NotAuthorizedError', { message: 'Not Authorized', details: { resource: 'Roles', action: 'read' } })]
const operands: unknown[] = ['a', 1, true, '2024-01-01', [], { gt: { value: 1 } }]

const named = (tables: Table[], name: string) => tables.find(table => table.name === name) as Table

for (const dialect of dialects) {
  t.test(`${dialect}: the resources are returned to anyone who may read roles, and all of them are valid in permissions`, async t => {
    const api = await openAdministration(t, dialect, { usersStore: { columns: { hiredAt: { type: 'date' }, vip: { type: 'boolean' } } } })
    const { ask, user, role } = api
    await role('Reader', reading('Roles', ['id']))
    const { token } = await user('reader', { roles: ['Reader'] })
    const { permissionResources: found } = (await ask(resources, { token })).data as { permissionResources: { tables: Table[], functions: string[], variables: string[] } }
    t.strictSame(found.tables.map(({ name }) => name).sort(), ['ApiTokens', 'AuditEvents', 'AuthenticationProfiles', 'AuthenticationSettings', 'Elsewhere', 'Notes', 'Roles', 'SignIns', 'Users'])
    t.strictSame(found.functions.sort(), ['getToken', 'sendReport'])
    t.strictSame(found.variables, variableNames)
    const users = named(found.tables, 'Users')
    t.match(users.fields.filter(({ name }) => ['id', 'email', 'hiredAt', 'vip', 'avatar', 'identities'].includes(name)).map(({ name, type }) => [name, type]),
      [['id', 'id'], ['email', 'string'], ['hiredAt', 'date'], ['vip', 'boolean'], ['avatar', null], ['identities', null]])
    t.strictSame(users.relations, [{ name: 'roles', table: 'Roles', many: true }])
    t.strictSame(named(found.tables, 'Notes'), {
      name: 'Notes',
      fields: [
        ...(['id', 'title', 'ownerId'] as const).map(name => ({ name, type: name === 'title' ? 'string' : 'id', operators: operatorsOf(name === 'title' ? 'string' : 'id') })),
        { name: 'attachments', type: null, operators: [] }
      ],
      relations: [{ name: 'owner', table: 'Users', many: false }]
    })

    const root = (await user('root', { roles: ['Administrator'] })).token
    for (const [index, { name, fields, relations }] of found.tables.entries()) {
      const every = Object.fromEntries([...fields, ...relations].map(({ name }) => [name, true]))
      const made = await ask(create.replace('New', `All ${index}`), { token: root, variables: { permissions: { data: { [name]: { read: { allow: true, fields: every } } } } } })
      t.equal(made.errors, undefined, `${name}: all fields that are told can be saved`)
      for (const { name: field, operators } of fields) {
        for (const operator of operators) {
          const checks = await Promise.all(operands.map(async operand => await ask(check, { token: root, variables: { table: name, filter: { [field]: { [operator]: operand } } } })))
          t.ok(checks.some(({ data }) => (data?.permissionFilterCheck as Check).valid), `${name}.${field} takes ${operator}`)
        }
      }
    }
    for (const [who, other] of [['a guest', undefined], ['a user without roles', (await user('nobody')).token]] as const) {
      t.match(await ask(resources, { token: other }), { data: null, errors: denied }, who)
      t.match(await ask(check, { token: other, variables: { table: 'Users', filter: {} } }), { data: null, errors: denied }, who)
    }
  })

  t.test(`${dialect}: an invalid filter is reported with the error of a save`, async t => {
    const { ask, user } = await openAdministration(t, dialect)
    const { token } = await user('root', { roles: ['Administrator'] })
    const nested = (levels: number): unknown => levels === 1 ? {} : { AND: [nested(levels - 1)] }
    const filters: unknown[] = [
      [], 'email', 1, { emial: { equals: 'a' } }, { email: 'a' }, { email: {} }, { email: { end_with: 'a' } }, { email: { gt: 1 } }, { OR: [{ AND: [{ email: { equals: 'a' }, nme: {} }] }] },
      { id: { equals: '__loggedInUserID' } }, { createdAt: { equals: 'yesterday' } }, { roles: { some: { nam: { equals: 'a' } } } }, { roles: { sum: {} } }, { constructor: {} }, { avatar: { is_empty: true } },
      nested(11), { OR: Array.from({ length: 101 }, () => ({})) }, { id: { in: new Array(1001).fill('a') } }, { email: { equals: 'a'.repeat(1001) } }
    ]
    for (const filter of filters) {
      const { permissionFilterCheck: { valid, path, reason, count } } = (await ask(check, { token, variables: { table: 'Users', filter } })).data as { permissionFilterCheck: Check }
      t.strictSame([valid, count], [false, null])
      const saved = await ask(create, { token, variables: { permissions: { data: { Users: { read: { allow: true, filter } } } } } })
      const [{ details = {} } = {}] = saved.errors ?? []
      t.equal(details.permissions, `Invalid permissions: data.Users.read.filter${path === '' || path?.startsWith('[') ? '' : '.'}${path} ${reason}`)
    }
    const misspelt = await ask(check, { token, variables: { table: 'Users', filter: { emial: { equals: 'a' } } } })
    t.strictSame(misspelt.data, { permissionFilterCheck: { valid: false, path: 'emial', reason: 'is not a field of Users; did you mean email?', count: null } })
    const large = { AND: Array.from({ length: 100 }, () => ({ email: { equals: 'a'.repeat(1000) } })) }
    t.match((await ask(check, { token, variables: { table: 'Users', filter: large } })).data, { permissionFilterCheck: { valid: false, path: '', reason: 'is longer than 100000 characters of JSON' } })

    t.match((await ask(check, { token, variables: { table: 'Usres', filter: {} } })).errors, [error('ValidationError', { details: { table: 'is not a table; did you mean Users?' } })])
    t.match((await ask(check, { token, variables: { table: '__proto__', filter: {} } })).errors, [error('ValidationError', { details: { table: 'is not a table' } })])
    let deep: unknown = {}
    for (let level = 0; level < 60; level++) deep = { AND: [deep] }
    t.match((await ask(check, { token, variables: { table: 'Users', filter: deep } })).errors, [error('ValidationError', { details: { filter: 'must not be nested deeper than 50 levels' } })])
    t.match((await ask('{ permissionFilterCheck(table: "Users", filter: { email: { eqals: 1 } }) { valid path reason } }', { token })).data, { permissionFilterCheck: { valid: false, path: 'email.eqals', reason: 'is not an operator; did you mean equals?' } }, 'in the text of the query too')
  })

  t.test(`${dialect}: the records that a filter admits for the requester are counted`, async t => {
    const api = await openAdministration(t, dialect)
    const { user, app } = api
    const root = await user('root', { roles: ['Administrator'], user: { firstName: 'Ann' } })
    await user('ben', { roles: ['Guest'], user: { firstName: 'Ben' } })
    await user('cem', { user: { createdBy: root.user.id } })
    await sql`insert into notes (id, title, owner_id) values ('1', 'News', ${root.user.id}), ('2', 'Plan', null)`.execute(app.db)
    const count = countOf(api, root.token)
    const counts: [string, unknown, number | null][] = [
      ['Users', {}, 3],
      ['Users', { OR: [] }, 0],
      ['Users', { firstName: { is_not_empty: true } }, 2],
      ['Users', { id: { equals: '__loggedInUserId' } }, 1],
      ['Users', { createdBy: { is_self: true } }, 1],
      ['Users', { email: { equals: '__loggedInUserEmail' } }, 1],
      ['Users', { id: { not_equals: '__requestingApiToken' } }, 0],
      ['Users', { roles: { some: { name: { equals: 'Guest' } } } }, 1],
      ['Users', { roles: { none: { users: { some: { roles: { some: { name: { equals: 'Guest' } } } } } } } }, 2],
      ['Roles', { name: { starts_with: 'A' } }, 1],
      ['ApiTokens', {}, 0],
      ['Notes', { owner: { firstName: { equals: 'Ann' } } }, 1],
      ['Notes', { owner: { is_self: true } }, 1],
      ['Notes', { title: { in: ['News', 'Plan', '%'] } }, 2],
      ['Elsewhere', { id: { equals: 'hidden value' } }, null],
      ['AuthenticationProfiles', {}, 0],
      ['AuthenticationSettings', {}, 0]
    ]
    for (const [table, filter, expected] of counts) t.equal(await count(table, filter), expected, `${table} ${JSON.stringify(filter)}`)
    const warning = api.logs.find(({ msg }) => msg === 'The records that a filter admits could not be counted')
    t.match(warning, { table: 'Elsewhere' })
    t.notOk(JSON.stringify(api.logs).includes('hidden value'), 'no value is logged')

    await app.authProfiles.create({ name: 'Run time', type: 'test', options: { issuer: 'https://run.example.com', clientId: 'web' } })
    t.equal(await count('AuthenticationProfiles', {}), 1, 'those of the configuration are no records')
    t.equal(await count('AuthenticationProfiles', { name: { equals: 'Main' } }), 0)
    for (const id of ['left-out', 'main']) {
      const now = new Date().toISOString()
      await sql`insert into latchkey_authentication_profiles (id, name, type, issuer, client_id, domain, audiences, self_sign_up_enabled, position, config, revision, created_at, updated_at)
        select ${id}, ${`Stored ${id}`}, 'gone', 'https://gone.example.com', 'web', '', '[]', self_sign_up_enabled, 7, '{}', revision, ${now}, ${now} from latchkey_authentication_profiles where name = 'Run time'`.execute(app.db)
    }
    t.equal(await count('AuthenticationProfiles', {}), 1, 'nor are those that are left out, one that has an id of the configuration among them')
    await app.authProfiles.updateSettings({ allowedLogouts: ['https://app.example.com'] })
    t.equal(await count('AuthenticationSettings', {}), 0, 'no filter admits the settings')
    const secret = (await app.apiTokens.create({ name: 'x', roles: [app.rolePermissions.administrator().id] })).secret
    t.equal(await countOf(api, secret)('ApiTokens', { id: { equals: '__requestingApiToken' } }), 1)
    t.equal(await countOf(api, secret)('Users', { id: { is_self: true } }), 0, 'an API token is no user')
  })

  t.test(`${dialect}: no count reveals more than reading does`, async t => {
    const api = await openAdministration(t, dialect)
    const { user, role, app } = api
    await user('ann', { user: { firstName: 'Ann' } })
    await sql`insert into notes (id, title) values ('1', 'News')`.execute(app.db)
    let number = 0
    /** What who may read roles and this gets. */
    const counting = async (permissions: RolePermissions[], table: string, filter: unknown): Promise<number | null> => {
      const names = ['Names of roles', ...permissions.map(() => `role ${++number}`)]
      for (const [index, permission] of permissions.entries()) await role(names[index + 1] as string, permission)
      return await countOf(api, (await user(`asker-${++number}`, { roles: names })).token)(table, filter)
    }
    await role('Names of roles', reading('Roles', ['id', 'name']))
    const byName = { firstName: { equals: 'Ann' } }
    const usersOf = (fields?: string[], filter?: unknown) => reading('Users', fields, filter)
    const cases: [string, RolePermissions[], string, unknown, boolean][] = [
      ['no user', [], 'Users', {}, false],
      ['all users', [usersOf()], 'Users', byName, true],
      ['all users, of which nothing is asked', [usersOf(['id'])], 'Users', {}, true],
      ['some users', [usersOf(undefined, { email: { ends_with: '@example.com' } })], 'Users', byName, false],
      ['some users, of which nothing is asked', [usersOf(undefined, { email: { ends_with: '@example.com' } })], 'Users', {}, false],
      ['oneself', [usersOf(undefined, { id: { is_self: true } })], 'Users', { id: { is_self: true } }, false],
      ['the field of all users', [usersOf(['firstName'])], 'Users', byName, true],
      ['another field of all users', [usersOf(['id', 'email'])], 'Users', byName, false],
      ['another field, deep inside', [usersOf(['id', 'email'])], 'Users', { OR: [{ AND: [{ OR: [byName] }] }, { id: { equals: 'a' } }] }, false],
      ['another field, besides', [usersOf(['id', 'email'])], 'Users', { email: { equals: 'a' }, ...byName }, false],
      ['the field of some users and another of all', [usersOf(['id']), usersOf(['firstName'], { id: { is_self: true } })], 'Users', byName, false],
      ['two fields by two roles', [usersOf(['email']), usersOf(['firstName'])], 'Users', { email: { contains: '@' }, ...byName }, true],
      ['what may be created only', [{ data: { Users: { create: all, update: all, delete: all } } }], 'Users', {}, false],
      ['no relation', [usersOf(['id', 'email'])], 'Users', { roles: { is_empty: true } }, false],
      ['the relation', [usersOf(['roles'])], 'Users', { roles: { is_empty: true } }, true],
      ['a field of related records', [usersOf(['roles'])], 'Users', { roles: { some: { name: { equals: 'x' } } } }, true],
      ['another field of related records', [usersOf(['roles'])], 'Users', { roles: { none: { description: { contains: 'x' } } } }, false],
      ['back to the table itself, by another field', [usersOf(['roles']), reading('Roles', ['users'])], 'Users', { roles: { some: { users: { some: byName } } } }, false],
      ['related records of a table that is not read', [reading('Notes')], 'Notes', { owner: { is_empty: true } }, false],
      ['oneself among them', [reading('Notes')], 'Notes', { owner: { is_self: true } }, false],
      ['oneself among them, whose ids are not read', [reading('Notes'), usersOf(['email'])], 'Notes', { owner: { is_self: true } }, false],
      ['some related records', [reading('Notes'), usersOf(undefined, { id: { is_self: true } })], 'Notes', { owner: { is_self: true } }, false],
      ['all related records', [reading('Notes'), usersOf(['id'])], 'Notes', { owner: { not_self: true } }, true],
      ['API tokens', [], 'ApiTokens', {}, false],
      ['what was changed', [], 'AuditEvents', {}, false],
      ['authentication profiles', [], 'AuthenticationProfiles', {}, false],
      ['authentication settings', [], 'AuthenticationSettings', {}, false],
      ['a table that cannot be counted', [], 'Elsewhere', {}, false],
      ['roles, by a field that is read', [], 'Roles', { name: { equals: 'x' } }, true],
      ['roles, by one that is not', [], 'Roles', { description: { equals: 'x' } }, false]
    ]
    for (const [name, permissions, table, filter, counted] of cases) t.equal(await counting(permissions, table, filter) !== null, counted, name)
    t.notOk(api.logs.some(({ msg }) => msg === 'The records that a filter admits could not be counted'), 'what may not be counted is not tried')
  })
}

t.test('records are counted only when a query selects it, in one statement', async t => {
  const api = await openAdministration(t, 'sqlite')
  const { token } = await api.user('root', { roles: ['Administrator'] })
  const { during } = countStatements(t, api)
  const ask = async (fields: string) => await during(async () => { await api.ask(`{ permissionFilterCheck(table: "Users", filter: { email: { contains: "a" } }) { ${fields} } }`, { token }) })
  const counting = (statements: readonly string[]) => statements.filter(statement => statement.includes('count(*)')).length
  t.equal(counting(await ask('valid path reason')), 0)
  t.equal(counting(await ask('valid count')), 1)
})

t.test('records are counted once per request, under any alias', async t => {
  const api = await openAdministration(t, 'sqlite')
  const { token } = await api.user('root', { roles: ['Administrator'] })
  const { during } = countStatements(t, api)
  const checking = (name: string, fields: string) => `${name}: permissionFilterCheck(table: "Users", filter: {}) { ${fields} }`
  const refused = (...path: string[]) => error('ValidationError', { path, details: { 'permissionFilterCheck.count': /once per request/ } })
  let answer: Answer | undefined
  const counting = async (query: string) => (await during(async () => { answer = await api.ask(query, { token }) })).filter(statement => statement.includes('count(*)')).length
  t.equal(await counting(`{ ${checking('a', 'count')} ${checking('b', 'valid count')} ${checking('c', 'count')} }`), 1)
  t.match(answer, { data: { a: { count: 1 }, b: { valid: true, count: null }, c: { count: null } }, errors: [refused('b', 'count'), refused('c', 'count')] })
  t.equal(await counting(`{ ${checking('a', 'one: count two: count')} }`), 1)
  t.match(answer, { data: { a: { one: 1, two: null } }, errors: [refused('a', 'two')] })
  t.equal(await counting(`{ ${checking('a', 'valid')} ${checking('b', 'count')} ${checking('c', 'valid reason')} }`), 1, 'what counts nothing may be asked for as often as one likes')
  t.equal(answer?.errors, undefined)
})

function countOf ({ ask }: TestApi, token: string): (table: string, filter: unknown) => Promise<number | null> {
  return async (table, filter) => {
    const { data, errors }: Answer = await ask(check, { token, variables: { table, filter } })
    const { valid, count } = data?.permissionFilterCheck as Check
    if (errors !== undefined || !valid) throw new Error(`The filter of ${table} is refused: ${JSON.stringify({ data, errors })}`)
    return count
  }
}
