import { dialects } from '@latchkey/test-databases'
import t, { type Test } from 'tap'
import { openAccounts, type AccountsApi } from './helpers/accounts.js'
import { error, openApi } from './helpers/api.js'

const password = 'correct horse battery'
const other = 'staple battery horse'
const auth = 'idToken refreshToken accessToken idTokenExpiresAt accessTokenExpiresAt'

const signUp = 'mutation ($user: UserCreateInput!, $password: String!, $authProfileId: ID) { userSignUpWithPassword(user: $user, password: $password, authProfileId: $authProfileId) { id email firstName lastName status createdAt origin roles { items { name } } permissions { count } identities { subject } createdBy { id } } }'
const logIn = `mutation ($data: UserLoginInput!) { userLogin(data: $data) { success auth { ${auth} } } }`
const refresh = `mutation ($data: RefreshTokenInput!) { userRefreshToken(data: $data) { ${auth} } }`
const confirm = 'mutation ($data: VerificationEmailConfirmInput!, $authProfileId: ID) { userVerificationEmailConfirm(data: $data, authProfileId: $authProfileId) { success } }'
const resend = 'mutation ($data: VerificationEmailResendInput!, $authProfileId: ID) { userVerificationEmailResend(data: $data, authProfileId: $authProfileId) { success } }'
const forgot = 'mutation ($data: PasswordForgotInput!) { userPasswordForgot(data: $data) { success } }'
const forgotConfirm = 'mutation ($data: PasswordForgotConfirmInput!) { userPasswordForgotConfirm(data: $data) { success } }'
const change = 'mutation ($data: ChangePasswordInput!) { userChangePassword(data: $data) { success } }'
const me = '{ user { id email firstName roles { items { name } } } }'

interface Auth { idToken: string, refreshToken: string, accessToken: string }

/** What is answered to a sign-up with a password: nothing but what was said. */
function asGiven (given: object): object {
  return { id: null, email: null, firstName: null, lastName: null, status: null, createdAt: null, origin: null, roles: null, permissions: null, identities: null, createdBy: null, ...given }
}

async function signedUp (t: Test, { ask, code }: AccountsApi, email: string): Promise<void> {
  t.equal((await ask(signUp, { variables: { user: { email }, password } })).errors, undefined)
  t.equal((await ask(confirm, { variables: { data: { email, code: await code(email, 1), password } } })).errors, undefined)
}

async function loggedIn ({ ask }: AccountsApi, email: string, secret = password): Promise<Auth> {
  const { data, errors } = await ask(logIn, { variables: { data: { email, password: secret } } })
  if (errors !== undefined) throw new Error(JSON.stringify(errors))
  return (data?.userLogin as { auth: Auth }).auth
}

for (const dialect of dialects) {
  t.test(dialect, async t => {
    t.test('sign up with a password, confirm with the emailed code, sign in, query: the first token creates the user', async t => {
      const api = await openAccounts(t, dialect)
      const { ask, code } = api
      const email = 'jane@example.com'
      const made = await ask(signUp, { variables: { user: { email: ' Jane@Example.com', firstName: 'Jane', lastName: null }, password, authProfileId: null } })
      t.match(made, { status: 200, errors: undefined, data: { userSignUpWithPassword: asGiven({ email: ' Jane@Example.com', firstName: 'Jane' }) } })
      t.equal(await api.app.usersStore.findByEmail(email), null, 'nobody is a user before anything is proven')

      t.match(await ask(logIn, { variables: { data: { email, password } } }), { data: null, errors: [error('UserNotConfirmedError', { path: ['userLogin'] })] })
      t.strictSame((await ask(confirm, { variables: { data: { email, code: await code(email, 1), password } } })).data, { userVerificationEmailConfirm: { success: true } })

      const login = await ask(logIn, { variables: { data: { email, password, authProfileId: 'default' } } })
      t.match(login, { errors: undefined, data: { userLogin: { success: true, auth: { idToken: String, refreshToken: String, accessToken: String, idTokenExpiresAt: /^\d{4}-.*Z$/, accessTokenExpiresAt: /^\d{4}-.*Z$/ } } } })
      const { idToken } = (login.data?.userLogin as { auth: Auth }).auth
      t.match(await ask(me, { token: idToken }), { errors: undefined, data: { user: { id: String, email, firstName: 'Jane', roles: { items: [{ name: 'Editor' }] } } } })
    })

    t.test('a refresh token works once; a used one is refused with the exact message, with or without an expired ID token', async t => {
      const api = await openAccounts(t, dialect)
      await signedUp(t, api, 'jane@example.com')
      const first = await loggedIn(api, 'jane@example.com')
      const answer = await api.ask(refresh, { token: 'an.expired.token', variables: { data: { refreshToken: first.refreshToken, authProfileId: 'default' } } })
      t.match(answer, { errors: undefined, data: { userRefreshToken: { idToken: String, refreshToken: String } } })
      const next = answer.data?.userRefreshToken as Auth
      t.not(next.refreshToken, first.refreshToken)
      t.match((await api.ask(me, { token: next.idToken })).data, { user: { email: 'jane@example.com' } })
      const refused = { data: null, errors: [error('TokenExpiredError', { message: 'Refresh Token has expired', path: ['userRefreshToken'] })] }
      t.match(await api.ask(refresh, { variables: { data: { refreshToken: first.refreshToken, email: null } } }), refused)
      t.match(await api.ask(refresh, { variables: { data: { refreshToken: next.refreshToken } } }), refused, 'and with it the whole family')
      t.match(await api.ask(refresh, { variables: { data: { refreshToken: 'nonsense' } } }), refused)
    })

    t.test('a forgotten password is reset with the emailed code, and changed with the old one', async t => {
      const api = await openAccounts(t, dialect)
      const { ask, code } = api
      const email = 'jane@example.com'
      await signedUp(t, api, email)
      t.strictSame((await ask(forgot, { variables: { data: { email } } })).data, { userPasswordForgot: { success: true } })
      t.strictSame((await ask(forgot, { variables: { data: { email: 'nobody@example.com' } } })).data, { userPasswordForgot: { success: true } })
      const reset = { email, code: await code(email, 2), newPassword: other }
      t.match(await ask(forgotConfirm, { variables: { data: { ...reset, newPassword: 'short' } } }), { errors: [error('ValidationError', { message: 'The request is invalid.', details: { password: String } })] })
      t.strictSame((await ask(forgotConfirm, { variables: { data: reset } })).data, { userPasswordForgotConfirm: { success: true } })
      t.match(await ask(forgotConfirm, { variables: { data: reset } }), { errors: [error('ValidationError', { details: { code: String } })] })
      await loggedIn(api, email, other)
      t.strictSame((await ask(change, { variables: { data: { email, oldPassword: other, newPassword: password, refreshToken: null } } })).data, { userChangePassword: { success: true } })
      t.match(await ask(change, { variables: { data: { email, oldPassword: other, newPassword: password } } }), { errors: [error('NotAuthorizedError', { extensions: { reason: 'invalid_credentials' } })] })
      await loggedIn(api, email)
      t.equal(api.emailsTo('nobody@example.com'), 0)
    })

    t.test('the result of a sign-up reveals only the input, even to somebody who may read all users', async t => {
      const { app, ask } = await openAccounts(t, dialect)
      await app.rolePermissions.update(app.rolePermissions.guest().roles[0] as string, { permissions: { data: { Users: { read: { allow: true } }, Roles: { read: { allow: true } } } } })
      const answer = await ask(signUp, { variables: { user: { email: 'jane@example.com' }, password } })
      t.strictSame(answer.data?.userSignUpWithPassword, asGiven({ email: 'jane@example.com' }))
    })

    t.test('an account with the email of an existing user gets that user once its email is confirmed, without learning of it before', async t => {
      const api = await openAccounts(t, dialect)
      const { app, ask, code } = api
      const email = 'jane@example.com'
      const { id } = await app.usersStore.create({ email, firstName: 'Secret' })
      const answer = await ask(signUp, { variables: { user: { email, lastName: 'Doe' }, password } })
      t.strictSame(answer.data?.userSignUpWithPassword, asGiven({ email, lastName: 'Doe' }))
      await ask(confirm, { variables: { data: { email, code: await code(email, 1), password } } })
      const { idToken } = await loggedIn(api, email)
      t.match((await ask(me, { token: idToken })).data, { user: { id, firstName: 'Secret' } })
    })

    t.test('a password sign-up verifies the email, so another verified identity is bound to the user', async t => {
      const api = await openAccounts(t, dialect)
      const email = 'jane@example.com'
      await signedUp(t, api, email)
      const { idToken } = await loggedIn(api, email)
      const { data } = await api.ask('{ user { id identities { emailVerified } } }', { token: idToken })
      t.match(data, { user: { identities: [{ emailVerified: true }] } })
      const another = { issuer: 'https://id.example.com', subject: 'jane', email, emailVerified: true, profileId: 'plain', claims: {}, expiresAt: Date.now() / 1000 + 60 }
      t.equal((await api.app.authProfiles.resolve(another)).user.id, (data?.user as { id: string }).id)
    })

    t.test('an unproven sign-up leaves no user behind for the owner of the address', async t => {
      const { app, ask } = await openAccounts(t, dialect)
      const email = 'owner@example.com'
      t.equal((await ask(signUp, { variables: { user: { email, firstName: 'Mallory', status: 'suspended' }, password } })).errors, undefined)
      t.strictSame(await app.db.selectFrom('latchkey_users').select('id').execute(), [])
      t.match(await ask(logIn, { variables: { data: { email, password } } }), { errors: [error('UserNotConfirmedError')] })
    })

    t.test('a person who proves an address with their own password gets no data from a stranger\'s sign-up', async t => {
      const api = await openAccounts(t, dialect)
      const { ask, code, app } = api
      const email = 'owner@example.com'
      const avatar = { id: 'x', downloadUrl: 'https://evil.example/x.png' }
      const user = { email, firstName: 'Mallory', lastName: 'Mallory', status: 'suspended', timezone: 'Asia/Tokyo', avatar }
      t.equal((await ask(signUp, { variables: { user, password: other } })).errors, undefined)
      await code(email, 1)
      await ask(forgot, { variables: { data: { email } } })
      await ask(forgotConfirm, { variables: { data: { email, code: await code(email, 2), newPassword: password } } })
      const { idToken } = await loggedIn(api, email)
      t.match((await ask(me, { token: idToken })).data, { user: { email, firstName: null, roles: { items: [{ name: 'Editor' }] } } })
      t.match(await app.usersStore.findByEmail(email), { firstName: null, lastName: null, status: 'active', timezone: null, avatar: null })
      t.strictSame(await app.db.selectFrom('latchkey_pending_sign_ups').selectAll().execute(), [], 'and it is forgotten')
    })

    t.test('the user gets the data of the sign-up, except the status', async t => {
      const api = await openAccounts(t, dialect)
      const { ask, code, app } = api
      const email = 'jane@example.com'
      const said = { firstName: 'Jane', lastName: 'Doe', timezone: 'Europe/Berlin', avatar: { id: 'a', downloadUrl: 'https://example.com/a.png' } }
      await ask(signUp, { variables: { user: { email, status: 'approved', ...said }, password } })
      await ask(confirm, { variables: { data: { email, code: await code(email, 1), password } } })
      await ask(me, { token: (await loggedIn(api, email)).idToken })
      t.match(await app.usersStore.findByEmail(email), { ...said, status: 'active' })
    })

    t.test('the administrator email becomes Administrator with its first verified token', async t => {
      const api = await openAccounts(t, dialect, { administratorEmail: 'boss@example.com' })
      const { ask } = api
      await signedUp(t, api, 'boss@example.com')
      t.match((await ask(me, { token: (await loggedIn(api, 'boss@example.com')).idToken })).data, { user: { roles: { items: [{ name: 'Administrator' }] } } })
    })

    t.test('fifty concurrent first tokens create one user, also without linking by email', async t => {
      const api = await openAccounts(t, dialect, { profile: { linkByEmail: 'never' } })
      await signedUp(t, api, 'jane@example.com')
      const { idToken } = await loggedIn(api, 'jane@example.com')
      const answers = await Promise.all(Array.from({ length: 50 }, () => api.ask(me, { token: idToken })))
      t.strictSame(answers.filter(({ errors }) => errors !== undefined), [])
      t.equal(new Set(answers.map(({ data }) => (data?.user as { id: string }).id)).size, 1)
    })

    t.test('a deleted user does not come back automatically', async t => {
      const api = await openAccounts(t, dialect)
      await signedUp(t, api, 'jane@example.com')
      const { idToken } = await loggedIn(api, 'jane@example.com')
      const { id } = (await api.ask(me, { token: idToken })).data?.user as { id: string }
      await api.app.usersStore.delete(id)
      t.match(await api.ask(me, { token: idToken }), { errors: [error('EntityNotFoundError', { message: 'User not found' })] })
    })
  })
}

t.test('a refused sign-up creates no account, and invalid input creates neither account nor user', async t => {
  const { app, ask, emailsTo } = await openAccounts(t, 'sqlite', { profile: { selfSignUp: { emailDomains: ['example.com'] } } })
  await app.usersStore.create({ email: 'there@example.org' })
  const refusals: [string, Record<string, unknown>, string, Record<string, unknown>][] = [
    ['an email of another domain', { user: { email: 'joe@example.org' } }, 'NotAuthorizedError', { extensions: { reason: 'sign_up_closed' } }],
    ['an email of another domain, of a user that is there', { user: { email: 'there@example.org' } }, 'NotAuthorizedError', { extensions: { reason: 'sign_up_closed' } }],
    ['an email that is none', { user: { email: 'joe' } }, 'ValidationError', { details: { email: String } }],
    ['a name that is too long', { user: { email: 'joe@example.com', firstName: 'x'.repeat(300) } }, 'ValidationError', { details: { firstName: String } }],
    ['a weak password', { user: { email: 'joe@example.com' }, password: 'password' }, 'ValidationError', { details: { password: String } }],
    ['roles of one\'s own choice', { user: { email: 'joe@example.com', roles: { connect: [{ name: 'Administrator' }] } } }, 'NotAuthorizedError', { details: { resource: 'Roles', action: 'update' } }],
    ['a profile that is not there', { user: { email: 'joe@example.com' }, authProfileId: 'none' }, 'EntityNotFoundError', { message: 'Authentication profile not found' }],
    ['a profile whose provider has no passwords', { user: { email: 'joe@example.com' }, authProfileId: 'plain' }, 'ValidationError', { details: { authProfileId: /"plain" \(test\) does not support this request: signing up with a password/ } }]
  ]
  for (const [name, variables, code, rest] of refusals) {
    t.match(await ask(signUp, { variables: { password, ...variables } }), { status: 200, data: null, errors: [error(code, { path: ['userSignUpWithPassword'], ...rest })] }, name)
  }
  t.equal((await app.db.selectFrom('latchkey_users').select('id').execute()).length, 1)
  t.strictSame(await app.db.selectFrom('latchkey_embedded_accounts').select('id').execute(), [])
  t.equal(emailsTo('joe@example.com'), 0)

  t.equal((await ask(signUp, { variables: { user: { email: 'joe@example.com' }, password } })).errors, undefined)
  t.match(await ask(signUp, { variables: { user: { email: 'JOE@example.com' }, password } }), { errors: [error('EntityExistsError')] }, 'an account that is there')
})

t.test('an administrator gives roles by signing somebody up, and the audit log records them', async t => {
  const api = await openAccounts(t, 'sqlite', { withAdministration: true })
  const { app, ask } = api
  await signedUp(t, api, 'boss@example.com')
  const { idToken } = await loggedIn(api, 'boss@example.com')
  await ask(me, { token: idToken })
  const boss = await app.usersStore.findByEmail('boss@example.com')
  await app.rolePermissions.assign(boss?.id as string, [app.rolePermissions.administrator().id])
  const answer = await ask(signUp, { token: idToken, variables: { user: { email: 'joe@example.com', roles: { connect: [{ name: 'Administrator' }] } }, password } })
  t.equal(answer.errors, undefined)
  await ask(confirm, { variables: { data: { email: 'joe@example.com', code: await api.code('joe@example.com', 1), password } } })
  t.match((await ask(me, { token: (await loggedIn(api, 'joe@example.com')).idToken })).data, { user: { roles: { items: [{ name: 'Administrator' }, { name: 'Editor' }] } } })
  const events = await ask('{ auditEventsList(filter: { action: { equals: "signUp" } }) { items { after } } }', { token: idToken })
  t.match(events.data, { auditEventsList: { items: [{ after: { email: 'joe@example.com', roles: ['Editor', 'Administrator'] } }, { after: { email: 'boss@example.com', roles: ['Editor'] } }] } })
})

t.test('roles promised by an administrator are not given once they lose full access', async t => {
  const api = await openAccounts(t, 'sqlite', { withAdministration: true })
  const { app, ask } = api
  const administrator = app.rolePermissions.administrator().id
  const owner = await app.usersStore.create({ email: 'owner@example.com' })
  await app.rolePermissions.assign(owner.id, [administrator])
  await signedUp(t, api, 'boss@example.com')
  const { idToken } = await loggedIn(api, 'boss@example.com')
  await ask(me, { token: idToken })
  const boss = await app.usersStore.findByEmail('boss@example.com')
  await app.rolePermissions.assign(boss?.id as string, [administrator])
  t.equal((await ask(signUp, { token: idToken, variables: { user: { email: 'joe@example.com', roles: { connect: [{ name: 'Administrator' }] } }, password } })).errors, undefined)
  await app.rolePermissions.unassign(boss?.id as string, [administrator])
  await ask(confirm, { variables: { data: { email: 'joe@example.com', code: await api.code('joe@example.com', 1), password } } })
  t.match((await ask(me, { token: (await loggedIn(api, 'joe@example.com')).idToken })).data, { user: { roles: { items: [{ name: 'Editor' }] } } })
})

t.test('a wrong password and an unknown account are refused alike', async t => {
  const api = await openAccounts(t, 'sqlite')
  await signedUp(t, api, 'jane@example.com')
  const wrong = await api.ask(logIn, { variables: { data: { email: 'jane@example.com', password: other } } })
  const unknown = await api.ask(logIn, { variables: { data: { email: 'nobody@example.com', password } } })
  t.match(wrong, { data: null, errors: [error('NotAuthorizedError', { message: 'Not Authorized', extensions: { reason: 'invalid_credentials' }, details: { password: 'Incorrect email or password.' } })] })
  t.strictSame(wrong.errors, unknown.errors)
})

t.test('guesses are limited by address, across accounts', async t => {
  const { ask } = await openAccounts(t, 'sqlite')
  const guess = async (number: number) => await ask(logIn, { remoteAddress: '192.0.2.7', variables: { data: { email: `n${number}@example.com`, password } } })
  let answer = await guess(1)
  // More than are free: the first wait is over soon on a busy machine.
  for (let tries = 2; tries <= 40 && answer.errors?.[0]?.code !== 'ThrottlingThresholdReachedError'; tries++) answer = await guess(tries)
  t.match(answer, { status: 200, data: null, errors: [error('ThrottlingThresholdReachedError', { extensions: { retryAfter: Number } })] })
  const seconds = answer.errors?.[0]?.extensions.retryAfter as number
  t.ok(Number.isInteger(seconds) && seconds >= 1 && seconds <= 300, 'it is said when to try again')
  t.equal(answer.headers['retry-after'], String(seconds), 'also to what reads no bodies')
  t.match(await ask(logIn, { remoteAddress: '192.0.2.8', variables: { data: { email: 'n1@example.com', password } } }), { errors: [error('NotAuthorizedError')] }, 'another address is not')
})

t.test('while the embedded provider cannot use its database, the response says when to try again', async t => {
  const { app, ask } = await openAccounts(t, 'sqlite')
  await app.db.schema.alterTable('latchkey_embedded_accounts').renameTo('gone').execute()
  const answer = await ask(logIn, { variables: { data: { email: 'jane@example.com', password } } })
  t.match(answer, { status: 200, data: null, errors: [error('ExternalServiceError', { extensions: { retryAfter: 5 } })], headers: { 'retry-after': '5' } })
})

t.test('the confirmation is sent again, without revealing whether an account exists', async t => {
  const { ask, code, emailsTo } = await openAccounts(t, 'sqlite')
  const email = 'jane@example.com'
  await ask(signUp, { variables: { user: { email }, password } })
  await code(email, 1)
  t.strictSame((await ask(resend, { variables: { data: { email }, authProfileId: 'default' } })).data, { userVerificationEmailResend: { success: true } })
  t.strictSame((await ask(resend, { variables: { data: { email: 'nobody@example.com' } } })).data, { userVerificationEmailResend: { success: true } })
  t.match(await ask(confirm, { variables: { data: { email, code: '000000', password } } }), { errors: [error('ValidationError', { details: { code: String } })] })
  t.strictSame((await ask(confirm, { variables: { data: { email, code: await code(email, 2), password } } })).data, { userVerificationEmailConfirm: { success: true } })
  t.equal(emailsTo('nobody@example.com'), 0)
})

t.test('an unsupported mutation is refused with the profile\'s name, and an unknown profile is not found', async t => {
  const { ask } = await openAccounts(t, 'sqlite')
  const data = { email: 'jane@example.com', authProfileId: 'plain' }
  const uses: [string, string, Record<string, unknown>][] = [
    ['userLogin', logIn, { ...data, password }],
    ['userRefreshToken', refresh, { refreshToken: 'x', authProfileId: 'plain' }],
    ['userPasswordForgot', forgot, data],
    ['userPasswordForgotConfirm', forgotConfirm, { ...data, code: '1', newPassword: password }],
    ['userChangePassword', change, { ...data, oldPassword: password, newPassword: other }]
  ]
  for (const [name, query, input] of uses) {
    t.match(await ask(query, { variables: { data: input } }), { data: null, errors: [error('ValidationError', { path: [name], details: { authProfileId: /^The authentication profile "plain" \(test\) does not support this request: / } })] }, name)
    t.match(await ask(query, { variables: { data: { ...input, authProfileId: 'none' } } }), { errors: [error('EntityNotFoundError')] }, `${name} of no profile`)
  }
  for (const query of [resend, confirm]) {
    t.match(await ask(query, { variables: { data: { email: data.email, ...query === confirm && { code: '1' } }, authProfileId: 'plain' } }), { errors: [error('ValidationError', { details: { authProfileId: String } })] })
  }
})

t.test('passwords, codes and tokens are in no log', async t => {
  const api = await openAccounts(t, 'sqlite')
  const email = 'jane@example.com'
  await signedUp(t, api, email)
  const { idToken, refreshToken, accessToken } = await loggedIn(api, email)
  await api.ask(logIn, { variables: { data: { email, password: other } } })
  await api.ask(refresh, { variables: { data: { refreshToken } } })
  await api.ask(`mutation { userLogin(data: { email: "${email}", password: "${other}", nonsense: 1 }) { success } }`)
  for (const secret of [password, other, await api.code(email, 1), idToken, refreshToken, accessToken]) t.notOk(api.log().includes(secret))
})

t.test('a refused token ends every request except one with only these mutations', async t => {
  const { ask } = await openAccounts(t, 'sqlite')
  const login = 'userLogin(data: { email: "a@example.com", password: "wrong wrong wrong" }) { success }'
  const refused = { data: null, errors: [error('InvalidTokenError', { extensions: { reason: 'malformed' } })] }
  t.match(await ask(`mutation { ${login} }`, { token: 'x' }), { errors: [error('NotAuthorizedError', { path: ['userLogin'] })] })
  for (const query of [
    `mutation { ${login} getToken(code: "x", authProfileId: "default") { token } }`,
    'mutation { userLogin: getToken(code: "x", authProfileId: "default") { token } }',
    `mutation { ${login} ...More } fragment More on Mutation { getToken(code: "x", authProfileId: "default") { token } }`,
    '{ user { id } }',
    'mutation {'
  ]) t.match(await ask(query, { token: 'x' }), refused, query)
})

t.test('getToken', async t => {
  const getToken = 'mutation ($code: String!, $authProfileId: ID!, $redirectUri: String) { getToken(code: $code, authProfileId: $authProfileId, redirectUri: $redirectUri) { token } }'
  const variables = { code: 'no-code', authProfileId: 'default', redirectUri: 'http://localhost:3000/callback' }
  const { app, ask, log } = await openAccounts(t, 'sqlite')

  t.match(await ask(getToken, { variables }), { data: null, errors: [error('NotAuthorizedError', { path: ['getToken'], message: 'Not Authorized', details: { resource: 'getToken', action: 'call', roles: ['Guest'] } })] }, 'is denied to Guest by default, and says so')
  t.match(log(), 'Grant it under Roles > Guest > Functions: custom.functions.getToken.allow = true')
  const guest = app.rolePermissions.find({ name: 'Guest' })
  await app.rolePermissions.update(guest?.id as string, { permissions: { custom: { functions: { getToken: { allow: true } } } } })
  t.match(await ask(getToken, { variables }), { data: null, errors: [error('ValidationError', { details: { code: String } })] }, 'where it is allowed, a code that is none is refused')
  t.match(await ask(getToken, { variables: { ...variables, authProfileId: 'plain' } }), { errors: [error('ValidationError', { details: { authProfileId: String } })] })
})

t.test('the mutations have only arguments that existing clients send', async t => {
  const { ask } = await openApi(t)
  t.match(await ask(logIn, { variables: { data: { email: 'jane@example.com' } } }), { errors: [error('ValidationError')] })
  t.match(await ask('mutation { getToken(code: "x") { token } }'), { errors: [error('ValidationError')] })
})
