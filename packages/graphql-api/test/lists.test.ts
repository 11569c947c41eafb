import apiTokens from '@latchkey/api-tokens'
import auditLog from '@latchkey/audit-log'
import { operatorsOf } from '@latchkey/record-filter'
import { dialects, type Dialect } from '@latchkey/test-databases'
import type { GraphQLInputObjectType } from 'graphql'
import t, { type Test } from 'tap'
import { error, openApi, type TestApi } from './helpers/api.js'
import { countStatements } from './helpers/statements.js'

const open = async (t: Test, dialect: Dialect = 'sqlite') => await openApi(t, dialect, {
  usersStore: { columns: { age: { type: 'number' }, vip: { type: 'boolean' }, hiredAt: { type: 'date' }, nickname: { type: 'string' } } },
  before: async app => { await app.register(apiTokens); await app.register(auditLog) }
})

/** The values of one field of the items of a list; or the errors. */
async function list (api: TestApi, token: string, arguments_: string, { query = 'usersList', field = 'email', variables = {} } = {}): Promise<unknown> {
  const types: Record<string, string> = { filter: 'UserFilter', sort: '[UserSort!]', orderBy: '[UserOrderBy!]', after: 'String' }
  const names = Object.keys(variables)
  const declared = names.length === 0 ? '' : `(${names.map(name => `$${name}: ${types[name]}`).join(', ')})`
  const text = `query ${declared} { ${query}${arguments_} { items { ${field} } } }`
  // A query that is seen again may be compiled.
  await api.ask(text, { token, variables })
  const { data, errors } = await api.ask(text, { token, variables })
  if (errors !== undefined) return errors.map(({ code, details }) => ({ code, details }))
  const { items } = data?.[query] as { items: Record<string, unknown>[] }
  return items.map(item => typeof item[field] === 'string' ? item[field].replace('@example.com', '') : item[field])
}

const invalid = (details: Record<string, unknown>) => [{ code: 'ValidationError', details }]
const denied = (resource: string, field?: string) => [{ code: 'NotAuthorizedError', details: { resource, action: 'read', ...field !== undefined && { field } } }]

/** Users a, b, c and d after the administrator. */
async function letters (api: TestApi) {
  const root = await api.user('root', { roles: ['Administrator'], user: { lastName: 'Z', age: 40 } as object })
  const made: Record<string, string> = {}
  const facts: Record<string, object> = {
    a: { firstName: 'Ann', lastName: 'X', age: 30, vip: true, hiredAt: '2020-01-01T00:00:00.000Z', nickname: 'zoe' },
    b: { firstName: 'Ben', lastName: 'X', age: 20, vip: false, nickname: 'Zed' },
    c: { firstName: 'Cem', lastName: null, age: null, vip: null, hiredAt: '2021-01-01T00:00:00.000Z', nickname: 'ähm' },
    d: { firstName: 'Dan', lastName: 'Y', age: 30, vip: true, nickname: null }
  }
  for (const [letter, user] of Object.entries(facts)) made[letter] = (await api.user(letter, { user: { ...user, createdBy: letter === 'd' ? 'gone' : root.user.id } })).user.id
  // Made within one millisecond they would be in the order of their random ids.
  for (const [index, id] of [root.user.id, ...Object.values(made)].entries()) {
    await api.app.db.updateTable('latchkey_users').set({ created_at: `2024-01-0${index + 1}T00:00:00.000Z` }).where('id', '=', id).execute()
  }
  return { root, ids: made }
}

for (const dialect of dialects) {
  t.test(`${dialect}: an administrator filters, sorts and pages users`, async t => {
    const api = await open(t, dialect)
    const { root: { token }, ids } = await letters(api)
    await api.role('Editor', {})
    await api.role('Writer', {})
    const idOf = (name: string) => api.app.rolePermissions.find({ name })?.id as string
    await api.app.rolePermissions.assign(ids.a as string, [idOf('Editor'), idOf('Writer')])
    await api.app.rolePermissions.assign(ids.b as string, [idOf('Writer')])
    const given: [string, string[]][] = [
      ['', ['root', 'a', 'b', 'c', 'd']],
      ['(sort: [{ email: DESC }])', ['root', 'd', 'c', 'b', 'a']],
      ['(sort: { email: ASC })', ['a', 'b', 'c', 'd', 'root']],
      ['(sort: [{ lastName: ASC }, { firstName: DESC }])', ['b', 'a', 'd', 'root', 'c']],
      ['(orderBy: [lastName_DESC, email_ASC])', ['c', 'root', 'd', 'a', 'b']],
      ['(sort: [{ nickname: ASC }, { email: ASC }])', ['b', 'a', 'c', 'd', 'root']],
      ['(sort: [{ age: ASC }, { email: ASC }])', ['b', 'a', 'd', 'root', 'c']],
      ['(sort: [{ vip: DESC }, { email: ASC }])', ['c', 'root', 'a', 'd', 'b']],
      ['(sort: [{ hiredAt: ASC }, { email: ASC }, { email: DESC }])', ['a', 'c', 'b', 'd', 'root']],
      ['(orderBy: email_ASC, first: 2)', ['a', 'b']],
      ['(orderBy: email_ASC, last: 2)', ['d', 'root']],
      ['(orderBy: email_ASC, skip: 1, first: 2)', ['b', 'c']],
      ['(orderBy: email_ASC, skip: 3, last: 3)', ['d', 'root']],
      ['(orderBy: email_ASC, skip: 9, last: 3)', []],
      ['(first: 0)', []],
      [`(orderBy: [age_ASC, email_DESC], after: "${ids.b}")`, ['d', 'a', 'root', 'c']],
      [`(orderBy: [lastName_DESC, email_ASC], after: "${ids.c}", before: "${ids.b}")`, ['root', 'd', 'a']],
      [`(orderBy: email_ASC, before: "${ids.d}", last: 2)`, ['b', 'c']],
      [`(orderBy: email_ASC, after: "${ids.d}", before: "${ids.b}")`, []],
      ['(filter: { age: { gte: 30 }, vip: { equals: true } }, orderBy: email_ASC)', ['a', 'd']],
      ['(filter: { OR: [{ nickname: { is_empty: true } }, { nickname: { starts_with: "z" } }] }, orderBy: email_ASC)', ['a', 'd', 'root']],
      ['(filter: { hiredAt: { in: ["2020-01-01T00:00:00Z", null] }, id: { not_self: true } }, orderBy: email_ASC)', ['a', 'b', 'd']],
      ['(filter: { roles: { some: { name: { equals: "Writer" } } } })', ['a', 'b']],
      ['(filter: { roles: { none: { users: { some: { email: { starts_with: "a" } } } } } })', ['root', 'c', 'd']],
      ['(filter: { roles: { is_empty: true } })', ['c', 'd']],
      ['(filter: { createdBy: { email: { equals: "root@example.com" } } })', ['a', 'b', 'c']],
      ['(filter: { createdBy: { is_self: true }, firstName: { equals: "Ben" } })', ['b']],
      ['(filter: { createdBy: { not_self: true } })', ['root', 'd']],
      ['(filter: { is_self: true })', ['root']],
      ['(filter: { not_self: true, AND: [{ age: { lt: 30 } }] })', ['b']],
      ['(filter: { id: { equals: "__loggedInUserId" } })', ['root']],
      ['(filter: { email: { equals: "__loggedInUserEmail" } })', ['root']],
      ['(filter: { email: { equals: "__requestingApiToken" } })', []],
      ['(filter: { email: null, AND: null, roles: null })', ['root', 'a', 'b', 'c', 'd']],
      ['(filter: {})', ['root', 'a', 'b', 'c', 'd']],
      ['(filter: { OR: [] })', []]
    ]
    for (const [arguments_, expected] of given) t.strictSame(await list(api, token, arguments_), expected, arguments_)
  })

  t.test(`${dialect}: dates are compared with the current time`, async t => {
    const api = await open(t, dialect)
    const { token } = await api.user('root', { roles: ['Administrator'], user: { hiredAt: new Date(Date.now() - 40 * 24 * 3_600_000).toISOString() } as object })
    const hired = async (relative: string) => await list(api, token, `(filter: { hiredAt: ${relative} })`)
    t.strictSame(await hired('{ relative: { gt: { op: SUB, unit: MONTH, value: "2" }, lt: { op: SUB, unit: MONTH, value: "1" } } }'), ['root'])
    t.strictSame(await hired('{ relative: { gt: { op: SUB, value: "39" } } }'), [])
    t.strictSame(await hired('{ relative: { lt: { unit: WEEK, value: "-5" } }, gt: "2000-01-01T00:00:00Z" }'), ['root'])
    t.strictSame(await hired('{ relative: { gte: { op: ADD, unit: YEAR, value: "-1" } }, lt: "2000-01-01T00:00:00Z" }'), [])
    t.match(await hired('{ relative: { gte: { value: "1.5" } } }'), invalid({ filter: /hiredAt\.relative\.gte\.value must be a whole number/ }))
    t.match(await hired('{ relative: { gte: { unit: YEAR, value: "999999" } } }'), invalid({ filter: /hiredAt\.relative\.gte\.value must be within a thousand years/ }))
  })

  t.test(`${dialect}: a list reveals nothing that the requester cannot read`, async t => {
    const api = await open(t, dialect)
    const { app, role, user } = api
    // Ages of all, names of those of age 30, who created whom of nobody.
    await role('Ages', { data: { Users: { read: { allow: true, fields: { id: true, email: true, age: true } } } } })
    await role('Names', { data: { Users: { read: { allow: true, fields: { id: true, firstName: true, lastName: true, roles: true }, filter: { age: { equals: 30 } } } } } })
    await letters(api)
    const { token } = await user('e', { roles: ['Ages', 'Names'], user: { firstName: 'Eva', lastName: 'A' } })
    await app.db.updateTable('latchkey_users').set({ created_at: '2025-01-01T00:00:00.000Z' }).where('email', '=', 'e@example.com').execute()
    const ask = async (arguments_: string, field = 'email') => await list(api, token, arguments_, { field })
    t.strictSame(await ask('(orderBy: email_ASC)', 'firstName'), ['Ann', null, null, 'Dan', 'Eva', null], 'their own record is theirs')
    t.strictSame(await ask('(filter: { firstName: { starts_with: "" } }, orderBy: email_ASC)'), ['a', 'd', 'e'], 'what may not be read does not match')
    t.strictSame(await ask('(filter: { firstName: { not_equals: "Ben" } }, orderBy: email_ASC)'), ['a', 'b', 'c', 'd', 'e', 'root'], 'nor does its absence')
    t.strictSame(await ask('(filter: { firstName: { is_empty: true } }, orderBy: email_ASC)'), ['b', 'c', 'root'])
    t.strictSame(await ask('(sort: [{ lastName: DESC }, { email: ASC }])'), ['b', 'c', 'root', 'd', 'a', 'e'], 'nor does it sort')
    t.strictSame(await ask(`(sort: [{ lastName: ASC }, { email: ASC }], after: "${(await app.usersStore.findByEmail('b@example.com'))?.id}")`), ['c', 'root'])
    t.strictSame(await ask('(filter: { createdBy: { is_self: false } })'), denied('Users', 'createdBy'))
    for (const arguments_ of ['(filter: { status: { equals: "active" } })', '(filter: { OR: [{ AND: [{ status: { is_empty: true } }] }] })', '(sort: [{ status: ASC }])', '(orderBy: [email_ASC, status_DESC])']) {
      t.strictSame(await ask(arguments_), denied('Users', 'status'), arguments_)
    }
    t.strictSame(await ask('(filter: { roles: { some: {} } })'), denied('Roles'), 'no role may be read')

    await role('Some roles', { data: { Roles: { read: { allow: true, filter: { name: { starts_with: 'S' } } } } } })
    const some = await user('f', { roles: ['Ages', 'Names', 'Some roles'] })
    for (const filter of ['{ some: { name: { starts_with: "S" } } }', '{ none: {} }', '{ is_empty: true }']) t.strictSame(await list(api, some.token, `(filter: { roles: ${filter} })`), denied('Roles'), 'some roles may not be read')
    await role('Role names', { data: { Roles: { read: { allow: true, fields: { name: true } } } } })
    const names = await user('g', { roles: ['Ages', 'Names', 'Role names'] })
    const byRole = async (filter: string) => await list(api, names.token, `(filter: { roles: ${filter} }, orderBy: email_ASC)`)
    t.strictSame(await byRole('{ some: { name: { starts_with: "Ad" } } }'), [], 'the roles of the administrator, who is not 30, may not be read')
    t.strictSame(await byRole('{ some: { name: { starts_with: "Ag" } } }'), ['g'], 'one\'s own may')
    t.strictSame(await byRole('{ some: { createdAt: { is_empty: false } } }'), denied('Roles', 'createdAt'))
    t.strictSame(await byRole('{ some: { users: { some: { age: { equals: 40 } } } } }'), denied('Roles', 'users'))
  })

  t.test(`${dialect}: unreadable records are not listed, counted, or accepted by after and before`, async t => {
    const api = await open(t, dialect)
    const { ids, root } = await letters(api)
    await api.role('Thirty', { data: { Users: { read: { allow: true, filter: { age: { equals: 30 } } } } } })
    await api.role('Thirty without ids', { data: { Users: { read: { allow: true, fields: { email: true }, filter: { age: { equals: 30 } } } } } })
    const { token } = await api.user('e', { roles: ['Thirty'] })
    t.strictSame((await api.ask('{ usersList(first: 1) { count items { email } } }', { token })).data, { usersList: { count: 2, items: [{ email: 'a@example.com' }] } })
    t.strictSame(await list(api, token, `(after: "${ids.a}")`), ['d'])
    for (const id of [ids.b, root.user.id, 'nobody', '']) {
      t.strictSame(await list(api, token, `(after: "${id}")`), invalid({ after: 'must be the id of an item in the list' }))
      t.strictSame(await list(api, token, `(before: "${id}")`), invalid({ before: 'must be the id of an item in the list' }))
    }
    t.strictSame(await list(api, token, `(after: "${ids.a}", filter: { email: { starts_with: "d" } })`), invalid({ after: 'must be the id of an item in the list' }), 'nor is what the filter leaves out')
    const without = await api.user('f', { roles: ['Thirty without ids'] })
    t.strictSame(await list(api, without.token, '(orderBy: email_ASC)'), ['a', 'd'])
    t.strictSame(await list(api, without.token, `(after: "${ids.a}")`), denied('Users', 'id'), 'an id that may not be read tells no place')
    t.strictSame(await list(api, without.token, '(filter: { is_self: true })'), denied('Users', 'id'))
  })

  t.test(`${dialect}: a list needs as many queries for hundreds of users as for two`, async t => {
    const api = await open(t, dialect)
    const { token } = await api.user('root', { roles: ['Administrator'] })
    await api.role('Reader', {})
    const query = '{ usersList { count items { email roles { items { name } } permissions { count } createdBy { email } } } }'
    const statements = countStatements(t, api)
    const add = async (from: number, to: number) => {
      for (let index = from; index < to; index++) await api.user(`u${index}`, { roles: index % 2 === 0 ? ['Reader'] : ['Guest', 'Reader'] })
    }
    await add(0, 2)
    await api.ask(query, { token })
    const few = await statements.during(async () => await api.ask(query, { token }))
    await add(2, 300)
    await api.ask(query, { token })
    const many = await statements.during(async () => {
      const { data } = await api.ask(query, { token })
      const { count, items } = data?.usersList as { count: number, items: { roles: { items: object[] } }[] }
      t.equal(count, 301)
      t.strictSame(items.map(({ roles }) => roles.items.length).sort(), [...Array<number>(151).fill(1), ...Array<number>(150).fill(2)])
    })
    // Who asks may be looked up again: PostgreSQL tells of the users that were added a moment later.
    const [ofMany, ofFew] = [many, few].map(all => all.map(statement => statement.split(' where ')[0] as string).filter(statement => !statement.includes('from "latchkey_user_identities"')))
    t.strictSame(ofMany, ofFew)
    t.ok(many.length < 10, `${many.length} statements`)
    t.strictSame((await statements.during(async () => { await api.ask('{ usersList { items { email } } }', { token }) })).filter(sql => sql.includes('count(')), [], 'what is not asked is not counted')
  })

  t.test(`${dialect}: roles, API tokens and audit events are listed like users`, async t => {
    const api = await open(t, dialect)
    const { app, role, user, ask } = api
    const { token, user: root } = await user('root', { roles: ['Administrator'] })
    await role('Editor', { data: { Roles: { read: { allow: true, fields: { name: true } }, create: { allow: true } } } })
    const editor = app.rolePermissions.find({ name: 'Editor' })?.id as string
    await app.apiTokens.create({ name: 'B', roles: [editor], createdBy: root.id })
    await app.apiTokens.create({ name: 'A', roles: [] })
    await app.db.transaction().execute(async transaction => {
      for (const action of ['create', 'update']) await app.auditLog.record(transaction, { principal: { kind: 'user', userId: root.id, email: root.email, roles: [] }, action, table: 'Users', recordId: 'x', before: action === 'create' ? null : { a: 1 }, after: { a: [2] } })
    })
    const { data, errors } = await ask(`{
      rolesList(filter: { users: { none: {} } }) { count items { name permissions users { count } } }
      apiTokensList(filter: { roles: { some: { name: { equals: "Editor" } } }, createdBy: { is_self: true } }) { count items { name roles { items { name } } createdBy { email } } }
      all: apiTokensList(orderBy: name_DESC) { items { ...Name } }
      auditEventsList(filter: { action: { equals: "update" }, table: { equals: "Users" } }) { count items { actorKind actorId actorName table recordId before after } }
    }
    fragment Name on ApiToken { name }`, { token })
    t.equal(errors, undefined)
    t.strictSame(data, {
      rolesList: { count: 2, items: [{ name: 'Editor', permissions: { data: { Roles: { create: { allow: true }, read: { allow: true, fields: { name: true } } } } }, users: { count: 0 } }, { name: 'Guest', permissions: {}, users: { count: 0 } }] },
      apiTokensList: { count: 1, items: [{ name: 'B', roles: { items: [{ name: 'Editor' }] }, createdBy: { email: 'root@example.com' } }] },
      all: { items: [{ name: 'B' }, { name: 'A' }] },
      auditEventsList: { count: 1, items: [{ actorKind: 'user', actorId: root.id, actorName: 'root@example.com', table: 'Users', recordId: 'x', before: { a: 1 }, after: { a: [2] } }] }
    })

    const editing = await user('e', { roles: ['Editor'] })
    t.strictSame(await list(api, editing.token, '', { query: 'rolesList', field: 'name' }), ['Administrator', 'Editor', 'Guest'])
    t.strictSame((await ask('{ rolesList(first: 1) { items { id permissions users { count } } } }', { token: editing.token })).data, { rolesList: { items: [{ id: null, permissions: null, users: null }] } }, 'what may not be read')
    for (const query of ['usersList', 'apiTokensList', 'auditEventsList']) t.match((await ask(`{ ${query} { count } }`, { token: editing.token })).errors, [error('NotAuthorizedError', { details: { resource: `${query[0]?.toUpperCase()}${query.slice(1, -4)}`, action: 'read' } })])
    t.match((await ask('{ usersList { count } }')).errors, [error('NotAuthorizedError')], 'a guest')
  })

  t.test(`${dialect}: a role is found by id, name or both, and its users are shown as far as they are readable`, async t => {
    const api = await open(t, dialect)
    const { role, user, ask, app } = api
    await role('Editor', {})
    await role('Reader', { data: { Roles: { read: { allow: true, filter: { name: { in: ['Editor', 'Reader'] } } } }, Users: { read: { allow: true, filter: { email: { starts_with: 'a' } } } } } })
    await role('Names', { data: { Roles: { read: { allow: true, fields: { name: true } } }, Users: { read: { allow: true } } } })
    for (const letter of ['a', 'b']) await user(letter, { roles: ['Editor'] })
    const reader = await user('r', { roles: ['Reader'] })
    const id = app.rolePermissions.find({ name: 'Editor' })?.id as string
    const find = async (arguments_: string, token = reader.token) => {
      const { data, errors } = await ask(`{ role${arguments_} { name users(filter: { email: { ends_with: "@example.com" } }, first: 5) { count items { email } } } }`, { token })
      return errors?.map(({ code, message }) => `${code}: ${message}`) ?? data?.role
    }
    const editor = { name: 'Editor', users: { count: 1, items: [{ email: 'a@example.com' }] } }
    for (const arguments_ of [`(id: "${id}")`, '(name: "Editor")', `(id: "${id}", name: "Editor")`]) t.strictSame(await find(arguments_), editor, arguments_)
    for (const arguments_ of ['(id: "x")', '(name: "Names")', `(id: "${id}", name: "Reader")`]) t.strictSame(await find(arguments_), ['EntityNotFoundError: Role not found'], arguments_)
    t.strictSame(await find(''), ['ValidationError: The request is invalid.'])
    t.strictSame(await find('(name: "x")', (await user('n')).token), ['NotAuthorizedError: Not Authorized'])
    t.strictSame(await find('(name: "Editor")', (await user('m', { roles: ['Names'] })).token), { name: 'Editor', users: null })
    const own = async (token: string) => (await ask('{ user { roles { items { name users { count } } } } }', { token })).data?.user
    t.strictSame(await own(reader.token), { roles: { items: [{ name: 'Reader', users: { count: 0 } }] } }, 'who else has one\'s own role is told by permissions alone')
    t.strictSame(await own((await user('o', { roles: ['Editor', 'Names'] })).token), { roles: { items: [{ name: 'Editor', users: null }, { name: 'Names', users: null }] } })
  })
}

t.test('variables are typed as clients declare them', async t => {
  const api = await open(t)
  const { root: { token }, ids } = await letters(api)
  const variables = { filter: { email: { in: ['a@example.com', 'b@example.com', 'd@example.com'] }, createdAt: { gt: '2024-01-02T01:00:00+01:00' } }, sort: [{ age: 'DESC' }], after: ids.d }
  t.strictSame(await list(api, token, '(filter: $filter, sort: $sort, after: $after)', { variables }), ['b'])
  t.strictSame(await list(api, token, '(orderBy: $orderBy)', { variables: { orderBy: ['email_DESC'] } }), ['root', 'd', 'c', 'b', 'a'])
  const typed = `query ($id: IDPredicate, $text: StringPredicate, $flag: BoolPredicate, $date: DateTimePredicate, $number: FloatPredicate, $roles: RoleRelationFilter, $by: UserFilter, $and: [UserFilter!], $order: SortOrder) {
    usersList(filter: { id: $id, email: $text, vip: $flag, createdAt: $date, age: $number, roles: $roles, createdBy: $by, AND: $and }, sort: [{ email: $order }]) { count }
  }`
  const { data, errors } = await api.ask(typed, { token, variables: { text: { not_equals: null }, number: { in: [30, null] }, order: 'ASC', and: [{ vip: { equals: null } }] } })
  t.strictSame({ data, errors }, { data: { usersList: { count: 1 } }, errors: undefined })
})

t.test('every operator of record-filter is in the predicate of its type, and no other', async t => {
  const { app } = await open(t)
  for (const [type, predicate] of Object.entries({ id: 'IDPredicate', string: 'StringPredicate', number: 'FloatPredicate', boolean: 'BoolPredicate', date: 'DateTimePredicate' })) {
    const declared = Object.keys((app.graphql.schema.getType(predicate) as GraphQLInputObjectType).getFields())
    t.strictSame(declared.sort(), operatorsOf(type as 'id').sort(), predicate)
  }
})

t.test('invalid arguments are a ValidationError by argument', async t => {
  const api = await open(t)
  const { token } = await api.user('root', { roles: ['Administrator'] })
  const deep = (levels: number): string => levels === 0 ? '{ email: { is_empty: true } }' : `{ AND: [${deep(levels - 1)}] }`
  const size = 'must be at most 5000: request the next page with after, the id of the last item'
  const mistakes: [string, Record<string, unknown>][] = [
    ['(first: -1)', { first: 'must not be negative' }],
    ['(last: -1)', { last: 'must not be negative' }],
    ['(skip: -1)', { skip: 'must not be negative' }],
    ['(first: 5001)', { first: size }],
    ['(last: 5001)', { last: size }],
    ['(first: 1, last: 1)', { last: 'cannot be combined with first' }],
    ['(sort: [{ email: ASC }], orderBy: email_ASC)', { orderBy: 'cannot be combined with sort' }],
    ['(sort: [{ email: ASC, age: ASC }])', { sort: 'must name one field in each item, for example [{ lastName: ASC }, { firstName: ASC }]' }],
    ['(sort: [{}])', { sort: 'must name one field in each item, for example [{ lastName: ASC }, { firstName: ASC }]' }],
    ['(after: "x")', { after: 'must be the id of an item in the list' }],
    [`(filter: ${deep(10)})`, { filter: 'Invalid filter: AND[0].AND[0].AND[0].AND[0].AND[0].AND[0].AND[0].AND[0].AND[0].AND[0] is nested deeper than 10 levels' }],
    ['(filter: { email: {} })', { filter: 'Invalid filter: email needs an operator, for example { "equals": … }' }],
    ['(filter: { email: { contains: null } })', { filter: 'Invalid filter: email.contains must be a string' }],
    ['(filter: { email: { equals: "__loggedInUserID" } })', { filter: 'Invalid filter: email.equals is not a variable; did you mean __loggedInUserId?' }],
    ['(filter: { roles: {} })', { filter: 'Invalid filter: roles needs some, every or none' }]
  ]
  for (const [arguments_, details] of mistakes) t.strictSame(await list(api, token, arguments_), invalid(details), arguments_)
  t.strictSame(await list(api, token, '(filter: $filter)', { variables: { filter: { OR: Array.from({ length: 101 }, () => ({ email: { equals: 'x' } })) } } }), invalid({ filter: 'Invalid filter: OR[100].email.equals is one condition too many: a filter can have at most 100' }))
})

t.test('lists have a thousand items by default, and at most five thousand', async t => {
  const api = await open(t)
  const { token, user } = await api.user('root', { roles: ['Administrator'] })
  const template = await api.app.db.selectFrom('latchkey_users').selectAll().where('id', '=', user.id).executeTakeFirstOrThrow()
  for (let start = 0; start < 1100; start += 100) {
    await api.app.db.insertInto('latchkey_users').values(Array.from({ length: 100 }, (_, index) => ({ ...template, id: `id ${start + index}`, email: `${start + index}@example.com` }))).execute()
  }
  t.equal((await list(api, token, '') as string[]).length, 1000)
  t.equal((await list(api, token, '(first: 5000)') as string[]).length, 1101)
})

t.test('a list sees the changes of earlier mutations in the same request', async t => {
  const api = await open(t)
  const { token } = await api.user('root', { roles: ['Administrator'] })
  const one = await api.user('one', { roles: ['Guest'] })
  const change = (change: string) => `userUpdate(filter: { id: "${one.user.id}" }, data: { roles: { ${change}: [{ name: "Guest" }] } }) { roles { count } }`
  t.strictSame((await api.ask(`mutation { a: ${change('disconnect')} b: ${change('connect')} c: ${change('disconnect')} }`, { token })).data, { a: { roles: { count: 0 } }, b: { roles: { count: 1 } }, c: { roles: { count: 0 } } })
})

t.test('a list reads only the selected fields, and all fields if a resolver may need them', async t => {
  const api = await openApi(t, 'sqlite', {
    after: app => {
      app.graphql.extendSchema('extend type User { fullName: String }')
      app.graphql.defineResolvers({ User: { fullName: ({ firstName, lastName }: { firstName: string, lastName: string }) => `${firstName} ${lastName}` } })
    }
  })
  const { token } = await api.user('ann', { roles: ['Administrator'], user: { firstName: 'Ann', lastName: 'Lee' } })
  const statements = countStatements(t, api)
  const items = async (fields: string, fragments = '') => {
    const text = `{ usersList { items { ${fields} } } } ${fragments}`
    const answers = []
    // Interpreted, then compiled.
    for (let times = 0; times < 3; times++) answers.push((await api.ask(text, { token })).data?.usersList)
    return answers.map(answer => (answer as { items: unknown[] }).items[0])
  }
  const thrice = (item: object) => [item, item, item]
  t.strictSame(await items('fullName'), thrice({ fullName: 'Ann Lee' }))
  t.strictSame(await items('... on User { given: firstName } ...name', 'fragment name on User { lastName __typename }'), thrice({ given: 'Ann', lastName: 'Lee', __typename: 'User' }))
  t.strictSame(await items('email roles { items { name } }'), thrice({ email: 'ann@example.com', roles: { items: [{ name: 'Administrator' }] } }))
  t.strictSame((await api.ask('{ usersList { a: items { firstName } b: items { lastName } } }', { token })).data, { usersList: { a: [{ firstName: 'Ann' }], b: [{ lastName: 'Lee' }] } })
  t.strictSame((await api.ask('query ($no: Boolean = false) { usersList { items { firstName @include(if: $no) lastName } } }', { token, variables: { no: true } })).data, { usersList: { items: [{ firstName: 'Ann', lastName: 'Lee' }] } })
  const columns = async (fields: string) => {
    const [text = ''] = await statements.during(() => api.ask(`{ usersList { items { ${fields} } } }`, { token })).then(all => all.filter(sql => sql.includes('usersList') || sql.includes('limit')))
    return text.slice(0, text.indexOf(' from ')).split(',').length
  }
  t.ok(await columns('email') < await columns('email fullName'))
})
