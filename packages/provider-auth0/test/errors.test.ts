import { inspect } from 'node:util'
import t from 'tap'
import type { Auth0Provider } from '../dist/index.js'
import { startScripted, tokens, type ApiAnswer } from './helpers/scripted-auth0.js'

const email = 'ada@example.com'
const password = 'Secret-password-1'
const code = 'secret-code-123'
const refreshToken = 'secret-refresh-token'
const clientSecret = 'secret-of-the-application'
const secrets = [password, code, refreshToken, clientSecret, 'Fe26-mfa-token']

const uses = {
  signIn: ['/oauth/token', provider => provider.signInWithPassword({ email, password })],
  refresh: ['/oauth/token', provider => provider.refreshTokens({ refreshToken })],
  exchange: ['/oauth/token', provider => provider.exchangeCode({ code, redirectUri: 'http://localhost:3000/cb' })],
  signUp: ['/dbconnections/signup', provider => provider.signUpWithPassword({ email, password })],
  recover: ['/dbconnections/change_password', provider => provider.forgotPassword({ email })]
} as const satisfies Record<string, [string, (provider: Auth0Provider) => Promise<unknown>]>

const oauth = (status: number, error: string, description?: string, more: object = {}): ApiAnswer => ({ status, body: { error, error_description: description, ...more } })
const database = (status: number, body: Record<string, unknown>): ApiAnswer => ({ status, body })
const ok = null

const answers: [keyof typeof uses, ApiAnswer, string | null][] = [
  ['signIn', oauth(403, 'invalid_grant', 'Wrong email or password.'), 'INVALID_CREDENTIALS'],
  ['signIn', oauth(401, 'invalid_user_password', 'Wrong email or password.'), 'INVALID_CREDENTIALS'],
  ['signIn', oauth(400, 'invalid_request', 'Missing required parameter: username'), 'INVALID_CREDENTIALS'],
  ['signIn', oauth(403, 'unauthorized', 'user is blocked'), 'INVALID_CREDENTIALS'],
  ['signIn', oauth(401, 'unauthorized', 'Please verify your email before logging in.'), 'USER_NOT_CONFIRMED'],
  ['signIn', oauth(403, 'access_denied', 'Please verify your email before continuing.'), 'USER_NOT_CONFIRMED'],
  ['signIn', oauth(403, 'access_denied', 'Only on weekdays'), 'UNSUPPORTED'],
  ['signIn', oauth(403, 'mfa_required', 'Multifactor authentication required', { mfa_token: 'Fe26-mfa-token' }), 'CHALLENGE_REQUIRED'],
  ['signIn', oauth(403, 'mfa_registration_required', 'Enroll first'), 'CHALLENGE_REQUIRED'],
  ['signIn', oauth(401, 'requires_verification', 'Suspicious request requires verification'), 'CHALLENGE_REQUIRED'],
  ['signIn', oauth(401, 'password_leaked', 'This login attempt has been blocked because the password you are using was previously disclosed'), 'CHALLENGE_REQUIRED'],
  ['signIn', oauth(429, 'too_many_attempts', 'Your account has been blocked after multiple consecutive login attempts.'), 'THROTTLED'],
  ['signIn', oauth(429, 'access_denied', 'Too many logins with the same username or email.'), 'THROTTLED'],
  ['signIn', oauth(403, 'unauthorized_client', "Grant type 'http://auth0.com/oauth/grant-type/password-realm' not allowed for the client."), 'UNSUPPORTED'],
  ['signIn', oauth(401, 'access_denied', 'Unauthorized'), 'UNAVAILABLE'],
  ['signIn', oauth(401, 'invalid_client', 'Unknown client: web'), 'UNAVAILABLE'],
  ['signIn', oauth(400, 'invalid_request', 'connection not found: Username-Password-Authentication'), 'UNAVAILABLE'],
  ['signIn', oauth(400, 'constructor'), 'UNAVAILABLE'],
  ['signIn', oauth(500, 'server_error', 'oh'), 'UNAVAILABLE'],
  ['signIn', { status: 302, body: {}, headers: { location: 'http://127.0.0.1:1/' } }, 'UNAVAILABLE'],
  ['signIn', { body: { access_token: 'a', token_type: 'Bearer' } }, 'UNAVAILABLE'],
  ['signIn', { body: `{"access_token":"${code}`, headers: { 'content-type': 'application/json' } }, 'UNAVAILABLE'],

  ['refresh', oauth(403, 'invalid_grant', 'Unknown or invalid refresh token.'), 'REFRESH_TOKEN_EXPIRED'],
  ['refresh', oauth(400, 'invalid_request', 'Missing required parameter: refresh_token'), 'REFRESH_TOKEN_EXPIRED'],
  ['refresh', oauth(403, 'unauthorized', 'user is blocked'), 'REFRESH_TOKEN_EXPIRED'],
  ['refresh', oauth(403, 'access_denied', 'Please verify your email'), 'REFRESH_TOKEN_EXPIRED'],
  ['refresh', oauth(403, 'unauthorized_client', "Grant type 'refresh_token' not allowed for the client."), 'UNSUPPORTED'],
  ['refresh', oauth(401, 'access_denied', 'Unauthorized'), 'UNAVAILABLE'],
  ['refresh', oauth(429, 'too_many_requests', 'Global limit has been reached'), 'THROTTLED'],

  ['exchange', oauth(403, 'invalid_grant', 'Invalid authorization code'), 'INVALID_CODE'],
  ['exchange', oauth(403, 'invalid_grant', 'Failed to verify code verifier'), 'INVALID_CODE'],
  ['exchange', oauth(400, 'invalid_request', `Bad code ${code}`), 'INVALID_CODE'],
  ['exchange', oauth(403, 'unauthorized_client', 'The redirect URI is wrong. You sent http://localhost:3000/cb'), 'INVALID_CODE'],
  ['exchange', oauth(403, 'unauthorized_client', "Grant type 'authorization_code' not allowed for the client."), 'UNSUPPORTED'],
  ['exchange', oauth(401, 'access_denied', 'Unauthorized'), 'UNAVAILABLE'],
  ['exchange', oauth(403, 'access_denied', 'Only on weekdays'), 'UNSUPPORTED'],

  ['signUp', database(400, { code: 'invalid_signup', description: 'Invalid sign up', name: 'BadRequestError' }), 'ACCOUNT_EXISTS'],
  ['signUp', database(400, { code: 'user_exists', description: 'The user already exists.', name: 'BadRequestError' }), 'ACCOUNT_EXISTS'],
  ['signUp', database(409, { code: 'username_exists', description: 'The username provided is in use already.' }), 'ACCOUNT_EXISTS'],
  ['signUp', database(400, { code: 'invalid_password', name: 'PasswordDictionaryError', message: 'Password is too common' }), 'WEAK_PASSWORD'],
  ['signUp', database(400, { code: 'password_strength_error', message: 'Password is too weak' }), 'WEAK_PASSWORD'],
  ['signUp', database(400, { code: 'password_dictionary_error' }), 'WEAK_PASSWORD'],
  ['signUp', database(400, { code: 'password_no_user_info_error' }), 'WEAK_PASSWORD'],
  ['signUp', database(400, { code: 'password_leaked', description: 'Password was leaked' }), 'WEAK_PASSWORD'],
  ['signUp', database(403, { code: 'unauthorized', description: 'By invitation only' }), 'UNSUPPORTED'],
  ['signUp', database(400, { code: 'access_denied', description: 'API signup is not allowed.' }), 'UNSUPPORTED'],
  ['signUp', database(400, { error: 'public signup is disabled' }), 'UNSUPPORTED'],
  ['signUp', database(400, { code: 'invalid_body', description: `not an email: ${password}` }), 'UNSUPPORTED'],
  ['signUp', database(429, { code: 'too_many_requests' }), 'THROTTLED'],
  ['signUp', database(429, {}), 'THROTTLED'],
  ['signUp', { status: 502, body: '<html>Bad gateway</html>' }, 'UNAVAILABLE'],
  ['signUp', { status: 302, body: {}, headers: { location: 'http://127.0.0.1:1/' } }, 'UNAVAILABLE'],
  ['signUp', { body: {} }, 'UNAVAILABLE'],
  ['signUp', { body: 'null' }, 'UNAVAILABLE'],
  ['signUp', { body: `{"password":${password}` }, 'UNAVAILABLE'],

  ['recover', { body: "We've just sent you an email to reset your password." }, ok],
  ['recover', database(400, { error: 'email is not valid' }), ok],
  ['recover', database(429, { code: 'too_many_requests' }), 'THROTTLED'],
  ['recover', database(400, { error: 'connection is disabled' }), 'UNAVAILABLE'],
  ['recover', { status: 503, body: 'email is down' }, 'UNAVAILABLE'],
  ['recover', { body: '<html><title>Portal</title></html>' }, 'UNAVAILABLE']
]

for (const [use, answer, told] of answers) {
  t.test(`${use}: ${answer.status ?? 200} ${JSON.stringify(answer.body)} means ${told ?? 'no error for the client'}`, async t => {
    const [path, call] = uses[use]
    const { provider, logged } = await startScripted(t, { [path]: answer }, { clientSecret })
    const outcome = await call(provider).then(() => null, (error: Error) => error)
    t.equal((outcome as { code?: string } | null)?.code ?? null, told === null ? null : `IDENTITY_PROVIDER_ERR_${told}`)
    if (outcome !== null) t.type(outcome.cause, Error, 'the cause is kept')
    t.strictSame(logged.map(({ level }) => level), told === 'UNAVAILABLE' || told === 'UNSUPPORTED' ? ['warn'] : [], 'the log')
    const shown = inspect([outcome, logged], { depth: 20, showHidden: true })
    t.strictSame(secrets.filter(secret => shown.includes(secret)), [], 'no secret is shown')
  })
}

const policies: [string, Record<string, unknown>, string][] = [
  ['the rules in words', { code: 'invalid_password', message: 'Password is too weak', description: { rules: [] }, policy: '* At least 8 characters in length\n* Contain a number' }, 'At least 8 characters in length; Contain a number'],
  ['a message', { code: 'invalid_password', message: 'Password is too common', description: 'Password is not allowed, it might be too common.' }, 'Password is too common'],
  ['a description', { code: 'invalid_password', description: 'Password was used before' }, 'Password was used before'],
  ['the password itself', { code: 'invalid_password', message: `${password} is too common` }, '[withheld] is too common'],
  ['nothing', { code: 'invalid_password' }, "The password does not meet the connection's password policy."]
]
for (const [what, body, message] of policies) {
  t.test(`a weak password is refused with the rule when Auth0 returns ${what}`, async t => {
    const { provider } = await startScripted(t, { '/dbconnections/signup': database(400, body) })
    await t.rejects(provider.signUpWithPassword({ email, password }), { code: 'IDENTITY_PROVIDER_ERR_WEAK_PASSWORD', message })
  })
}

for (const error of ['mfa_required', 'requires_verification']) {
  t.test(`the error for ${error} contains the login URL`, async t => {
    const { provider } = await startScripted(t, { '/oauth/token': oauth(403, error) })
    const { message } = await provider.signInWithPassword({ email, password }).then(() => new Error('nothing was thrown'), (error: Error) => error)
    t.ok(message.includes(await provider.loginUrl()), message)
  })
}

const foreign: [string, Record<string, unknown>][] = [
  ['another issuer', { iss: 'https://elsewhere.example.com/' }],
  ['another application', { aud: 'other' }],
  ['a token that has expired', { exp: Math.floor(Date.now() / 1000) - 3600 }]
]
for (const [what, claims] of foreign) {
  for (const use of ['signIn', 'refresh', 'exchange'] as const) {
    t.test(`${use}: an ID token of ${what} is not accepted`, async t => {
      const { provider } = await startScripted(t, { '/oauth/token': tokens(claims) })
      await t.rejects(uses[use][1](provider), { code: 'IDENTITY_PROVIDER_ERR_UNAVAILABLE', cause: { message: /"(iss|aud|exp)"/ } })
    })
  }
}
