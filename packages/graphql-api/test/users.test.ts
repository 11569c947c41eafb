import { dialects } from '@latchkey/test-databases'
import t from 'tap'
import { error, openApi } from './helpers/api.js'
import { countStatements } from './helpers/statements.js'

for (const dialect of dialects) {
  t.test(`${dialect}: other users are readable as roles allow, by record and by field`, async t => {
    const { ask, user, role } = await openApi(t, dialect)
    await role('Staff list', { data: { Users: { read: { allow: true, fields: { email: true, id: true }, filter: { email: { ends_with: '@example.com' } } } } } })
    await role('Berlin', { data: { Users: { read: { allow: true, fields: { firstName: true }, filter: { timezone: { equals: 'Europe/Berlin' } } } } } })
    await role('Colleague', { data: { Users: { read: { allow: true, filter: { createdBy: { equals: '__loggedInUserId' } } } } } })
    const jane = await user('jane', { roles: ['Staff list', 'Berlin', 'Colleague'] })
    const find = async (id: string) => {
      const { data, errors } = await ask('query ($id: ID) { user(id: $id) { id email firstName lastName } }', { token: jane.token, variables: { id } })
      return errors === undefined ? data?.user : errors.map(({ code, message, path }) => ({ code, message, path }))
    }
    const notFound = [{ code: 'EntityNotFoundError', message: 'User not found', path: ['user'] }]

    const joe = await user('joe', { user: { firstName: 'Joe', lastName: 'Doe' } })
    t.strictSame(await find(joe.user.id), { id: joe.user.id, email: 'joe@example.com', firstName: null, lastName: null }, 'by one role')
    const ada = await user('ada', { user: { firstName: 'Ada', lastName: 'Doe', timezone: 'Europe/Berlin' } })
    t.strictSame(await find(ada.user.id), { id: ada.user.id, email: 'ada@example.com', firstName: 'Ada', lastName: null }, 'by two roles together')
    const max = await user('max', { user: { email: 'max@elsewhere.com', firstName: 'Max', lastName: 'Doe', timezone: 'Europe/Berlin' } })
    t.strictSame(await find(max.user.id), { id: null, email: null, firstName: 'Max', lastName: null }, 'fields only of the role that admits the record')
    const eve = await user('eve', { user: { email: 'eve@elsewhere.com', lastName: 'Doe', createdBy: jane.user.id } })
    t.strictSame(await find(eve.user.id), { id: eve.user.id, email: 'eve@elsewhere.com', firstName: null, lastName: 'Doe' }, 'by a variable')
    const tom = await user('tom', { user: { email: 'tom@elsewhere.com' } })
    t.strictSame(await find(tom.user.id), notFound, 'by none')
    t.strictSame(await find('nobody'), notFound, 'as one who is not there')
  })

  t.test(`${dialect}: the effective permissions of another user need permission to read those of each role`, async t => {
    const { ask, user, role } = await openApi(t, dialect)
    const everybody = { Users: { read: { allow: true } } }
    await role('All', { data: { ...everybody, Roles: { read: { allow: true } } } })
    await role('Names', { data: { ...everybody, Roles: { read: { allow: true, fields: { name: true } } } } })
    await role('Some', { data: { ...everybody, Roles: { read: { allow: true, filter: { name: { not_equals: 'Hidden' } } } } } })
    await role('Hidden', { data: { Users: { read: { allow: true, filter: { email: { ends_with: '@client.example' } } } } } })
    const joe = await user('joe', { roles: ['Hidden', 'All'] })
    const open = await user('open', { roles: ['All'] })
    const told = async (by: string, { id }: { id: string }) => {
      const { token } = await user(`${by}-${id}`, { roles: [by] })
      return await ask(`{ user(id: "${id}") { permissions(filter: { resource: "Roles" }) { count } } }`, { token })
    }
    const refused = { data: { user: { permissions: null } }, errors: [error('NotAuthorizedError', { details: { resource: 'Roles', action: 'read' } })] }
    t.match(await told('All', joe.user), { data: { user: { permissions: { count: 1 } } } })
    t.match(await told('Some', joe.user), refused, 'one role may not be read')
    t.match(await told('Some', open.user), { data: { user: { permissions: { count: 1 } } } })
    t.match(await told('Names', open.user), refused, 'of the role only the name')
  })

  t.test(`${dialect}: the roles of another user need read on Roles, and are limited by it`, async t => {
    const { ask, user, role } = await openApi(t, dialect)
    await role('Reader', { data: { Users: { read: { allow: true } } } })
    await role('Auditor', { data: { Users: { read: { allow: true } }, Roles: { read: { allow: true, fields: { name: true }, filter: { name: { starts_with: 'A' } } } } } })
    const joe = await user('joe', { roles: ['Auditor', 'Reader'] })
    const query = `{ user(id: "${joe.user.id}") { email roles { count items { id name } } permissions(filter: { resource: "Roles" }) { count items { permission } } } }`

    const reader = await user('reader', { roles: ['Reader'] })
    const denied = { details: { resource: 'Roles', action: 'read' } }
    const { data, errors } = await ask(query, { token: reader.token })
    t.strictSame(data, { user: { email: 'joe@example.com', roles: null, permissions: null } })
    // In the order in which they were found.
    t.strictSame(errors?.map(({ path }) => path?.join('.')).sort(), ['user.permissions', 'user.roles'])
    for (const refusal of errors ?? []) t.match(refusal, error('NotAuthorizedError', denied))
    const auditor = await user('auditor', { roles: ['Auditor'] })
    t.match(await ask(query, { token: auditor.token }), {
      data: { user: { roles: { count: 1, items: [{ id: null, name: 'Auditor' }] }, permissions: null } },
      errors: [error('NotAuthorizedError', denied)]
    })
  })
}

t.test('roles and permissions are null if these fields of users are unreadable, whatever Roles allows', async t => {
  const { ask, user, role } = await openApi(t)
  await role('Mailer', { data: { Users: { read: { allow: true, fields: { email: true } } }, Roles: { read: { allow: true } } } })
  const joe = await user('joe')
  const { token } = await user('jane', { roles: ['Mailer'] })
  t.strictSame(await ask(`{ user(id: "${joe.user.id}") { email avatar { id } roles { count } permissions { count } } }`, { token }).then(({ data, errors }) => ({ data, errors })), {
    data: { user: { email: 'joe@example.com', avatar: null, roles: null, permissions: null } },
    errors: undefined
  })
})

t.test('users read their own record and roles, regardless of their roles', async t => {
  const { ask, user, role } = await openApi(t)
  await role('Nothing', { data: { Users: { read: { allow: false } } } })
  const jane = await user('jane', { roles: ['Nothing'], user: { firstName: 'Jane' } })
  const expected = { id: jane.user.id, email: 'jane@example.com', firstName: 'Jane', roles: { count: 1, items: [{ name: 'Nothing' }] } }
  const fields = '{ id email firstName roles { count items { name } } }'
  for (const arguments_ of ['', `(id: "${jane.user.id}")`, '(email: " Jane@EXAMPLE.com ")', `(id: "${jane.user.id}", email: "jane@example.com")`, '(id: null, email: null)']) {
    t.strictSame((await ask(`{ user${arguments_} ${fields} }`, { token: jane.token })).data, { user: expected }, arguments_)
  }
})

t.test('without permission to read users, nobody learns who exists', async t => {
  const { ask, user, role } = await openApi(t)
  await role('Nothing', {})
  const joe = await user('joe')
  const jane = await user('jane', { roles: ['Nothing'] })
  const denied = { status: 200, data: { user: null }, errors: [error('NotAuthorizedError', { message: 'Not Authorized', path: ['user'], details: { resource: 'Users', action: 'read' } })] }
  for (const token of [jane.token, undefined]) {
    for (const arguments_ of [`id: "${joe.user.id}"`, 'id: "nobody"', 'email: "joe@example.com"', 'email: "nobody@example.com"', `id: "${jane.user.id}", email: "joe@example.com"`]) {
      t.match(await ask(`{ user(${arguments_}) { id } }`, { token }), denied, arguments_)
    }
  }
  t.match(await ask('{ user { id } }'), denied, 'a guest has no record of its own')
})

t.test('an administrator finds users by id or email; an invalid email finds nobody', async t => {
  const { ask, user } = await openApi(t)
  const root = await user('root', { roles: ['Administrator'] })
  const joe = await user('joe')
  for (const arguments_ of [`id: "${joe.user.id}"`, 'email: "JOE@example.com"', `id: "${joe.user.id}", email: "joe@example.com"`]) {
    t.strictSame((await ask(`{ user(${arguments_}) { email } }`, { token: root.token })).data, { user: { email: 'joe@example.com' } }, arguments_)
  }
  for (const arguments_ of ['id: ""', 'email: ""', 'email: "joe"', `id: "${root.user.id}", email: "joe@example.com"`, `email: "${'x'.repeat(5000)}@example.com"`]) {
    const { data, errors } = await ask(`{ user(${arguments_}) { email } }`, { token: root.token })
    t.strictSame(data, { user: null }, arguments_)
    t.match(errors?.[0]?.code, /^(EntityNotFoundError|ValidationError)$/, arguments_)
  }
})

t.test('the creator of a user is shown as far as it is readable', async t => {
  const { ask, user, role, app } = await openApi(t)
  await role('Reader', { data: { Users: { read: { allow: true, fields: { email: true, createdBy: true } } } } })
  const root = await user('root', { user: { firstName: 'Root' } })
  const jane = await user('jane', { roles: ['Reader'], user: { createdBy: root.user.id } })
  const joe = await user('joe', { user: { createdBy: root.user.id } })
  const own = await user('own', { user: { createdBy: jane.user.id } })
  const creator = async (token: string, id: string) => {
    const { data, errors } = await ask(`{ user(id: "${id}") { createdBy { email firstName } } }`, { token })
    t.equal(errors, undefined)
    return data?.user
  }
  t.strictSame(await creator(jane.token, jane.user.id), { createdBy: { email: 'root@example.com', firstName: null } })
  t.strictSame(await creator(jane.token, own.user.id), { createdBy: { email: 'jane@example.com', firstName: null } })
  t.strictSame(await creator(joe.token, joe.user.id), { createdBy: null }, 'joe may read nobody')
  await app.db.updateTable('latchkey_users').set({ created_by: joe.user.id }).where('id', '=', joe.user.id).execute()
  t.strictSame(await creator(joe.token, joe.user.id), { createdBy: { email: 'joe@example.com', firstName: null } }, 'but himself')
  const orphan = await user('orphan', { roles: ['Reader'], user: { createdBy: 'somebody who is gone' } })
  t.strictSame(await creator(orphan.token, orphan.user.id), { createdBy: null })
})

t.test('permissions are the combined permissions of all roles of a user', async t => {
  const { ask, user, role } = await openApi(t, 'sqlite', {
    before: async app => {
      app.rolePermissions.declareFunction('getToken')
      app.rolePermissions.declareFunction('sendReport')
    }
  })
  const own = { id: { equals: '__loggedInUserId' } }
  await role('One', {
    data: { Users: { read: { allow: true, fields: { email: true }, filter: own }, update: { allow: true, filter: own }, delete: { allow: false } } },
    custom: { functions: { getToken: { allow: true }, sendReport: { allow: false } }, settings: { workspaceAdministration: { allow: false } } }
  })
  await role('Two', {
    data: { Users: { read: { allow: true, fields: { firstName: true }, filter: { status: { equals: 'active' } } }, update: { allow: true } } },
    custom: { settings: { workspaceAdministration: { allow: true } } }
  })
  const query = 'query ($filter: PermissionInputFilter) { user { permissions(filter: $filter) { count items { resource resourceType permission } } } }'
  const permissions = async (token: string, filter?: object) => ((await ask(query, { token, variables: { filter } })).data?.user as { permissions: { count: number, items: Record<string, unknown>[] } }).permissions

  const jane = await user('jane', { roles: ['One', 'Two'] })
  const all = await permissions(jane.token)
  t.equal(all.count, all.items.length)
  const item = (resource: string) => all.items.find(item => item.resource === resource)
  t.strictSame(item('Users'), {
    resource: 'Users',
    resourceType: 'data',
    permission: {
      create: { allow: false },
      read: { allow: true, fields: { email: true, firstName: true }, filter: { OR: [own, { status: { equals: 'active' } }] } },
      update: { allow: true },
      delete: { allow: false }
    }
  })
  t.match(item('functions'), { resourceType: 'custom', permission: { getToken: { allow: true }, sendReport: { allow: false } } })
  t.match(item('settings'), { resourceType: 'custom', permission: { workspaceAdministration: { allow: true } } })

  t.strictSame((await permissions(jane.token, { resourceType: 'custom' })).items.map(({ resource }) => resource), ['functions', 'settings'])
  t.strictSame((await permissions(jane.token, { resource: 'Roles', resourceType: 'data' })).items.map(({ resource }) => resource), ['Roles'])
  t.strictSame(await permissions(jane.token, { resource: 'Roles', resourceType: 'custom' }), { count: 0, items: [] })

  const joe = await user('joe', { roles: ['One'] })
  t.match((await permissions(joe.token, { resource: 'Users' })).items[0], { permission: { read: { allow: true, fields: { email: true }, filter: own } } })

  const root = await user('root', { roles: ['Administrator'] })
  for (const { resource, permission } of (await permissions(root.token)).items) {
    for (const [name, value] of Object.entries(permission as Record<string, unknown>)) t.strictSame(value, { allow: true }, `${resource as string}: ${name}`)
  }
})

for (const dialect of dialects) {
  t.test(`${dialect}: an email or id without a user costs the same queries as one of a user that is out of reach`, async t => {
    const api = await openApi(t, dialect)
    const own = { allow: true, filter: { id: { equals: '__loggedInUserId' } } }
    await api.role('Own', { data: { Users: { read: own, update: own, delete: own } } })
    const { token } = await api.user('ann', { roles: ['Own'] })
    const { user: other } = await api.user('bob')
    const { during } = countStatements(t, api)
    const absent = { id: '00000000-0000-4000-8000-000000000000', email: 'nobody@example.com' }
    const queries = [
      ['id', 'query ($who: ID) { user(id: $who) { id } }'],
      ['email', 'query ($who: String) { user(email: $who) { id } }'],
      ['id', 'mutation ($who: ID) { userUpdate(data: { id: $who, firstName: "X" }) { id } }'],
      ['email', 'mutation ($who: String) { userUpdate(data: { firstName: "X" }, filter: { email: $who }) { id } }'],
      ['id', 'mutation ($who: ID) { userDelete(data: { id: $who }) { success } }'],
      ['email', 'mutation ($who: String) { userDelete(filter: { email: $who }) { success } }'],
      ['email', 'mutation ($who: String) { userIdentityDelete(data: { issuer: "https://id.example.com", subject: "x" }, filter: { email: $who }) { success } }']
    ] as const
    for (const [by, query] of queries) {
      const asked = async (who: string) => {
        let answer: unknown
        const statements = await during(async () => { answer = (await api.ask(query, { token, variables: { who } })).errors })
        // Whether the requester is remembered from the request before is a matter of time.
        return { answer, statements: statements.filter(statement => !statement.includes('noted_email')) }
      }
      const found = await asked(other[by])
      t.match(found.answer, [{ code: 'EntityNotFoundError', message: 'User not found' }], query)
      t.strictSame(await asked(absent[by]), found, query)
    }
  })
}
