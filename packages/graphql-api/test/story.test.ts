import { dialects } from '@latchkey/test-databases'
import { startTestIssuer } from '@latchkey/test-issuer'
import t from 'tap'
import { error, openApi } from './helpers/api.js'
import { countStatements } from './helpers/statements.js'

const me = '{ user { id email firstName roles { count items { name } } } }'
const signUp = 'mutation ($user: UserCreateInput!, $authProfileId: ID) { userSignUpWithToken(user: $user, authProfileId: $authProfileId) { id email } }'

for (const dialect of dialects) {
  t.test(`${dialect}: a token without a user, signing up, and from then on the user`, async t => {
    const { ask, token } = await openApi(t, dialect)
    const jane = await token({ subject: 'jane', email: 'Jane@Example.com' })

    const before = await ask(me, { token: jane })
    t.match(before, { status: 200, data: { user: null }, errors: [error('EntityNotFoundError', { message: 'User not found', path: ['user'] })] })

    const signedUp = await ask(signUp, { token: jane, variables: { user: { email: 'jane@example.com', firstName: 'Jane' } } })
    t.match(signedUp, { status: 200, data: { userSignUpWithToken: { id: String, email: 'jane@example.com' } }, errors: undefined })

    const after = await ask(me, { token: jane })
    t.strictSame(after.data, { user: { id: (signedUp.data?.userSignUpWithToken as { id: string }).id, email: 'jane@example.com', firstName: 'Jane', roles: { count: 1, items: [{ name: 'Guest' }] } } })
    t.strictSame((await ask(signUp, { token: jane, variables: { user: { email: 'jane@example.com' } } })).data, signedUp.data, 'again: the same user')
  })
}

t.test('a token that fails ends the request before anything runs', async t => {
  const { ask, issuer, token, logs, app } = await openApi(t)
  const stranger = await startTestIssuer()
  t.teardown(() => stranger.close())
  const valid = await token()
  const [header, payload, signature] = valid.split('.') as [string, string, string]
  const tampered = [header, Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(payload, 'base64url').toString()), sub: 'somebody' })).toString('base64url'), signature].join('.')

  const failing: [string, string, string, string, string | undefined][] = [
    ['expired', await token({ expiresIn: -60 }), 'TokenExpiredError', 'Token expired', undefined],
    ['tampered', tampered, 'InvalidTokenError', 'Token invalid', 'bad_signature'],
    ['forged', await issuer.forgedToken(), 'InvalidTokenError', 'Token invalid', 'bad_signature'],
    ['foreign', await stranger.idToken(), 'InvalidTokenError', 'Token invalid', 'unknown_issuer'],
    ['for another client', await token({ claims: { aud: 'mobile' } }), 'InvalidTokenError', 'Token invalid', 'audience_mismatch'],
    ['access', await issuer.accessToken(), 'InvalidTokenError', 'Token invalid', 'wrong_token_use'],
    ['no token at all', 'x', 'InvalidTokenError', 'Token invalid', 'malformed']
  ]
  for (const [name, failingToken, code, message, reason] of failing) {
    const query = 'mutation { userSignUp(user: { email: "user-1@example.com" }) { id } }'
    const older = await ask(query, { token: failingToken })
    const expected = [error(code, { message, extensions: reason === undefined ? {} : { reason } })]
    t.match(older, { status: 200, data: null, errors: expected }, name)
    t.notOk('path' in (older.errors?.[0] ?? {}), 'it is not about a field')
    const newer = await ask(query, { token: failingToken, headers: { accept: 'application/graphql-response+json' } })
    t.match(newer, { status: 401, data: undefined, errors: expected, headers: { 'www-authenticate': /^Bearer/ } }, name)
  }
  t.equal(await app.usersStore.findByEmail('user-1@example.com'), null)
  const log = JSON.stringify(logs)
  for (const [, failingToken] of failing.slice(0, -1)) t.notOk(log.includes(failingToken), 'no token in the log')
  t.notOk(logs.some(line => (line.level as number) >= 50), 'expected errors are no errors of this app')
})

t.test('an issuer that cannot be reached says nothing about the token', async t => {
  const { ask, issuer, token } = await openApi(t)
  await issuer.behave('down')
  const valid = await token()
  const expected = [error('InvalidTokenError', { message: 'Token invalid', extensions: { reason: 'issuer_unreachable' } })]
  t.match(await ask(me, { token: valid }), { status: 200, data: null, errors: expected })
  t.match(await ask(me, { token: valid, headers: { accept: 'application/graphql-response+json' } }), { status: 503, errors: expected })
})

t.test('the user of the token is read once per request', async t => {
  const api = await openApi(t)
  const jane = await api.user('jane')
  const statements = countStatements(t, api)
  const asked = await statements.during(async () => {
    const answer = await api.ask('{ a: user { id roles { count } } b: user { id createdBy { id } } c: user { permissions { count } } }', { token: jane.token })
    t.equal(answer.errors, undefined)
  })
  t.equal(asked.length, 1)
})

t.test('a second identity of the same verified email is the same user; an unverified one is refused with its reason', async t => {
  const { ask, token, user } = await openApi(t)
  const jane = await user('jane')
  t.match((await ask(me, { token: await token({ subject: 'jane-2', email: 'jane@example.com' }) })).data, { user: { id: jane.user.id } })
  const unverified = await ask(me, { token: await token({ subject: 'jane-3', email: 'jane@example.com', emailVerified: false }) })
  t.match(unverified, { data: { user: null }, errors: [error('NotAuthorizedError', { message: 'Not Authorized', path: ['user'], extensions: { reason: 'identity_not_linked' } })] })
})

for (const dialect of dialects) {
  t.test(`${dialect}: a user who signed up without proving the email is shared with nobody, especially no administrator`, async t => {
    const { ask, token, app } = await openApi(t, dialect, { profiles: [{}, { id: 'corp', name: 'Corp', clientId: 'corp' }], administratorEmail: 'boss@example.com' })
    const signUpBy = async (options: { token: string, profile: string, email: string }) => await ask(`mutation { userSignUpWithToken(authProfileId: "${options.profile}", user: { email: "${options.email}" }) { id } }`, options)
    const mallory = async (email: string) => await token({ subject: `mallory ${email}`, email, claims: { email_verified: undefined } })
    t.match(await signUpBy({ token: await mallory('jane@example.com'), profile: 'main', email: 'jane@example.com' }), { errors: undefined })
    const jane = await token({ subject: 'jane', email: 'jane@example.com', claims: { aud: 'corp' } })
    t.match(await ask(me, { token: jane }), { data: { user: null }, errors: [error('NotAuthorizedError', { extensions: { reason: 'identity_not_linked' } })] })
    t.match(await signUpBy({ token: jane, profile: 'corp', email: 'jane@example.com' }), { errors: [error('EntityExistsError')] })
    t.match(await signUpBy({ token: await mallory('boss@example.com'), profile: 'main', email: 'boss@example.com' }), { errors: [error('NotAuthorizedError', { extensions: { reason: 'email_not_verified' } })] })
    const boss = await token({ subject: 'boss', email: 'boss@example.com', claims: { aud: 'corp' } })
    t.match(await signUpBy({ token: boss, profile: 'corp', email: 'boss@example.com' }), { errors: undefined })
    t.match((await ask(`mutation { userDelete(data: { id: "${(await app.usersStore.findByEmail('jane@example.com'))?.id}" }) { success } }`, { token: boss })).errors, undefined)
    t.match(await signUpBy({ token: jane, profile: 'corp', email: 'jane@example.com' }), { errors: undefined }, 'once an administrator has deleted it')
  })
}

t.test('a token whose email differs from the user\'s is refused with its reason', async t => {
  const { ask, token, user } = await openApi(t)
  await user('jane')
  const answer = await ask(me, { token: await token({ subject: 'jane', email: 'jane@elsewhere.com' }) })
  t.match(answer, { data: { user: null }, errors: [error('NotAuthorizedError', { message: 'Not Authorized', extensions: { reason: 'email_mismatch' } })] })
})
