import type { RolePermissions } from '@latchkey/role-permissions'
import { dialects, type Dialect } from '@latchkey/test-databases'
import t, { type Test } from 'tap'
import { all, openAdministration, reading } from './helpers/administration.js'
import { error, openApi, type ApiOptions, type TestApi } from './helpers/api.js'

interface Explanation {
  allowed: boolean
  principal: string
  steps: { step: string, ok: boolean, message: string }[]
  roles: { roleId: string, roleName: string, allowed: boolean, reason: string, filter: unknown, fields: string[] | null }[]
  remedy: string | null
  remedyRoleId: string | null
}

const explain = `query ($subject: PermissionSubject!, $action: String!, $table: String, $function: String) {
  permissionExplain(subject: $subject, action: $action, table: $table, function: $function) {
    allowed principal steps { step ok message } roles { roleId roleName allowed reason filter fields } remedy remedyRoleId
  }
}`
const unknownId = '00000000-0000-4000-8000-000000000000'
const verified = ['form', 'issuer', 'kind of token', 'audience', 'keys', 'signature', 'claims', 'times', 'identity']

/** All that a token could have changed. */
async function everything ({ app: { db } }: TestApi): Promise<unknown> {
  const tables = ['latchkey_users', 'latchkey_user_identities', 'latchkey_user_roles', 'latchkey_pending_sign_ups', 'latchkey_api_tokens', 'latchkey_audit_events'] as const
  return await Promise.all(tables.map(async table => (await db.selectFrom(table).selectAll().execute()).map(row => JSON.stringify(row)).sort()))
}

async function open (t: Test, dialect: Dialect, options: ApiOptions = {}) {
  const api = await openAdministration(t, dialect, options)
  const { app, ask, role, user } = api
  await role('Reader', { data: { Users: { read: { allow: true, fields: { id: true, email: true }, filter: { status: { equals: 'active' } } } } }, custom: { functions: { sendReport: all } } })
  await role('Silent', {})
  const idOf = (name: string) => app.rolePermissions.find({ name })?.id as string
  const root = await user('root', { roles: ['Administrator'] })
  return {
    ...api,
    root,
    idOf,
    /** The explanation that somebody gets, an administrator unless it is said. */
    explained: async (subject: object, question: object, token = root.token): Promise<Explanation> => {
      const { data, errors } = await ask(explain, { token, variables: { subject, ...question } })
      if (errors !== undefined) throw new Error(JSON.stringify(errors))
      return data?.permissionExplain as Explanation
    },
    refusal: async (subject: object, token: string | undefined = root.token, question: object = { action: 'read', table: 'Users' }) =>
      (await ask(explain, { token, variables: { subject, ...question } })).errors
  }
}

const readUsers = { action: 'read', table: 'Users' }

for (const dialect of dialects) {
  t.test(`${dialect}: why a user may do something, or not, and what to change`, async t => {
    const { user, idOf, explained } = await open(t, dialect)
    const { user: { id } } = await user('jane', { roles: ['Reader', 'Silent'] })
    const reading = {
      allowed: true,
      principal: 'The user jane@example.com',
      steps: [{ step: 'user', ok: true, message: `the user ${id}, jane@example.com` }, { step: 'roles', ok: true, message: 'Reader, Silent' }],
      roles: [
        { roleId: idOf('Reader'), roleName: 'Reader', allowed: true, reason: 'can read Users, but only the fields email, id, for records where {"status":{"equals":"active"}}', filter: { status: { equals: 'active' } }, fields: ['email', 'id'] },
        { roleId: idOf('Silent'), roleName: 'Silent', allowed: false, reason: 'has no permission to read Users', filter: null, fields: null }
      ],
      remedy: null,
      remedyRoleId: null
    }
    t.strictSame(await explained({ userId: id }, readUsers), reading)
    t.strictSame(await explained({ email: 'Jane@Example.com' }, readUsers), reading)
    t.match(await explained({ userId: id }, { action: 'delete', table: 'Users' }), {
      allowed: false,
      roles: [{ allowed: false, filter: null, fields: null }, { allowed: false }],
      remedy: /^None of the roles Reader, Silent has permission to delete Users\. .*Roles > Reader > Data: data\.Users\.delete\.allow = true$/,
      remedyRoleId: idOf('Reader')
    })
    t.match(await explained({ userId: id }, { action: 'call', function: 'sendReport' }), { allowed: true, remedy: null })
    t.match(await explained({ userId: id }, { action: 'call', function: 'getToken' }), { allowed: false, remedyRoleId: idOf('Reader') })
    t.match(await explained({ userId: id }, { action: 'read', table: 'Usres' }), { allowed: false, remedy: /^The app declares no table Usres, .*; did you mean Users\?$/, remedyRoleId: null })
    t.match(await explained({ userId: id }, { action: 'call', function: '__proto__' }), { allowed: false, remedyRoleId: null })
    const bare = await user('bare')
    t.match(await explained({ userId: bare.user.id }, readUsers), {
      allowed: false, steps: [{ ok: true }, { step: 'roles', ok: false, message: 'none, so nothing is allowed' }], roles: [], remedy: /^The principal has no roles/, remedyRoleId: null
    })
    t.match(await explained({ email: 'root@example.com' }, { action: 'delete', table: 'Notes' }), { allowed: true, roles: [{ roleName: 'Administrator', allowed: true, reason: 'has full access', filter: null, fields: null }] })
  })

  t.test(`${dialect}: why a guest, an API token and some roles may do it`, async t => {
    const { app, idOf, explained, refusal } = await open(t, dialect)
    t.match(await explained({ guest: true }, readUsers), {
      allowed: false, principal: 'A guest (a request without a token)', steps: [{ step: 'user', ok: true }, { step: 'roles', message: 'Guest' }], roles: [{ roleName: 'Guest', allowed: false }], remedyRoleId: idOf('Guest')
    })
    await app.rolePermissions.update(idOf('Silent'), { permissions: reading('Users', undefined, { id: { is_self: true } }) })
    t.match(await explained({ roleIds: [idOf('Silent'), idOf('Reader'), idOf('Silent')] }, readUsers), {
      allowed: true, principal: 'A signed-in user with the roles Reader, Silent', steps: [{ step: 'roles', message: 'Reader, Silent' }], roles: [{ roleName: 'Reader' }, { roleName: 'Silent', reason: /^(?!.*admit no record)/ }]
    })
    t.match(await explained({ roleIds: [] }, readUsers), { allowed: false, principal: 'A signed-in user without roles', roles: [] })

    const { token } = await app.apiTokens.create({ name: 'Nightly', roles: [idOf('Silent')] })
    t.match(await explained({ apiTokenId: token.id }, readUsers), {
      allowed: true, principal: 'The API token Nightly', steps: [{ step: 'API token', ok: true, message: 'Nightly; it does not act as a user' }, { step: 'roles' }], roles: [{ reason: /this principal has no __loggedInUserId, so conditions on it match no record/ }]
    })
    await app.apiTokens.update(token.id, { expiresAt: '2020-01-01' })
    t.match(await explained({ apiTokenId: token.id }, readUsers), { allowed: false, steps: [{ step: 'API token', ok: false, message: 'Nightly is refused (expired)' }], roles: [{ allowed: true }], remedy: /later expiresAt/, remedyRoleId: null })
    t.match(await explained({ apiTokenId: token.id }, { action: 'delete', table: 'Users' }), { roles: [{ allowed: false }], remedy: /later expiresAt/, remedyRoleId: null }, 'no role would help')
    await app.apiTokens.revoke(token.id)
    t.match(await explained({ apiTokenId: token.id }, readUsers), { allowed: false, steps: [{ ok: false, message: 'Nightly is refused (revoked)' }], remedy: /Create a new token/ })

    for (const [subject, message] of [[{ userId: unknownId }, 'User not found'], [{ email: 'no@example.com' }, 'User not found'], [{ email: 'none' }, 'User not found'], [{ apiTokenId: unknownId }, 'API token not found'], [{ roleIds: [idOf('Guest'), unknownId] }, 'Role not found']] as const) {
      t.match(await refusal(subject), [error('EntityNotFoundError', { message })], JSON.stringify(subject))
    }
  })

  t.test(`${dialect}: a pasted token is verified, its owner is named, and nothing changes`, async t => {
    const api = await open(t, dialect)
    const { app, issuer, user, idOf, explained, logs, ask } = api
    const jane = await user('jane', { roles: ['Reader'] })
    const { secret, token } = await app.apiTokens.create({ name: 'Nightly', roles: [idOf('Reader')] })
    const about = async (token: string): Promise<Explanation> => {
      const before = await everything(api)
      const explanation = await explained({ token }, readUsers)
      t.strictSame(await everything(api), before, 'nothing is changed')
      t.notOk(JSON.stringify([explanation, logs]).includes(token), 'the token is neither told nor logged')
      return explanation
    }
    const accepted = await about(jane.token)
    t.match(accepted, { allowed: true, principal: 'The user jane@example.com', roles: [{ roleId: idOf('Reader'), allowed: true }], remedy: null })
    t.strictSame(accepted.steps.map(({ step }) => step), [...verified, 'user', 'roles'])
    t.ok(accepted.steps.every(({ ok }) => ok))
    t.match(await about(secret), { allowed: true, principal: 'The API token Nightly', steps: [{ step: 'API token' }, { step: 'roles', message: 'Reader' }] })
    t.match(await about(await issuer.idToken({ subject: 'new', email: 'jane@example.com' })), { allowed: true, principal: 'The user jane@example.com' }, 'that is to be bound')
    t.match((await app.usersStore.identitiesOf(jane.user.id)).length, 1, 'and is not')

    const failing = ({ steps }: Explanation) => steps.filter(({ ok }) => !ok)
    const refused: [string, string, string, RegExp, RegExp][] = [
      ['expired', await issuer.idToken({ subject: 'jane', expiresIn: -60 }), 'times', /\(expired\)/, /refresh token/],
      ['forged', await issuer.forgedToken({ subject: 'jane' }), 'signature', /\(bad_signature\)/, /Sign in again/],
      ['of another issuer', await issuer.idToken({ claims: { iss: 'https://other.example.com' } }), 'issuer', /\(unknown_issuer\)/, /exactly/],
      ['the access token', await issuer.accessToken({ subject: 'jane' }), 'kind of token', /\(wrong_token_use\)/, /ID token/],
      ['no token', 'hunter2-is-no-token', 'form', /\(malformed\)/, /three parts/],
      ['unknown', `lk_${'x'.repeat(43)}`, 'API token', /\(unknown\)/, /Create a new one/],
      ['nobody has signed up with', await issuer.idToken({ subject: 'new' }), 'user', /nobody has signed up/, /userSignUpWithToken/]
    ]
    for (const [name, token, step, message, remedy] of refused) {
      const explanation = await about(token)
      t.match(explanation, { allowed: false, principal: 'Nobody, because the token is refused', roles: [], remedy, remedyRoleId: null }, name)
      t.match(failing(explanation), [{ step, message }], name)
      t.equal(explanation.steps.at(-1)?.step, step, 'what was not decided is not told')
    }
    const differing = await about(await issuer.idToken({ subject: 'jane', email: 'new@example.com' }))
    t.match(differing, { allowed: false, principal: 'The user jane@example.com', roles: [{ allowed: true }], remedy: /onEmailChange/, remedyRoleId: null })
    t.match(failing(differing), [{ step: 'user', message: /email_mismatch/ }])
    await app.apiTokens.revoke(token.id)
    t.match(await about(secret), { allowed: false, steps: [{ ok: false, message: 'Token invalid (revoked)' }] })
    await app.db.insertInto('latchkey_pending_sign_ups')
      .values({ issuer: issuer.issuer, subject: 'waiting', email: 'waiting@example.com', profile_id: 'main', user: '{}', role_ids: '[]', created_at: new Date().toISOString() }).execute()
    const waiting = await about(await issuer.idToken({ subject: 'waiting', email: 'waiting@example.com' }))
    t.match(waiting, { allowed: false, principal: 'Nobody yet. The first request with the token creates the user', roles: [], remedy: /^Send a request with the token/ })
    t.strictSame(failing(waiting), [])

    const literal = (await ask(`{ permissionExplain(subject: { token: "${jane.token}" }, action: "read", table: "Gone") { allowed } }`, { token: api.root.token }))
    t.match(literal, { data: { permissionExplain: { allowed: false } } })
    t.notOk(JSON.stringify(logs).includes(jane.token))
  })

  t.test(`${dialect}: an explanation agrees with the result of a request`, async t => {
    const { user, role, ask, explained, app, idOf } = await open(t, dialect)
    const lists: Record<string, string> = { Users: 'usersList', Roles: 'rolesList', ApiTokens: 'apiTokensList', AuditEvents: 'auditEventsList', AuthenticationProfiles: 'authenticationProfilesList' }
    await role('Some', { data: { Users: { read: { allow: true, filter: { id: { is_self: true } } } }, ApiTokens: { read: all } } })
    const people = await Promise.all([['Reader'], ['Some'], ['Silent', 'Some'], [], ['Administrator']].map(async (roles, index) => ({ token: (await user(`person-${index}`, { roles })).token, name: roles.join() })))
    people.push({ token: (await app.apiTokens.create({ name: 'x', roles: [idOf('Some')] })).secret, name: 'API token' })
    for (const { token, name } of people) {
      for (const [table, list] of Object.entries(lists)) {
        const { errors } = await ask(`{ ${list} { count } }`, { token })
        t.equal((await explained({ token }, { action: 'read', table })).allowed, errors === undefined, `${name}: ${table}`)
      }
    }
  })

  t.test(`${dialect}: an explanation needs permission to read everything it reveals, and a refusal reveals nothing`, async t => {
    const { user, role, app, idOf, refusal, issuer } = await open(t, dialect)
    const jane = await user('jane', { roles: ['Reader'] })
    const { token: apiToken, secret } = await app.apiTokens.create({ name: 'Nightly', roles: [idOf('Reader')] })
    const subjects: Record<string, object[]> = {
      roles: [{ guest: true }, { roleIds: [idOf('Reader')] }, { roleIds: [unknownId] }],
      users: [{ userId: jane.user.id }, { userId: unknownId }, { email: 'jane@example.com' }, { email: 'no@example.com' }],
      identities: [{ token: jane.token }, { token: 'no token' }, { token: await issuer.idToken({ subject: 'nobody' }) }],
      apiTokens: [{ apiTokenId: apiToken.id }, { apiTokenId: unknownId }, { token: secret }, { token: `lk_${'x'.repeat(43)}` }]
    }
    const roles = reading('Roles', ['id', 'name', 'permissions'])
    const users = reading('Users', ['id', 'email', 'roles'])
    const identities = reading('Users', ['id', 'email', 'roles', 'identities'])
    const tokens = reading('ApiTokens', ['id', 'name', 'roles', 'expiresAt', 'revokedAt'])
    const onRoles = { resource: 'Roles', action: 'read' }
    const onUsers = { resource: 'Users', action: 'read' }
    const onTokens = { resource: 'ApiTokens', action: 'read' }
    /** What is missing for each kind of subject; `null` where nothing is. */
    const askers: [string, RolePermissions[], Record<string, object | null>][] = [
      ['nothing', [], { roles: onRoles, users: onRoles, identities: onRoles, apiTokens: onRoles }],
      ['all but roles', [reading('Users'), reading('ApiTokens')], { roles: onRoles, users: onRoles, identities: onRoles, apiTokens: onRoles }],
      ['roles', [roles], { roles: null, users: onUsers, identities: onUsers, apiTokens: onTokens }],
      ['roles without their permissions', [reading('Roles', ['id', 'name']), users, tokens], { roles: { ...onRoles, field: 'permissions' }, users: { ...onRoles, field: 'permissions' }, identities: onRoles, apiTokens: onRoles }],
      ['some roles', [reading('Roles', undefined, { name: { not_equals: 'Administrator' } }), identities, tokens], { roles: onRoles, users: onRoles, identities: onRoles, apiTokens: onRoles }],
      ['the permissions of some roles', [reading('Roles', ['id', 'name']), reading('Roles', undefined, { name: { equals: 'Reader' } }), identities, tokens], { roles: { ...onRoles, field: 'permissions' }, users: onRoles, identities: onRoles, apiTokens: onRoles }],
      ['roles and users', [roles, users], { roles: null, users: null, identities: { ...onUsers, field: 'identities' }, apiTokens: onTokens }],
      ['roles and users with identities', [roles, identities], { roles: null, users: null, identities: null, apiTokens: onTokens }],
      ['users without roles', [roles, reading('Users', ['id', 'email', 'identities'])], { roles: null, users: { ...onUsers, field: 'roles' }, identities: { ...onUsers, field: 'roles' }, apiTokens: onTokens }],
      ['some users', [roles, reading('Users', undefined, { email: { starts_with: 'jane' } })], { roles: null, users: onUsers, identities: onUsers, apiTokens: onTokens }],
      ['roles and API tokens', [roles, tokens], { roles: null, users: onUsers, identities: onUsers, apiTokens: null }],
      ['API tokens without their end', [roles, reading('ApiTokens', ['id', 'name', 'roles', 'revokedAt'])], { roles: null, users: onUsers, identities: onUsers, apiTokens: { ...onTokens, field: 'expiresAt' } }],
      ['some API tokens', [roles, reading('ApiTokens', undefined, { createdBy: { is_self: true } })], { roles: null, users: onUsers, identities: onUsers, apiTokens: onTokens }]
    ]
    for (const [index, [name, permissions, needs]] of askers.entries()) {
      const names = permissions.map((_permission, number) => `asker ${index} ${number}`)
      for (const [number, permission] of permissions.entries()) await role(names[number] as string, permission)
      const { token } = await user(`asker-${index}`, { roles: names })
      for (const [kind, list] of Object.entries(subjects)) {
        for (const subject of list) {
          const errors = await refusal(subject, token)
          const what = `${name}: ${kind} ${Object.keys(subject).join()}`
          if (needs[kind] === null) t.notOk(errors?.some(({ code }) => code === 'NotAuthorizedError'), what)
          else t.match(errors, [error('NotAuthorizedError', { message: 'Not Authorized', details: needs[kind] as object })], what)
        }
        if (needs[kind] !== null) {
          const answers = await Promise.all(list.map(async subject => JSON.stringify(await refusal(subject, token))))
          t.equal(new Set(answers).size, 1, `${name}: ${kind}: the same whoever there is`)
        }
      }
    }
    t.match(await refusal({ guest: true }, ''), [error('InvalidTokenError')])
  })
}

t.test('a guest gets an explanation only if Guest may read roles', async t => {
  const { ask, app, idOf } = await open(t, 'sqlite')
  const asked = async () => await ask(explain, { variables: { subject: { guest: true }, ...readUsers } })
  const denied = [error('NotAuthorizedError', { details: { resource: 'Roles', action: 'read' } })]
  t.match((await asked()).errors, denied)
  for (const wrong of [{ subject: {}, ...readUsers }, { subject: { guest: true }, action: 'write' }]) t.match((await ask(explain, { variables: wrong })).errors, denied, 'nor be told what is wrong with the question')
  await app.rolePermissions.update(idOf('Guest'), { permissions: reading('Roles') })
  t.match(await asked(), { errors: undefined, data: { permissionExplain: { allowed: false } } })
})

t.test('needs exactly one subject, and an action with its resource', async t => {
  const { refusal, idOf } = await open(t, 'sqlite')
  const one = /^must have exactly one of userId, email, apiTokenId, roleIds, guest \(true\) and token$/
  for (const [subject, reason] of [
    [{}, one], [{ guest: false }, one], [{ userId: null, token: null }, one],
    [{ userId: unknownId, email: 'a@example.com' }, 'must have only one of these: userId, email'],
    [{ guest: true, token: 'a.secret.token' }, 'must have only one of these: guest, token'],
    [{ guest: true, roleIds: [idOf('Guest')] }, /^must have only one of these/]
  ] as const) t.match(await refusal(subject), [error('ValidationError', { details: { subject: reason } })], JSON.stringify(subject))
  for (const [question, details] of [
    [{ action: 'write', table: 'Users' }, { action: 'must be one of create, read, update, delete, call' }],
    [{ action: 'toString', table: 'Users' }, { action: /must be one of/ }],
    [{ action: 'read' }, { table: 'is required for the action read' }],
    [{ action: 'read', function: 'getToken' }, { table: /is required/ }],
    [{ action: 'read', table: 'Users', function: 'getToken' }, { function: /must be omitted/ }],
    [{ action: 'call', table: 'Users' }, { function: 'is required for the action call' }],
    [{ action: 'call', table: 'Users', function: 'getToken' }, { table: /must be omitted/ }]
  ] as const) t.match(await refusal({ guest: true }, undefined, question), [error('ValidationError', { details })], JSON.stringify(question))
})

t.test('a token in a URL is refused, because URLs may be logged', async t => {
  const { app, root } = await open(t, 'sqlite')
  const get = async (subject: object) => (await app.inject({
    url: '/graphql', headers: { authorization: `Bearer ${root.token}` }, query: { query: explain, variables: JSON.stringify({ subject, ...readUsers }) }
  })).json<{ data: unknown, errors?: unknown[] }>()
  t.match(await get({ token: root.token }), { errors: [error('ValidationError', { details: { token: /by POST/ } })] })
  t.match(await get({ guest: true }), { data: { permissionExplain: { allowed: false } } })
})

t.test('the roles of an explanation count for the cost of a query', async t => {
  const { app, user, root, ask } = await open(t, 'sqlite', { graphqlApi: { maxCost: 500 } })
  const { user: { id } } = await user('jane')
  const ids = await Promise.all(Array.from({ length: 100 }, async (_, index) => (await app.rolePermissions.create({ name: `Role ${index}`, permissions: {} })).id))
  const asked = async () => await ask(explain, { token: root.token, variables: { subject: { userId: id }, ...readUsers } })
  t.match(await asked(), { errors: undefined })
  await app.rolePermissions.assign(id, ids)
  t.match((await asked()).errors, [error('ValidationError', { details: { query: /returns more than 500 fields/ } })])
})

t.test('a query that the app runs itself acts as a guest, and is logged by the app', async t => {
  const { app, idOf, issuer, logs } = await open(t, 'sqlite')
  const query = `{ permissionExplain(subject: { token: "${await issuer.forgedToken()}" }, action: "read", table: "Users") { allowed steps { ok } } }`
  t.match(await app.graphql(query), { data: null, errors: [{ message: 'Not Authorized' }] })
  await app.rolePermissions.update(idOf('Guest'), { permissions: { data: { Roles: { read: all }, Users: { read: all } } } })
  t.match(await app.graphql(query), { data: { permissionExplain: { allowed: false } } })
  t.ok(logs.some(({ msg, reason }) => msg === 'A token was refused' && reason === 'bad_signature'))
})

t.test('the steps of a token mention only readable profiles', async t => {
  const { user, role, explained, issuer, app } = await open(t, 'sqlite')
  await app.authProfiles.create({ name: 'Hidden', type: 'test', options: { issuer: 'https://hidden.example.com', clientId: 'hidden-client' } })
  await role('Support', { data: { Roles: { read: all }, Users: { read: all } } })
  await role('Profiles', reading('AuthenticationProfiles'))
  await role('Some profiles', reading('AuthenticationProfiles', undefined, { name: { equals: 'Main' } }))
  const foreign = await issuer.idToken({ claims: { iss: 'https://other.example.com' } })
  const told = async (name: string, ...roles: string[]) => JSON.stringify(await explained({ token: foreign }, readUsers, (await user(name, { roles })).token))
  t.notMatch(await told('support', 'Support'), /hidden\.example|127\.0\.0\.1/)
  t.notMatch(await told('some', 'Support', 'Some profiles'), /hidden\.example|127\.0\.0\.1/)
  t.match(await told('full', 'Support', 'Profiles'), /hidden\.example/)
})

t.test('an app without API tokens says so, and refuses a token that looks like one', async t => {
  const { ask, user } = await openApi(t)
  const { token } = await user('root', { roles: ['Administrator'] })
  const asked = async (subject: object) => await ask(explain, { token, variables: { subject, ...readUsers } })
  t.match((await asked({ apiTokenId: unknownId })).errors, [error('ValidationError', { details: { apiTokenId: /no API tokens/ } })])
  t.match((await asked({ token: `lk_${'x'.repeat(43)}` })).data, { permissionExplain: { allowed: false, steps: [{ step: 'form', ok: false }] } })
})
