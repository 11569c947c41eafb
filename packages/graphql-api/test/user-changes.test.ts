import auditLog from '@latchkey/audit-log'
import { dialects, type Dialect } from '@latchkey/test-databases'
import { sql } from 'kysely'
import { setTimeout } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { openAccounts } from './helpers/accounts.js'
import { error, openApi, type TestApi } from './helpers/api.js'

const fields = 'id email firstName status origin roles { items { name } } createdBy { email }'
const create = `mutation ($data: UserCreateInput!) { userCreate(data: $data) { ${fields} } }`
const update = `mutation ($data: UserUpdateInput!, $filter: UserKeyFilter) { userUpdate(data: $data, filter: $filter) { ${fields} } }`
const remove = 'mutation ($data: UserDeleteInput, $filter: UserKeyFilter, $force: Boolean) { userDelete(data: $data, filter: $filter, force: $force) { success } }'
const all = { create: { allow: true }, read: { allow: true }, update: { allow: true }, delete: { allow: true } }
const notFound = [error('EntityNotFoundError', { message: 'User not found' })]
const denied = (resource: string, action: string) => [error('NotAuthorizedError', { message: 'Not Authorized', details: { resource, action } })]

const open = async (t: Test, dialect: Dialect = 'sqlite') => await openApi(t, dialect, { before: async app => { await app.register(auditLog) } })
const roleNames = async ({ app }: TestApi, userId: string) => (await app.rolePermissions.rolesOf(userId)).map(({ name }) => name)
const events = async ({ app }: TestApi) => {
  const rows = await app.db.selectFrom('latchkey_audit_events').select('id').orderBy('created_at').execute()
  return (await app.auditLog.read(rows.map(({ id }) => id))).sort((one, other) => one.createdAt < other.createdAt ? -1 : 1)
}

for (const dialect of dialects) {
  t.test(`${dialect}: an administrator creates, updates and deletes a user, and all of it is in the audit log`, async t => {
    const api = await open(t, dialect)
    await api.role('Editor', {})
    const root = await api.user('root', { roles: ['Administrator'] })
    const ask = async (query: string, variables: object) => await api.ask(query, { token: root.token, variables: { ...variables } })

    const made = (await ask(create, { data: { email: 'Ann@Example.com', firstName: 'Ann', roles: { connect: [{ name: 'Editor' }] } } })).data?.userCreate as { id: string }
    t.match(made, { email: 'Ann@example.com'.toLowerCase(), firstName: 'Ann', origin: 'api', roles: { items: [{ name: 'Editor' }] }, createdBy: { email: 'root@example.com' } })
    const { id } = made
    t.match((await ask(create, { data: { email: 'bob@example.com' } })).data, { userCreate: { roles: { items: [{ name: 'Guest' }] } } }, 'without roles it gets Guest')
    t.match((await ask(create, { data: { email: 'ann@example.com' } })).errors, [error('EntityExistsError')])
    t.match((await ask(create, { data: { email: 'none' } })).errors, [error('ValidationError', { details: { email: String } })])

    t.match((await ask(update, { data: { firstName: null, status: 'inactive' }, filter: { email: 'ANN@example.com' } })).data, { userUpdate: { firstName: null, status: 'inactive' } })
    t.match((await ask(update, { data: { id, email: 'anna@example.com', roles: { connect: [{ name: 'Guest' }], disconnect: [{ name: 'Editor' }] } } })).data, { userUpdate: { email: 'anna@example.com', roles: { items: [{ name: 'Guest' }] } } })
    t.match((await ask(update, { data: { roles: { reconnect: [{ name: 'Editor' }] } }, filter: { id } })).data, { userUpdate: { roles: { items: [{ name: 'Editor' }] } } })

    t.strictSame((await ask(remove, { filter: { id, email: 'anna@example.com' }, force: true })).data, { userDelete: { success: true } })
    t.equal(await api.app.usersStore.findById(id), null)
    t.strictSame(await roleNames(api, id), [], 'its roles are gone with it')
    t.match((await ask(remove, { data: { id } })).errors, notFound)

    const noted = (await events(api)).filter(event => event.recordId === id)
    t.match(noted, [
      { actorKind: 'user', actorId: root.user.id, actorName: 'root@example.com', action: 'create', table: 'Users', before: null, after: { email: 'ann@example.com', roles: ['Editor'] } },
      { action: 'update', before: { firstName: 'Ann', status: 'active' }, after: { firstName: null, status: 'inactive' } },
      { action: 'update', before: { email: 'ann@example.com', roles: ['Editor'] }, after: { email: 'anna@example.com', roles: ['Guest'] } },
      { action: 'update', before: { roles: ['Guest'] }, after: { roles: ['Editor'] } },
      { action: 'delete', before: { email: 'anna@example.com', roles: ['Editor'] }, after: null }
    ])
    t.equal(noted.length, 5)
  })

  t.test(`${dialect}: permissions on Users hold by record and by field, before and after a change`, async t => {
    const api = await open(t, dialect)
    const active = { status: { equals: 'active' } }
    await api.role('Manager', {
      data: {
        Users: {
          create: { allow: true, fields: { email: true, firstName: true, status: true }, filter: { email: { ends_with: '@acme.example' } } },
          read: { allow: true, fields: { id: true, email: true } },
          update: { allow: true, fields: { firstName: true, status: true }, filter: active },
          delete: { allow: true, filter: { status: { equals: 'inactive' } } }
        }
      }
    })
    const { token } = await api.user('jane', { roles: ['Manager'] })
    const ask = async (query: string, variables: object) => await api.ask(query, { token, variables: { ...variables } })
    const anna = await api.app.usersStore.create({ email: 'anna@acme.example', status: 'active' })
    const ivan = await api.app.usersStore.create({ email: 'ivan@acme.example', status: 'inactive' })

    const made = await ask(create, { data: { email: 'new@acme.example', firstName: 'New' } })
    t.match(made.data?.userCreate, { email: 'new@acme.example', firstName: null, roles: null }, 'what may not be read is not shown to who wrote it')
    t.match((await ask(create, { data: { email: 'new@other.example' } })).errors, denied('Users', 'create'))
    t.equal(await api.app.usersStore.findByEmail('new@other.example'), null, 'nothing is left of it')
    t.match((await ask(create, { data: { email: 'tz@acme.example', timezone: 'Europe/Berlin' } })).errors, denied('Users', 'create'))

    t.match((await ask(update, { data: { firstName: 'Anna' }, filter: { id: anna.id } })).data, { userUpdate: { id: anna.id } })
    t.match((await ask(update, { data: { timezone: 'Europe/Berlin' }, filter: { id: anna.id } })).errors, denied('Users', 'update'))
    t.match((await ask(update, { data: { firstName: 'X' }, filter: { id: ivan.id } })).errors, notFound, 'out of reach is as if it were not there')
    t.match((await ask(update, { data: { firstName: 'Gone', status: 'inactive' }, filter: { id: anna.id } })).errors, denied('Users', 'update'), 'nobody pushes a record out of their reach')
    t.match(await api.app.usersStore.findById(anna.id), { firstName: 'Anna', status: 'active' })

    t.match((await ask(remove, { filter: { id: anna.id } })).errors, notFound)
    t.match((await ask(remove, { filter: { email: 'nobody@acme.example' } })).errors, notFound)
    t.strictSame((await ask(remove, { data: { id: ivan.id, force: true } })).data, { userDelete: { success: true } })
    t.match((await api.ask(remove, { variables: { data: { id: anna.id } } })).errors, denied('Users', 'delete'), 'and a guest does nothing')
  })

  t.test(`${dialect}: nobody gives or removes roles that they do not have`, async t => {
    const api = await open(t, dialect)
    await api.role('Manager', { data: { Users: all } })
    await api.role('Editor', {})
    await api.role('Other', {})
    const { token, user: jane } = await api.user('jane', { roles: ['Manager', 'Editor'] })
    const { user: other } = await api.user('other', { roles: ['Other'] })
    const { user: root } = await api.user('root', { roles: ['Administrator'] })
    const ask = async (query: string, variables: object) => await api.ask(query, { token, variables: { ...variables } })
    const roleDenied = denied('Roles', 'update')
    const administrator = api.app.rolePermissions.administrator().id

    for (const key of [{ name: 'Administrator' }, { id: administrator }, { name: 'Other' }, { name: 'Guest' }, { name: 'no such role' }]) {
      t.match((await ask(update, { data: { id: jane.id, roles: { connect: [key] } } })).errors, roleDenied, `to oneself: ${JSON.stringify(key)}`)
      t.match((await ask(update, { data: { id: other.id, roles: { connect: [key] } } })).errors, roleDenied, `to another: ${JSON.stringify(key)}`)
      t.match((await ask(create, { data: { email: 'new@example.com', roles: { connect: [key] } } })).errors, roleDenied, `to somebody new: ${JSON.stringify(key)}`)
    }
    t.match((await ask(update, { data: { id: jane.id, roles: { reconnect: [{ name: 'Manager' }, { name: 'Administrator' }] } } })).errors, roleDenied)
    t.match((await ask(update, { data: { id: root.id, roles: { disconnect: [{ name: 'Administrator' }] } } })).errors, roleDenied)
    t.match((await ask(update, { data: { id: root.id, roles: { reconnect: [] } } })).errors, roleDenied)
    t.match((await ask(remove, { data: { id: root.id } })).errors, roleDenied, 'nor deletes who has them')
    t.strictSame([await roleNames(api, jane.id), await roleNames(api, other.id), await roleNames(api, root.id)], [['Editor', 'Manager'], ['Other'], ['Administrator']])

    t.match((await ask(update, { data: { id: other.id, roles: { connect: [{ name: 'Editor' }] } } })).data, { userUpdate: { id: other.id } }, 'what one has, one may give')
    t.strictSame(await roleNames(api, other.id), ['Editor', 'Other'])
    t.strictSame(await api.app.usersStore.findByEmail('new@example.com'), null)
  })
}

t.test('changing an email needs full access', async t => {
  const api = await open(t)
  await api.role('Self', { data: { Users: { read: { allow: true }, update: { allow: true, filter: { id: { equals: '__loggedInUserId' } } } } } })
  const { token, user: jane } = await api.user('jane', { roles: ['Self'] })
  const ask = async (data: object) => await api.ask(update, { token, variables: { data: { id: jane.id, ...data } } })
  const refused = await ask({ email: 'victim@example.com' })
  t.match(refused.errors, denied('Users', 'update'))
  t.equal((await api.app.usersStore.findById(jane.id))?.email, 'jane@example.com')
  const taken = await api.user('taken')
  t.strictSame((await ask({ email: taken.user.email })).errors, refused.errors, 'whether somebody has it does not show')
  t.match((await ask({ email: 'JANE@EXAMPLE.COM', firstName: 'Jane' })).data, { userUpdate: { email: 'jane@example.com', firstName: 'Jane' } }, 'the same one is no change')
})

t.test('the last administrator cannot be deleted or lose full access, but can swap one such role for another', async t => {
  const api = await open(t)
  await api.role('Owner', { all: true })
  const { token, user: root } = await api.user('root', { roles: ['Administrator'] })
  const ask = async (query: string, variables: object) => await api.ask(query, { token, variables: { ...variables } })
  const last = [error('ValidationError', { details: { roles: /another user first/ } })]
  t.match((await ask(remove, { data: { id: root.id } })).errors, last)
  t.match((await ask(update, { data: { id: root.id, roles: { disconnect: [{ name: 'Administrator' }] } } })).errors, last)
  t.strictSame(await roleNames(api, root.id), ['Administrator'])
  t.match((await ask(update, { data: { id: root.id, roles: { reconnect: [{ name: 'Owner' }] } } })).data, { userUpdate: { roles: { items: [{ name: 'Owner' }] } } })
})

t.test('a key must name one user', async t => {
  const api = await open(t)
  const { token, user: root } = await api.user('root', { roles: ['Administrator'] })
  const ask = async (query: string, variables: object) => await api.ask(query, { token, variables: { ...variables } })
  t.match((await ask(remove, {})).errors, [error('ValidationError', { details: { filter: String } })])
  t.match((await ask(update, { data: { id: root.id, firstName: 'X' }, filter: { id: 'other' } })).errors, [error('ValidationError', { details: { id: String } })])
  t.match((await ask(update, { data: { id: 'other', firstName: 'X' }, filter: { email: 'root@example.com' } })).errors, notFound)
  t.match((await ask(update, { data: { id: root.id, roles: { connect: [], reconnect: [] } } })).errors, [error('ValidationError', { details: { roles: String } })])
})

for (const dialect of dialects) {
  t.test(`${dialect}: deleting a user deletes its account at the embedded provider, unless the deletion is refused`, async t => {
    const { app, ask, code } = await openAccounts(t, dialect)
    const credentials = { email: 'ann@example.com', password: 'correct horse battery' }
    const provider = app.authProfiles.provider('default') as unknown as { signUpWithPassword (account: object): Promise<unknown>, confirmEmail (request: object): Promise<void>, signInWithPassword (request: object): Promise<{ idToken: string }> }
    const signIn = async ({ email, password } = credentials) => {
      await provider.signUpWithPassword({ email, password })
      await provider.confirmEmail({ email, password, code: await code(email, 1) })
      const { idToken: token } = await provider.signInWithPassword({ email, password })
      const signedUp = await ask(`mutation { userSignUpWithToken(user: { email: "${email}" }, authProfileId: "default") { id } }`, { token })
      return { token, id: (signedUp.data?.userSignUpWithToken as { id: string }).id }
    }
    const ann = await signIn()
    const root = await signIn({ email: 'root@example.com', password: 'correct horse staple' })
    await app.rolePermissions.assign(root.id, [app.rolePermissions.administrator().id])
    const deleteUser = async (id: string, token: string) => await ask(remove, { token, variables: { data: { id } } })

    t.match((await deleteUser(root.id, root.token)).errors, [error('ValidationError', { details: { roles: String } })], 'the last administrator may not go')
    await t.resolves(provider.signInWithPassword({ email: 'root@example.com', password: 'correct horse staple' }), 'and its account stays')
    t.match((await deleteUser(ann.id, ann.token)).errors, denied('Users', 'delete'))
    await t.resolves(provider.signInWithPassword(credentials))

    t.strictSame((await deleteUser(ann.id, root.token)).data, { userDelete: { success: true } })
    await t.rejects(provider.signInWithPassword(credentials), { code: 'IDENTITY_PROVIDER_ERR_INVALID_CREDENTIALS' })
    t.match((await ask('{ user { id } }', { token: ann.token })).errors, [error('EntityNotFoundError')])
  })
}

for (const dialect of dialects) {
  t.test(`${dialect}: an invited person gets in although sign-up is off, with the email and roles of the invitation`, async t => {
    const { app, ask, emailsTo, link } = await openAccounts(t, dialect, { profile: { selfSignUp: 'off' }, withAdministration: true })
    const invite = 'mutation ($email: String!, $roles: UsersRolesRelationInput, $firstName: String) { userInvite(email: $email, roles: $roles, firstName: $firstName) { id email origin firstName } }'
    const provider = app.authProfiles.provider('default') as unknown as { signInWithPassword (request: object): Promise<{ idToken: string }> }
    const { secret: token } = await app.apiTokens.create({ name: 'root', roles: [app.rolePermissions.administrator().id] })
    const email = 'ann@example.com'
    const variables = { email, firstName: 'Ann', roles: { connect: [{ name: 'Editor' }] } }

    t.match((await ask(invite, { variables })).errors, denied('Users', 'create'))
    t.equal(emailsTo(email), 0)
    const invited = await ask(invite, { token, variables })
    t.match(invited.data, { userInvite: { email, origin: 'invitation', firstName: 'Ann' } })
    const { id } = invited.data?.userInvite as { id: string }
    t.match((await ask(invite, { token, variables: { email } })).data, { userInvite: { id } }, 'again, while nobody has come')

    const password = 'correct horse battery'
    const address = new URL(await link(email, 2))
    const page = await app.inject({ url: `${address.pathname}${address.search}` })
    const csrf = /name="csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? ''
    const cookie = page.cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
    const saved = await app.inject({ method: 'POST', url: '/oidc/invite', headers: { cookie, 'content-type': 'application/x-www-form-urlencoded', origin: 'https://app.example.com' }, payload: new URLSearchParams({ csrf, token: address.searchParams.get('token') ?? '', newPassword: password }).toString() })
    t.equal(saved.statusCode, 200, saved.body)
    const { idToken } = await provider.signInWithPassword({ email, password })
    t.match((await ask('{ user { id firstName roles { items { name } } } }', { token: idToken })).data, { user: { id, firstName: 'Ann', roles: { items: [{ name: 'Editor' }] } } })
    t.match((await ask(invite, { token, variables: { email } })).errors, [error('EntityExistsError')], 'but not when they have')
    const identities = await app.db.selectFrom('latchkey_user_identities').select(['email', 'email_verified']).where('user_id', '=', id).execute()
    t.strictSame(identities.map(identity => ({ ...identity, email_verified: Boolean(identity.email_verified) })), [{ email, email_verified: true }], 'whose email is noted as verified')

    const rows = await app.db.selectFrom('latchkey_audit_events').select(['action', 'record_id', 'actor_kind']).orderBy('created_at').execute()
    t.strictSame(rows, [{ action: 'invite', record_id: id, actor_kind: 'apiToken' }, { action: 'update', record_id: id, actor_kind: 'user' }], 'the invitation, and that they came')
  })
}

t.test('postgres: exchanging roles of a user and deleting the new one do not wait for each other', async t => {
  const api = await open(t, 'postgres')
  for (const name of ['Old', 'New']) await api.role(name, {})
  const root = await api.user('root', { roles: ['Administrator'] })
  const { user } = await api.user('ann', { roles: ['Old'] })
  const { db, rolePermissions } = api.app
  let updating: ReturnType<typeof api.ask> | undefined
  await db.transaction().execute(async transaction => {
    // What the deletion of a role does: it makes all other changes of roles wait, and deletes the role.
    await rolePermissions.assertAdministrated(transaction)
    updating = api.ask(update, { token: root.token, variables: { data: { id: user.id, roles: { reconnect: [{ name: 'New' }] } } } })
    while ((await sql`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(db)).rows.length === 0) await setTimeout(5)
    // Less than PostgreSQL waits before it resolves a deadlock by aborting one of the two.
    await sql`set local lock_timeout = '300ms'`.execute(transaction)
    await transaction.deleteFrom('latchkey_roles').where('name', '=', 'New').execute()
  })
  t.match((await updating)?.errors, [error('EntityNotFoundError', { message: 'Role not found' })])
  t.strictSame(await roleNames(api, user.id), ['Old'])
})

for (const dialect of dialects) {
  t.test(`${dialect}: the last administrator exchanges their role for another with full access, and gets others with it`, async t => {
    const api = await open(t, dialect)
    await api.role('Owner', { all: true })
    await api.role('Editor', {})
    const root = await api.user('root', { roles: ['Administrator'] })
    const exchange = async (...names: string[]) => await api.ask(update, { token: root.token, variables: { data: { id: root.user.id, roles: { reconnect: names.map(name => ({ name })) } } } })
    t.equal((await exchange('Owner', 'Editor')).errors, undefined)
    t.strictSame(await roleNames(api, root.user.id), ['Editor', 'Owner'])
    t.match((await exchange('Editor')).errors, [{ code: 'ValidationError' }])
    t.strictSame(await roleNames(api, root.user.id), ['Editor', 'Owner'])
  })
}
