import { createHash, randomBytes } from 'node:crypto'
import t from 'tap'
import { createCognitoProvider } from '../dist/index.js'
import { sentCode } from './helpers/cognito-local.js'
import { callbackUrl, newEmail, startUserPool } from './helpers/user-pool.js'

t.test('a profile works directly with cognito-local, from sign-up to deletion', async t => {
  const pool = await startUserPool(t)
  const provider = createCognitoProvider(pool.emulatorOptions, { log: { debug () {}, info () {}, warn () {}, error () {} } })
  t.teardown(() => provider.close?.())
  const email = newEmail()
  const { subject } = await provider.signUpWithPassword({ email, password: pool.password, firstName: 'Ada' })
  await t.rejects(provider.signInWithPassword({ email, password: pool.password }), { code: 'IDENTITY_PROVIDER_ERR_USER_NOT_CONFIRMED' })
  await pool.confirm(email)
  const { refreshToken, idToken } = await provider.signInWithPassword({ email, password: pool.password })
  await t.rejects(provider.signInWithPassword({ email, password: 'wrong' }), { code: 'IDENTITY_PROVIDER_ERR_INVALID_CREDENTIALS' })
  const refreshed = await provider.refreshTokens({ refreshToken: refreshToken ?? '', email })
  t.not(refreshed.idToken, idToken)
  t.equal(refreshed.refreshToken, refreshToken)

  await provider.forgotPassword({ email })
  await provider.confirmForgottenPassword({ email, code: sentCode, newPassword: `${pool.password}-2` })
  await provider.changePassword({ email, oldPassword: `${pool.password}-2`, newPassword: `${pool.password}-3` })
  await t.resolves(provider.signInWithPassword({ email, password: `${pool.password}-3` }))

  const codeVerifier = randomBytes(32).toString('base64url')
  const { code } = await pool.authorize('public', createHash('sha256').update(codeVerifier).digest('base64url'))
  t.type((await provider.exchangeCode?.({ code, codeVerifier, redirectUri: callbackUrl }))?.idToken, 'string')

  await provider.deleteAccount?.({ subject, email })
  t.equal(await pool.exists(subject), false)
})
