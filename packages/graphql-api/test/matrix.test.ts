/** Every action on every table by every kind of principal: those with the permission succeed, all others are refused. */
import activityLog from '@latchkey/activity-log'
import apiTokens from '@latchkey/api-tokens'
import auditLog from '@latchkey/audit-log'
import type { RolePermissions } from '@latchkey/role-permissions'
import { dialects, type Dialect } from '@latchkey/test-databases'
import t, { type Test } from 'tap'
import { error, openApi, type Answer, type TestApi } from './helpers/api.js'

type Action = 'create' | 'read' | 'update' | 'delete'

interface Asked {
  readonly query: string
  readonly variables?: Record<string, unknown>
}

/** What asks for an action on a table, and makes what it is done to. `number` keeps names apart. */
type Ask = (api: TestApi, number: number) => Promise<Asked>

const asks: Record<string, Partial<Record<Action, Ask>>> = {
  Users: {
    create: async (_api, number) => ({ query: 'mutation ($data: UserCreateInput!) { userCreate(data: $data) { id } }', variables: { data: { email: `made-${number}@example.com` } } }),
    read: async () => ({ query: '{ usersList { count items { id } } }' }),
    update: async (api, number) => ({ query: 'mutation ($data: UserUpdateInput!) { userUpdate(data: $data) { id } }', variables: { data: { id: await someUser(api, number), firstName: 'New' } } }),
    delete: async (api, number) => ({ query: 'mutation ($data: UserDeleteInput) { userDelete(data: $data) { success } }', variables: { data: { id: await someUser(api, number) } } })
  },
  Roles: {
    create: async (_api, number) => ({ query: 'mutation ($data: RoleCreateInput!) { roleCreate(data: $data) { id } }', variables: { data: { name: `made ${number}`, permissions: {} } } }),
    read: async () => ({ query: '{ rolesList { count items { id } } }' }),
    update: async (api, number) => ({ query: 'mutation ($data: RoleUpdateInput!) { roleUpdate(data: $data) { id } }', variables: { data: { id: await someRole(api, number), description: 'New' } } }),
    delete: async (api, number) => ({ query: 'mutation ($data: RoleDeleteInput) { roleDelete(data: $data) { success } }', variables: { data: { id: await someRole(api, number) } } })
  },
  ApiTokens: {
    create: async (_api, number) => ({ query: 'mutation ($data: ApiTokenCreateInput!) { apiTokenCreate(data: $data) { id } }', variables: { data: { name: `made ${number}` } } }),
    read: async () => ({ query: '{ apiTokensList { count items { id } } }' }),
    update: async (api, number) => ({ query: 'mutation ($data: ApiTokenUpdateInput!) { apiTokenUpdate(data: $data) { id } }', variables: { data: { id: await someToken(api, number), name: `new ${number}` } } }),
    delete: async (api, number) => ({ query: 'mutation ($data: ApiTokenKeyFilter) { apiTokenDelete(data: $data) { success } }', variables: { data: { id: await someToken(api, number) } } })
  },
  AuthenticationProfiles: {
    read: async () => ({ query: '{ authenticationProfilesList { count items { id } } }' }),
    update: async (api, number) => ({ query: 'mutation ($data: AuthenticationProfileUpdateInput!) { authenticationProfileUpdate(data: $data) { id } }', variables: { data: { id: await someProfile(api, number), name: `new ${number}` } } }),
    delete: async (api, number) => ({ query: 'mutation ($data: AuthenticationProfileDeleteInput) { authenticationProfileDelete(data: $data) { success } }', variables: { data: { id: await someProfile(api, number) } } })
  },
  AuthenticationSettings: {
    read: async () => ({ query: '{ authenticationSettings { allowedLogouts } }' }),
    update: async (_api, number) => ({ query: 'mutation ($data: AuthenticationSettingUpdateInput!) { authenticationSettingsUpdate(data: $data) { allowedLogouts } }', variables: { data: { allowedLogouts: [`https://app.example.com/${number}`] } } })
  },
  AuditEvents: {
    read: async () => ({ query: '{ auditEventsList { count items { id } } }' })
  },
  SignIns: {
    read: async (_api, number) => ({ query: number % 2 === 0 ? '{ signInsList { count items { id } } }' : '{ activityPerDay { day signIns } }' })
  }
}

const someUser = async ({ app }: TestApi, number: number) => (await app.usersStore.create({ email: `some-${number}@example.com` })).id
const someRole = async ({ app }: TestApi, number: number) => (await app.rolePermissions.create({ name: `some ${number}`, permissions: {} })).id
const someToken = async ({ app }: TestApi, number: number) => (await app.apiTokens.create({ name: `some ${number}`, roles: [] })).token.id
const someProfile = async ({ app }: TestApi, number: number) =>
  (await app.authProfiles.create({ name: `some ${number}`, type: 'test', options: { issuer: `https://${number}.example.com`, clientId: 'web' } })).id

const granting = (table: string, action: string): RolePermissions => ({ data: { [table]: { [action]: { allow: true } } } })
const questions = Object.entries(asks).flatMap(([table, actions]) => Object.entries(actions).map(([action, ask]) => ({ table, action: action as Action, ask })))

async function open (t: Test, dialect: Dialect): Promise<TestApi> {
  const api = await openApi(t, dialect, { before: async app => { await app.register(auditLog); await app.register(activityLog); await app.register(apiTokens) } })
  for (const { table, action } of questions) await api.role(`${action} ${table}`, granting(table, action))
  return api
}

for (const dialect of dialects) {
  t.test(dialect, async t => {
    const api = await open(t, dialect)
    let number = 0

    const userWith = async (...roles: string[]) => (await api.user(`user-${++number}`, { roles })).token
    const apiTokenWith = async (...names: string[]) => {
      const roles = names.map(name => api.app.rolePermissions.find({ name })?.id as string)
      return (await api.app.apiTokens.create({ name: `token ${++number}`, roles })).secret
    }
    const others = (table: string, action: string) => questions.filter(other => other.table !== table || other.action !== action).map(other => `${other.action} ${other.table}`)
    const nobody = await userWith()
    const administrator = await userWith('Administrator')
    const bareToken = await apiTokenWith()

    for (const { table, action, ask } of questions) {
      t.test(`${action} ${table}`, async t => {
        const role = `${action} ${table}`
        const answer = async (token: string | undefined): Promise<Answer> => {
          const { query, variables } = await ask(api, ++number)
          return await api.ask(query, { token, variables })
        }
        for (const [who, token] of [
          ['a user with the role', await userWith(role)],
          ['a user with it and others', await userWith(role, ...others(table, action).slice(0, 3))],
          ['an administrator', administrator],
          ['an API token with the role', await apiTokenWith(role)]
        ] as const) {
          t.match(await answer(token), { errors: undefined, data: Object }, who)
        }
        const refused = { errors: [error('NotAuthorizedError', { message: 'Not Authorized', details: { resource: table, action } })] }
        for (const [who, token] of [
          ['a guest', undefined],
          ['a user without roles', nobody],
          ['a user with all other roles', await userWith(...others(table, action))],
          ['an API token without roles', bareToken],
          ['an API token with all other roles', await apiTokenWith(...others(table, action))]
        ] as const) {
          t.match(await answer(token), refused, who)
        }
      })
    }

    t.test('the permissions of Guest apply to guests and nobody else', async t => {
      const guest = api.app.rolePermissions.find({ name: 'Guest' })?.id as string
      await api.app.rolePermissions.update(guest, { permissions: granting('Users', 'read') })
      const list = '{ usersList { count } }'
      t.match(await api.ask(list), { errors: undefined })
      t.match((await api.ask(list, { token: nobody })).errors, [error('NotAuthorizedError')], 'a user without roles is no guest')
      t.match((await api.ask(list, { token: bareToken })).errors, [error('NotAuthorizedError')], 'nor is an API token')
      await api.app.rolePermissions.update(guest, { permissions: {} })
      t.match((await api.ask(list)).errors, [error('NotAuthorizedError')], 'at once')
    })
  })
}
