import auditLog from '@latchkey/audit-log'
import apiTokens from '@latchkey/api-tokens'
import { dialects, type Dialect } from '@latchkey/test-databases'
import t, { type Test } from 'tap'
import { error, openApi, type TestApi } from './helpers/api.js'

const create = 'mutation ($data: RoleCreateInput!) { roleCreate(data: $data) { id name description } }'
const update = 'mutation ($data: RoleUpdateInput!, $filter: RoleKeyFilter) { roleUpdate(data: $data, filter: $filter) { id name description } }'
const remove = 'mutation ($data: RoleDeleteInput, $filter: RoleKeyFilter, $force: Boolean) { roleDelete(data: $data, filter: $filter, force: $force) { success } }'
const all = { create: { allow: true }, read: { allow: true }, update: { allow: true }, delete: { allow: true } }
const denied = (resource: string, action: string) => [error('NotAuthorizedError', { message: 'Not Authorized', details: { resource, action } })]
const own = { allow: true, filter: { id: { equals: '__loggedInUserId' } } }

const open = async (t: Test, dialect: Dialect = 'sqlite') => await openApi(t, dialect, { before: async app => { await app.register(auditLog); await app.register(apiTokens) } })
const events = async ({ app }: TestApi, table: string) => {
  const rows = await app.db.selectFrom('latchkey_audit_events').select('id').where('resource', '=', table).execute()
  return (await app.auditLog.read(rows.map(({ id }) => id))).sort((one, other) => one.createdAt < other.createdAt ? -1 : 1)
}

for (const dialect of dialects) {
  t.test(`${dialect}: an administrator creates, updates and deletes a role, and all of it is in the audit log`, async t => {
    const api = await open(t, dialect)
    const root = await api.user('root', { roles: ['Administrator'] })
    const ask = async (query: string, variables: object) => await api.ask(query, { token: root.token, variables: { ...variables } })
    const permissions = { data: { Users: { read: { allow: true } } } }

    const made = (await ask(create, { data: { name: 'Editor', description: 'Edits', permissions } })).data?.roleCreate as { id: string }
    t.match(made, { id: String, name: 'Editor', description: 'Edits' })
    const { id } = made
    t.strictSame(api.app.rolePermissions.find({ id })?.permissions, permissions)
    t.match((await ask(create, { data: { name: 'Editor' } })).errors, [error('EntityExistsError')])
    t.match((await ask(create, { data: { name: 'Bad', permissions: { data: { User: {} } } } })).errors, [error('ValidationError', { details: { permissions: /Users/ } })])
    t.match((await ask(create, { data: { name: ' ' } })).errors, [error('ValidationError', { details: { name: String } })])

    t.match((await ask(update, { data: { id, name: 'Author', description: null } })).data, { roleUpdate: { id, name: 'Author', description: null } })
    t.match((await ask(update, { data: { permissions: {} }, filter: { name: 'Author' } })).data, { roleUpdate: { id } })
    t.match((await ask(update, { data: { name: 'Writer' }, filter: { id } })).data, { roleUpdate: { name: 'Writer' } })
    t.strictSame((await ask(remove, { filter: { id, name: 'Writer' }, force: true })).data, { roleDelete: { success: true } })
    t.match((await ask(remove, { data: { id } })).errors, [error('EntityNotFoundError', { message: 'Role not found' })])
    t.match((await ask(remove, { data: { name: 'Guest' } })).errors, [error('ValidationError', { details: { role: String } })])
    t.match((await ask(update, { data: { permissions: {} }, filter: { name: 'Administrator' } })).errors, [error('ValidationError', { details: { permissions: String } })])

    t.match(await events(api, 'Roles'), [
      { actorId: root.user.id, action: 'create', recordId: id, before: null, after: { name: 'Editor', permissions } },
      { action: 'update', before: { name: 'Editor', description: 'Edits' }, after: { name: 'Author', description: null } },
      { action: 'update', before: { permissions }, after: { permissions: {} } },
      { action: 'update', before: { name: 'Author' }, after: { name: 'Writer' } },
      { action: 'delete', before: { name: 'Writer' }, after: null }
    ])
  })

  t.test(`${dialect}: nobody creates, updates or deletes a role that allows more than they can do`, async t => {
    const api = await open(t, dialect)
    await api.role('Manager', { data: { Roles: all, Users: { read: { allow: true, fields: { id: true, email: true } } } } })
    await api.role('Reader', { data: { Users: { read: { allow: true, fields: { email: true } } } } })
    await api.role('Deleter', { data: { Users: { delete: { allow: true } } } })
    await api.role('Owner', { all: true })
    const { token } = await api.user('jane', { roles: ['Manager'] })
    const ask = async (query: string, variables: object) => await api.ask(query, { token, variables: { ...variables } })
    const before = JSON.stringify(api.app.rolePermissions.list())

    const wanted: [string, object, string, string][] = [
      ['everything', { all: true }, '*', 'all'],
      ['an action', { data: { Users: { delete: { allow: true } } } }, 'Users', 'delete'],
      ['a field', { data: { Users: { read: { allow: true, fields: { status: true } } } } }, 'Users', 'read'],
      ['all fields', { data: { Users: { read: { allow: true } } } }, 'Users', 'read'],
      ['a function', { custom: { functions: { getToken: { allow: true } } } }, 'getToken', 'call']
    ]
    for (const [what, permissions, resource, action] of wanted) {
      t.match((await ask(create, { data: { name: 'New', permissions } })).errors, denied(resource, action), `a new role with ${what}`)
      for (const name of ['Manager', 'Reader', 'Guest']) t.match((await ask(update, { data: { permissions }, filter: { name } })).errors, denied(resource, action), `${name} with ${what}`)
    }
    t.match((await ask(create, { data: { name: 'New' } })).errors, denied('Users', 'read'), 'the permissions of a new role that names none are given too')
    t.match((await ask(update, { data: { name: 'Mine' }, filter: { name: 'Deleter' } })).errors, denied('Users', 'delete'), 'nor takes its name')
    t.match((await ask(update, { data: { permissions: {} }, filter: { name: 'Deleter' } })).errors, denied('Users', 'delete'), 'nor its permissions')
    t.match((await ask(update, { data: { permissions: {} }, filter: { name: 'Administrator' } })).errors, denied('*', 'all'))
    t.match((await ask(remove, { data: { name: 'Deleter' } })).errors, denied('Users', 'delete'))
    t.equal(JSON.stringify(api.app.rolePermissions.list()), before)
    t.strictSame(await events(api, 'Roles'), [], 'what is refused is not noted')

    t.match((await ask(create, { data: { name: 'Emails', permissions: { data: { Users: { read: { allow: true, fields: { email: true } } } } } } })).data, { roleCreate: { name: 'Emails' } })
    t.match((await ask(update, { data: { permissions: { data: { Users: { read: { allow: true, fields: { id: true } } } } } }, filter: { name: 'Reader' } })).data, { roleUpdate: { name: 'Reader' } })
    t.strictSame((await ask(remove, { data: { name: 'Reader' } })).data, { roleDelete: { success: true } })
  })

  t.test(`${dialect}: permissions on Roles hold by record and by field, before and after a change`, async t => {
    const api = await open(t, dialect)
    const teams = { name: { starts_with: 'team ' } }
    await api.role('Lead', {
      data: {
        Users: { read: own, update: own },
        Roles: {
          create: { allow: true, filter: teams }, update: { allow: true, filter: teams, fields: { name: true } }, delete: { allow: true, filter: teams }
        }
      }
    })
    await api.role('Other', {})
    const { token } = await api.user('jane', { roles: ['Lead'] })
    const ask = async (query: string, variables: object) => await api.ask(query, { token, variables: { ...variables } })

    t.match((await ask(create, { data: { name: 'elsewhere' } })).errors, denied('Roles', 'create'))
    const made = (await ask(create, { data: { name: 'team a' } })).data?.roleCreate as { id: string }
    t.strictSame({ ...made }, { id: made.id, name: null, description: null }, 'what may not be read is not shown')
    t.match((await ask(update, { data: { name: 'elsewhere' }, filter: { id: made.id } })).errors, denied('Roles', 'update'), 'nobody pushes a record out of their reach')
    t.match((await ask(update, { data: { description: 'x' }, filter: { id: made.id } })).errors, denied('Roles', 'update'))
    t.match((await ask(update, { data: { name: 'team x' }, filter: { name: 'Other' } })).errors, [error('EntityNotFoundError')])
    t.match((await ask(remove, { data: { name: 'Other' } })).errors, [error('EntityNotFoundError')])
    t.match((await ask(update, { data: { name: 'team b' }, filter: { id: made.id } })).data, { roleUpdate: { id: made.id } })
    t.strictSame((await ask(remove, { data: { id: made.id } })).data, { roleDelete: { success: true } })
    t.match((await api.ask(create, { variables: { data: { name: 'x' } } })).errors, denied('Roles', 'create'), 'and a guest does nothing')
  })

  t.test(`${dialect}: changes of API tokens are in the audit log, without their secrets`, async t => {
    const api = await open(t, dialect)
    await api.role('Reader', {})
    const { token } = await api.user('root', { roles: ['Administrator'] })
    const ask = async (query: string, variables: object) => (await api.ask(query, { token, variables: { ...variables } })).data
    const made = (await ask('mutation ($data: ApiTokenCreateInput!) { apiTokenCreate(data: $data) { id token } }', { data: { name: 'ci', roles: { connect: [{ name: 'Reader' }] } } }))?.apiTokenCreate as { id: string, token: string }
    await ask('mutation ($data: ApiTokenUpdateInput!) { apiTokenUpdate(data: $data) { id } }', { data: { id: made.id, name: 'build' } })
    await ask('mutation ($data: ApiTokenKeyFilter) { apiTokenDelete(data: $data) { success } }', { data: { id: made.id } })
    const noted = await events(api, 'ApiTokens')
    t.match(noted, [{ action: 'create', after: { name: 'ci', roles: ['Reader'] } }, { action: 'update', before: { name: 'ci' }, after: { name: 'build' } }, { action: 'delete', before: { name: 'build' }, after: null }])
    t.notMatch(JSON.stringify(noted), made.token)
    t.notMatch(JSON.stringify(noted), /hash/i)
  })
}
