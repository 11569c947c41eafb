import { createHmac } from 'node:crypto'
import t from 'tap'
import { createCognitoProvider } from '../dist/index.js'
import { startEndlessServer, startServer } from './helpers/loopback-server.js'
import { refusal, startScripted, unsignedToken, type AskedRequest } from './helpers/scripted-cognito.js'

const email = 'ada@example.com'
const inAnHour = Math.floor(Date.now() / 1000) + 3600
const AuthenticationResult = { IdToken: unsignedToken({ exp: inAnHour }), AccessToken: unsignedToken({ exp: inAnHour + 60 }), RefreshToken: 'refresh', ExpiresIn: 1 }
const iso = (seconds: number) => new Date(seconds * 1000).toISOString()

t.test('signing in returns tokens with the expiry times in them', async t => {
  const { provider } = await startScripted(t, { InitiateAuth: { body: { AuthenticationResult } } })
  t.strictSame(await provider.signInWithPassword({ email, password: 'p' }), {
    idToken: AuthenticationResult.IdToken,
    accessToken: AuthenticationResult.AccessToken,
    refreshToken: 'refresh',
    idTokenExpiresAt: iso(inAnHour),
    accessTokenExpiresAt: iso(inAnHour + 60)
  })
})

t.test("signing up sends the names as Cognito's attributes, without empty ones", async t => {
  const { provider, requests } = await startScripted(t, { SignUp: { body: { UserSub: 'sub-1', UserConfirmed: true } } })
  const made = await provider.signUpWithPassword({ email, password: 'p', firstName: 'Ada', lastName: null })
  t.strictSame(made, { subject: 'sub-1', emailVerified: false }, 'a confirmed account is not a verified address')
  t.strictSame(requests[0]?.input, { ClientId: 'web', Username: email, Password: 'p', UserAttributes: [{ Name: 'email', Value: email }, { Name: 'given_name', Value: 'Ada' }] })
})

t.test('an app client with a secret proves it in every request', async t => {
  const clientSecret = 'secret-of-the-client'
  const SECRET_HASH = createHmac('sha256', clientSecret).update(`${email}web`).digest('base64')
  const { provider, requests } = await startScripted(t, {
    InitiateAuth: { body: { AuthenticationResult } },
    SignUp: { body: { UserSub: 'sub-1' } },
    GetTokensFromRefreshToken: { body: { AuthenticationResult } },
    ForgotPassword: { body: {} },
    ConfirmForgotPassword: { body: {} },
    ResendConfirmationCode: { body: {} }
  }, { clientSecret })
  await provider.signInWithPassword({ email, password: 'p' })
  await provider.signUpWithPassword({ email, password: 'p' })
  await provider.forgotPassword({ email })
  await provider.confirmForgottenPassword({ email, code: '1', newPassword: 'p' })
  await provider.resendVerificationEmail({ email })
  await provider.refreshTokens({ refreshToken: 'r' })
  t.strictSame(requests.map(({ input }) => input.SecretHash ?? (input.AuthParameters as Record<string, unknown> | undefined)?.SECRET_HASH ?? input.ClientSecret),
    [SECRET_HASH, SECRET_HASH, SECRET_HASH, SECRET_HASH, SECRET_HASH, clientSecret])
})

t.test('public operations are not signed, but deleting is', async t => {
  const credentials = { accessKeyId: 'key-id', secretAccessKey: 'secret' }
  const { provider, requests } = await startScripted(t, {
    InitiateAuth: { body: { AuthenticationResult } },
    GetTokensFromRefreshToken: { body: { AuthenticationResult } },
    SignUp: { body: { UserSub: 'sub-1' } },
    ForgotPassword: { body: {} },
    ConfirmForgotPassword: { body: {} },
    ChangePassword: { body: {} },
    ResendConfirmationCode: { body: {} },
    ListUsers: { body: { Users: [{ Username: 'user-1' }] } },
    AdminDeleteUser: { body: {} }
  }, { deleteAccounts: true, credentials })
  await provider.signInWithPassword({ email, password: 'p' })
  await provider.refreshTokens({ refreshToken: 'r' })
  await provider.signUpWithPassword({ email, password: 'p' })
  await provider.forgotPassword({ email })
  await provider.confirmForgottenPassword({ email, code: '1', newPassword: 'p' })
  await provider.changePassword({ email, oldPassword: 'p', newPassword: 'q' })
  await provider.resendVerificationEmail({ email })
  await provider.deleteAccount({ subject: 'sub-1', email })
  const signed = requests.filter(({ headers }) => headers.authorization !== undefined)
  t.equal(requests.length, 10)
  t.strictSame(signed.map(({ operation }) => operation), ['ListUsers', 'AdminDeleteUser'])
  t.match(signed[0]?.headers.authorization, /Credential=key-id\//)
  t.strictSame(credentials, { accessKeyId: 'key-id', secretAccessKey: 'secret' }, 'the given object is unchanged')
})

t.test('deleting finds the account by its subject, whatever characters it contains, and deletes no other', async t => {
  const { provider, requests } = await startScripted(t, {
    ListUsers: { body: { Users: [{ Username: 'Google_123' }] } },
    AdminDeleteUser: { body: {} }
  }, { deleteAccounts: true, credentials: { accessKeyId: 'key-id', secretAccessKey: 'secret' } })
  await provider.deleteAccount({ subject: 'a" or sub ^= "\\', email })
  t.equal(requests[0]?.input.Filter, 'sub = "a\\" or sub ^= \\"\\\\"')
  t.strictSame(requests[1]?.input, { UserPoolId: 'eu-west-1_TestPool', Username: 'Google_123' })

  const { provider: without, requests: asked } = await startScripted(t, { ListUsers: { body: { Users: [] } } }, { deleteAccounts: true, credentials: { accessKeyId: 'key-id', secretAccessKey: 'secret' } })
  await without.deleteAccount({ subject: 'sub-1', email })
  t.strictSame(asked.map(({ operation }) => operation), ['ListUsers'])
})

t.test('accounts cannot be deleted unless the profile enables it', async t => {
  const { provider } = await startScripted(t, {})
  t.notOk('deleteAccount' in provider)
})

t.test('refreshing returns the new refresh token if Cognito rotates, otherwise the old one', async t => {
  const { provider: rotating } = await startScripted(t, { GetTokensFromRefreshToken: { body: { AuthenticationResult: { ...AuthenticationResult, RefreshToken: 'new' } } } })
  t.equal((await rotating.refreshTokens({ refreshToken: 'old' })).refreshToken, 'new')
  const { RefreshToken, ...withoutRefreshToken } = AuthenticationResult
  const { provider } = await startScripted(t, { GetTokensFromRefreshToken: { body: { AuthenticationResult: withoutRefreshToken } } })
  t.equal((await provider.refreshTokens({ refreshToken: 'old' })).refreshToken, 'old')
})

t.test('refreshing falls back to REFRESH_TOKEN_AUTH with an emulator that supports nothing newer', async t => {
  const clientSecret = 'secret-of-the-client'
  const { provider, requests } = await startScripted(t, { InitiateAuth: { body: { AuthenticationResult } } }, { clientSecret })
  await provider.refreshTokens({ refreshToken: 'r', email })
  t.strictSame(requests.map(({ operation }) => operation), ['GetTokensFromRefreshToken', 'InitiateAuth'])
  t.strictSame(requests[1]?.input, {
    ClientId: 'web',
    AuthFlow: 'REFRESH_TOKEN_AUTH',
    AuthParameters: { REFRESH_TOKEN: 'r', SECRET_HASH: createHmac('sha256', clientSecret).update(`${email}web`).digest('base64') }
  })
  await provider.refreshTokens({ refreshToken: 'r' })
  t.strictSame((requests[3] as AskedRequest).input.AuthParameters, { REFRESH_TOKEN: 'r' }, 'without a user name there is no hash')
})

t.test('refreshing does not fall back after any other error', async t => {
  const { provider, requests } = await startScripted(t, { GetTokensFromRefreshToken: refusal('NotAuthorizedException', 'Refresh Token has expired') })
  await t.rejects(provider.refreshTokens({ refreshToken: 'r', email }), { code: 'IDENTITY_PROVIDER_ERR_REFRESH_TOKEN_EXPIRED' })
  t.equal(requests.length, 1)
})

t.test('a request that fails at Cognito is retried once', async t => {
  let tries = 0
  const { provider } = await startScripted(t, { InitiateAuth: () => ++tries === 1 ? refusal('InternalErrorException', 'oh', 500) : { body: { AuthenticationResult } } })
  await t.resolves(provider.signInWithPassword({ email, password: 'p' }))
  const { provider: broken, requests } = await startScripted(t, { InitiateAuth: refusal('InternalErrorException', 'oh', 500) })
  await t.rejects(broken.signInWithPassword({ email, password: 'p' }), { code: 'IDENTITY_PROVIDER_ERR_UNAVAILABLE' })
  t.equal(requests.length, 2)
})

t.test('the timeout applies while a response trickles in', async t => {
  let closed = () => {}
  const connectionClosed = new Promise<void>(resolve => { closed = resolve })
  const url = await startServer(t, (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' })
    const trickle = setInterval(() => response.write(' '), 20)
    response.on('close', () => { clearInterval(trickle) })
  }, closed)
  const provider = createCognitoProvider({ id: 'pool', region: 'eu-west-1', userPoolId: 'eu-west-1_TestPool', clientId: 'web', endpoint: url, timeoutMs: 100 },
    { log: { debug () {}, info () {}, warn () {}, error () {} } })
  t.teardown(() => provider.close?.())
  await t.rejects(provider.signInWithPassword({ email, password: 'p' }), { code: 'IDENTITY_PROVIDER_ERR_UNAVAILABLE', cause: { name: 'TimeoutError' } })
  await t.resolves(connectionClosed, 'and the connection is closed')
})

t.test('a request to the user pools API stops reading an endless response', async t => {
  const { url, sent } = await startEndlessServer(t)
  const provider = createCognitoProvider({ id: 'pool', region: 'eu-west-1', userPoolId: 'eu-west-1_TestPool', clientId: 'web', endpoint: url, timeoutMs: 20_000 },
    { log: { debug () {}, info () {}, warn () {}, error () {} } })
  t.teardown(() => provider.close?.())
  await t.rejects(provider.signInWithPassword({ email, password: 'p' }), { code: 'IDENTITY_PROVIDER_ERR_UNAVAILABLE', cause: { message: /more than 1048576 bytes/ } })
  t.ok(sent() < 50 * 1024 * 1024, 'the server was stopped early')
})
