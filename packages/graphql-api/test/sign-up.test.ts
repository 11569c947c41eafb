import auditLog from '@latchkey/audit-log'
import { dialects } from '@latchkey/test-databases'
import type { TokenOptions } from '@latchkey/test-issuer'
import t from 'tap'
import { error, openApi } from './helpers/api.js'

const signUp = `mutation ($user: UserCreateInput!, $authProfileId: ID) {
  userSignUpWithToken(user: $user, authProfileId: $authProfileId) { id email roles { items { name } } }
}`

for (const dialect of dialects) {
  t.test(`${dialect}: the app's own columns are part of a new user and of what is read`, async t => {
    const { ask, token } = await openApi(t, dialect, { usersStore: { columns: { nickname: { type: 'string' }, age: { type: 'number' }, subscribed: { type: 'boolean' }, hiredAt: { type: 'date' } } } })
    const jane = await token({ subject: 'jane' })
    const own = { nickname: 'J', age: 41.5, subscribed: true, hiredAt: '2026-01-31T12:00:00.000Z' }
    const input = { email: 'jane@example.com', ...own, hiredAt: '2026-01-31T13:00+01:00', avatar: { id: 'a', downloadUrl: 'https://example.com/a.png' }, timezone: 'Europe/Berlin' }
    const fields = '{ nickname age subscribed hiredAt avatar { id downloadUrl } timezone }'
    const expected = { ...own, avatar: input.avatar, timezone: 'Europe/Berlin' }
    const query = `mutation ($user: UserCreateInput!) { userSignUp(user: $user) ${fields} }`
    t.strictSame((await ask(query, { token: jane, variables: { user: input } })).data, { userSignUp: expected })
    t.strictSame((await ask(`{ user ${fields} }`, { token: jane })).data, { user: expected })
  })
}

t.test('userSignUp is an alias, and null fields are ignored', async t => {
  const { ask, token } = await openApi(t)
  const input = { email: 'jane@example.com', firstName: null, lastName: null, status: null, timezone: null, avatar: null, roles: null }
  const answer = await ask('mutation ($user: UserCreateInput!) { userSignUp(user: $user, authProfileId: null) { email firstName status is8base origin createdAt createdBy { id } } }', { token: await token({ subject: 'jane' }), variables: { user: input } })
  t.match(answer, { data: { userSignUp: { email: 'jane@example.com', firstName: null, status: String, is8base: false, origin: 'main', createdAt: /^\d{4}-\d\d-\d\dT.*Z$/, createdBy: null } }, errors: undefined })
})

t.test('nobody sets their own status by signing up', async t => {
  const { ask, token } = await openApi(t)
  const user = { email: 'jane@example.com', status: 'approved' }
  t.strictSame((await ask('mutation ($user: UserCreateInput!) { userSignUpWithToken(user: $user) { status } }', { token: await token({ subject: 'jane' }), variables: { user } })).data, { userSignUpWithToken: { status: 'active' } })
})

t.test('after a sign-up, the rest of the request acts as the new user', async t => {
  const { ask, token } = await openApi(t)
  const answer = await ask('mutation { a: userSignUp(user: { email: "jane@example.com" }) { id roles { count } permissions { count } } b: userSignUp(user: { email: "jane@example.com" }) { id } }', { token: await token({ subject: 'jane' }) })
  t.equal(answer.errors, undefined)
  t.match(answer.data, { a: { roles: { count: 1 } }, b: { id: (answer.data?.a as { id: string }).id } })
})

/** Who signs up how, and what is said. `open` is the first profile. */
const refusals: [string, { token?: TokenOptions | null, user?: object, authProfileId?: string }, string, Record<string, unknown>][] = [
  ['nobody without a token', { token: null }, 'NotAuthorizedError', { message: 'Not Authorized', details: { resource: 'Users', action: 'create' } }],
  ['nobody by another email than the token\'s', { user: { email: 'joe@example.com' } }, 'ValidationError', { details: { email: String } }],
  ['nobody whose email is not verified', { token: { emailVerified: false } }, 'NotAuthorizedError', { extensions: { reason: 'email_not_verified' } }],
  ['nobody by a profile that is not the token\'s', { authProfileId: 'closed' }, 'NotAuthorizedError', { extensions: { reason: 'profile_mismatch' } }],
  ['nobody by the first profile when the token is another\'s', { token: { claims: { aud: 'closed' } } }, 'NotAuthorizedError', { extensions: { reason: 'profile_mismatch' } }],
  ['nobody by a profile that is closed', { token: { claims: { aud: 'closed' } }, authProfileId: 'closed' }, 'NotAuthorizedError', { extensions: { reason: 'sign_up_closed' } }],
  ['nobody by a profile that is not there', { authProfileId: 'none' }, 'EntityNotFoundError', { message: 'Authentication profile not found' }],
  ['nobody with roles of their own choice', { user: { roles: { connect: [{ name: 'Administrator' }] } } }, 'NotAuthorizedError', { details: { resource: 'Roles', action: 'update' } }],
  ['nobody with an email that is none', { token: { email: 'jane' }, user: { email: 'jane' } }, 'ValidationError', { details: { email: String } }],
  ['nobody with a name that is too long', { user: { firstName: 'x'.repeat(300) } }, 'ValidationError', { details: { firstName: String } }],
  ['nobody with an email of somebody else', { token: { subject: 'other', email: 'taken@example.com', claims: { email_verified: undefined } }, user: { email: 'taken@example.com' } }, 'EntityExistsError', { message: 'A user with this email already exists' }]
]
t.test('signs up', async t => {
  const { ask, token, user, app } = await openApi(t, 'sqlite', { profiles: [{ id: 'open' }, { id: 'closed', name: 'Closed', clientId: 'closed', selfSignUp: 'off' }] })
  await user('taken')
  for (const [name, { token: tokenOptions, user: input, authProfileId }, code, rest] of refusals) {
    const answer = await ask(signUp, {
      token: tokenOptions === null ? undefined : await token({ subject: 'jane', ...tokenOptions }),
      variables: { user: { email: 'jane@example.com', ...input }, authProfileId }
    })
    t.match(answer, { status: 200, data: null, errors: [error(code, { path: ['userSignUpWithToken'], ...rest })] }, name)
  }
  t.equal((await app.db.selectFrom('latchkey_users').select('id').execute()).length, 1, 'nobody else is there')
})

t.test('an administrator may name roles, for themselves; they must exist', async t => {
  const { ask, token, role } = await openApi(t, 'sqlite', { administratorEmail: 'root@example.com' })
  await role('Editor', {})
  const root = await token({ subject: 'root' })
  const as = async (connect: object[]) => await ask(signUp, { token: root, variables: { user: { email: 'root@example.com', roles: { connect } } } })
  t.match((await as([{ name: 'Editor' }])).errors, [error('NotAuthorizedError')], 'not before it has a user')
  t.match((await as([])).data, { userSignUpWithToken: { roles: { items: [{ name: 'Administrator' }] } } })
  t.match((await as([{ name: 'Editor' }])).data, { userSignUpWithToken: { roles: { items: [{ name: 'Administrator' }, { name: 'Editor' }] } } })
  t.match((await as([{ name: 'Nobody' }])).errors, [error('EntityNotFoundError', { message: 'Role not found' })])
  t.match((await as([{}])).errors, [error('EntityNotFoundError', { message: 'Role not found' })])
})

for (const dialect of dialects) {
  t.test(`${dialect}: roles that an administrator names are recorded in the audit log once, in the same transaction`, async t => {
    const { app, ask, user, role } = await openApi(t, dialect, { before: async app => { await app.register(auditLog) } })
    await role('Editor', {})
    await role('Author', {})
    const root = await user('root', { roles: ['Administrator'] })
    const as = async (...names: string[]) => await ask(signUp, { token: root.token, variables: { user: { email: 'root@example.com', roles: { connect: names.map(name => ({ name })) } } } })
    const roles = (...names: string[]) => ({ errors: undefined, data: { userSignUpWithToken: { roles: { items: names.map(name => ({ name })) } } } })
    for (let time = 0; time < 2; time++) t.match(await as('Editor', 'Administrator'), roles('Administrator', 'Editor'))
    const ids = (await app.db.selectFrom('latchkey_audit_events').select('id').execute()).map(({ id }) => id)
    t.match(await app.auditLog.read(ids), [{ actorId: root.user.id, action: 'update', table: 'Users', recordId: root.user.id, before: { roles: ['Administrator'] }, after: { roles: ['Administrator', 'Editor'] } }])
    t.equal(ids.length, 1)

    await app.db.schema.dropTable('latchkey_audit_events').execute()
    t.match(await as('Author'), { data: null, errors: [error('InternalError')] })
    t.strictSame((await app.rolePermissions.rolesOf(root.user.id)).map(({ name }) => name), ['Administrator', 'Editor'])
  })
}
