import { inspect } from 'node:util'
import t from 'tap'
import type { CognitoProvider } from '../dist/index.js'
import { refusal, startScripted, type ApiAnswer } from './helpers/scripted-cognito.js'

const email = 'ada@example.com'
const password = 'Secret-password-1'
const newPassword = 'Secret-password-2'
const code = 'secret-code-123'
const clientSecret = 'secret-of-the-client'
const secrets = [password, newPassword, code, clientSecret, 'secret-refresh-token']

const uses = {
  signIn: ['InitiateAuth', provider => provider.signInWithPassword({ email, password })],
  signUp: ['SignUp', provider => provider.signUpWithPassword({ email, password })],
  refresh: ['GetTokensFromRefreshToken', provider => provider.refreshTokens({ email, refreshToken: 'secret-refresh-token' })],
  recover: ['ForgotPassword', provider => provider.forgotPassword({ email })],
  confirm: ['ConfirmForgotPassword', provider => provider.confirmForgottenPassword({ email, code, newPassword })],
  change: ['ChangePassword', provider => provider.changePassword({ email, oldPassword: password, newPassword })],
  resend: ['ResendConfirmationCode', provider => provider.resendVerificationEmail({ email })],
  confirmEmail: ['ConfirmSignUp', provider => provider.confirmEmail({ email, code })],
  exchange: ['/oauth2/token', provider => provider.exchangeCode({ code, redirectUri: 'http://localhost:3000/cb' })],
  list: ['ListUsers', provider => provider.deleteAccount({ subject: 'sub', email })],
  delete: ['AdminDeleteUser', provider => provider.deleteAccount({ subject: 'sub', email })]
} as const satisfies Record<string, [string, (provider: Required<CognitoProvider>) => Promise<unknown>]>

/** The responses to the requests before the tested one. */
const before = {
  InitiateAuth: { body: { AuthenticationResult: { AccessToken: 'access-token' } } },
  ListUsers: { body: { Users: [{ Username: 'user-name' }] } }
}

const ok = null
const answers: [keyof typeof uses, ApiAnswer, string | null][] = [
  ['signIn', refusal('NotAuthorizedException', 'Incorrect username or password.'), 'INVALID_CREDENTIALS'],
  ['signIn', refusal('UserNotFoundException', 'User does not exist.'), 'INVALID_CREDENTIALS'],
  ['signIn', refusal('NotAuthorizedException', 'User is disabled.'), 'INVALID_CREDENTIALS'],
  ['signIn', refusal('InvalidParameterException', "1 validation error detected: Value at 'username' failed to satisfy constraint"), 'INVALID_CREDENTIALS'],
  ['signIn', refusal('InvalidParameterException', "1 validation error detected: Value at 'password' failed to satisfy constraint"), 'INVALID_CREDENTIALS'],
  ['signIn', refusal('NotAuthorizedException', 'Password attempts exceeded'), 'THROTTLED'],
  ['signIn', refusal('TooManyRequestsException', 'Rate exceeded'), 'THROTTLED'],
  ['signIn', refusal('UserNotConfirmedException', 'User is not confirmed.'), 'USER_NOT_CONFIRMED'],
  ['signIn', refusal('PasswordResetRequiredException', 'Password reset required for the user'), 'CHALLENGE_REQUIRED'],
  ['signIn', refusal('InvalidParameterException', 'USER_PASSWORD_AUTH flow not enabled for this client'), 'UNSUPPORTED'],
  ['signIn', refusal('UserLambdaValidationException', 'PreAuthentication failed with error no'), 'UNSUPPORTED'],
  ['signIn', refusal('NotAuthorizedException', 'Client web is configured with secret but SECRET_HASH was not received'), 'UNAVAILABLE'],
  ['signIn', refusal('NotAuthorizedException', 'Unable to verify secret hash for client web'), 'UNAVAILABLE'],
  ['signIn', refusal('ResourceNotFoundException', 'User pool client web does not exist.'), 'UNAVAILABLE'],
  ['signIn', refusal('ForbiddenException', 'Request not allowed due to WAF block.', 403), 'UNAVAILABLE'],
  ['signIn', refusal('InternalErrorException', 'oh', 500), 'UNAVAILABLE'],
  ['signIn', refusal('SomethingNewException'), 'UNAVAILABLE'],
  ['signIn', refusal('SomethingNewException', `who is ${clientSecret}?`), 'UNAVAILABLE'],
  ['signIn', refusal('constructor'), 'UNAVAILABLE'],
  ['signIn', { body: {} }, 'UNAVAILABLE'],
  ['signIn', { body: { AuthenticationResult: { IdToken: 'no token', AccessToken: 'x.y.z' } } }, 'UNAVAILABLE'],

  ['confirmEmail', refusal('CodeMismatchException', 'Invalid verification code provided, please try again.'), 'INVALID_CODE'],
  ['confirmEmail', refusal('ExpiredCodeException', 'Invalid code provided, please request a code again.'), 'INVALID_CODE'],
  ['confirmEmail', refusal('UserNotFoundException', 'User does not exist.'), 'INVALID_CODE'],
  ['confirmEmail', refusal('NotAuthorizedException', 'User cannot be confirmed. Current status is CONFIRMED'), 'INVALID_CODE'],
  ['confirmEmail', refusal('AliasExistsException'), 'INVALID_CODE'],
  ['confirmEmail', refusal('InvalidParameterException'), 'INVALID_CODE'],
  ['confirmEmail', refusal('TooManyFailedAttemptsException'), 'THROTTLED'],
  ['confirmEmail', refusal('NotAuthorizedException', 'Unable to verify secret hash for client web'), 'UNAVAILABLE'],

  ['signUp', refusal('UsernameExistsException', 'An account with the given email already exists.'), 'ACCOUNT_EXISTS'],
  ['signUp', refusal('AliasExistsException'), 'ACCOUNT_EXISTS'],
  ['signUp', refusal('InvalidPasswordException', 'Password did not conform with policy: Password must have symbol characters'), 'WEAK_PASSWORD'],
  ['signUp', refusal('InvalidParameterException', "1 validation error detected: Value at 'password' failed to satisfy constraint"), 'WEAK_PASSWORD'],
  ['signUp', refusal('NotAuthorizedException', 'SignUp is not permitted for this user pool'), 'UNSUPPORTED'],
  ['signUp', refusal('UserLambdaValidationException', 'PreSignUp failed with error no'), 'UNSUPPORTED'],
  ['signUp', refusal('InvalidParameterException', 'Invalid email address format.'), 'UNSUPPORTED'],
  ['signUp', refusal('LimitExceededException', 'Exceeded daily email limit'), 'THROTTLED'],
  ['signUp', refusal('CodeDeliveryFailureException'), 'UNAVAILABLE'],
  ['signUp', { body: {} }, 'UNAVAILABLE'],

  ['refresh', refusal('NotAuthorizedException', 'Refresh Token has expired'), 'REFRESH_TOKEN_EXPIRED'],
  ['refresh', refusal('NotAuthorizedException', 'Refresh Token has been revoked'), 'REFRESH_TOKEN_EXPIRED'],
  ['refresh', refusal('RefreshTokenReuseException'), 'REFRESH_TOKEN_EXPIRED'],
  ['refresh', refusal('UserNotFoundException'), 'REFRESH_TOKEN_EXPIRED'],
  ['refresh', refusal('InvalidParameterException', "Value 'secret-refresh-token' at 'refreshToken' failed to satisfy constraint"), 'REFRESH_TOKEN_EXPIRED'],
  ['refresh', refusal('NotAuthorizedException', 'Client secret does not match'), 'UNAVAILABLE'],
  ['refresh', refusal('TooManyRequestsException'), 'THROTTLED'],

  ['recover', refusal('UserNotFoundException'), ok],
  ['recover', refusal('InvalidParameterException', 'Cannot reset password for the user as there is no registered/verified email or phone_number'), ok],
  ['recover', refusal('NotAuthorizedException', 'User password cannot be reset in the current state.'), ok],
  ['recover', refusal('UserNotConfirmedException'), ok],
  ['recover', refusal('CodeDeliveryFailureException'), ok],
  ['recover', refusal('LimitExceededException', 'Attempt limit exceeded, please try after some time.'), 'THROTTLED'],
  ['recover', refusal('NotAuthorizedException', 'Unable to verify secret hash for client web'), 'UNAVAILABLE'],
  ['recover', refusal('ResourceNotFoundException'), 'UNAVAILABLE'],

  ['confirm', refusal('CodeMismatchException'), 'INVALID_CODE'],
  ['confirm', refusal('ExpiredCodeException'), 'INVALID_CODE'],
  ['confirm', refusal('UserNotFoundException'), 'INVALID_CODE'],
  ['confirm', refusal('UserNotConfirmedException'), 'INVALID_CODE'],
  ['confirm', refusal('NotAuthorizedException'), 'INVALID_CODE'],
  ['confirm', refusal('InvalidParameterException', "Value 'secret-code-123' at 'confirmationCode' failed to satisfy constraint"), 'INVALID_CODE'],
  ['confirm', refusal('InvalidPasswordException'), 'WEAK_PASSWORD'],
  ['confirm', refusal('PasswordHistoryPolicyViolationException'), 'WEAK_PASSWORD'],
  ['confirm', refusal('InvalidParameterException', "1 validation error detected: Value at 'password' failed to satisfy constraint"), 'WEAK_PASSWORD'],
  ['confirm', refusal('TooManyFailedAttemptsException'), 'THROTTLED'],

  ['change', refusal('NotAuthorizedException', 'Incorrect username or password.'), 'INVALID_CREDENTIALS'],
  ['change', refusal('UserNotFoundException'), 'INVALID_CREDENTIALS'],
  ['change', refusal('PasswordResetRequiredException'), 'CHALLENGE_REQUIRED'],
  ['change', refusal('InvalidPasswordException'), 'WEAK_PASSWORD'],
  ['change', refusal('PasswordHistoryPolicyViolationException'), 'WEAK_PASSWORD'],
  ['change', refusal('InvalidParameterException', "1 validation error detected: Value at 'proposedPassword' failed to satisfy constraint"), 'WEAK_PASSWORD'],
  ['change', refusal('LimitExceededException'), 'THROTTLED'],

  ['resend', refusal('UserNotFoundException'), ok],
  ['resend', refusal('InvalidParameterException', 'User is already confirmed.'), ok],
  ['resend', refusal('TooManyRequestsException'), 'THROTTLED'],
  ['resend', refusal('InternalErrorException', 'oh', 500), 'UNAVAILABLE'],

  ['exchange', { status: 400, body: { error: 'invalid_grant' } }, 'INVALID_CODE'],
  ['exchange', { status: 400, body: { error: 'invalid_request', error_description: `Invalid code ${code}` } }, 'INVALID_CODE'],
  ['exchange', { status: 400, body: { error: 'invalid_client' } }, 'UNAVAILABLE'],
  ['exchange', { status: 400, body: { error: 'unauthorized_client' } }, 'UNAVAILABLE'],
  ['exchange', { body: { access_token: 'a.b.c', token_type: 'Bearer' } }, 'UNAVAILABLE'],
  ['exchange', { status: 302, body: {} }, 'UNAVAILABLE'],
  ['exchange', { status: 500, body: {} }, 'UNAVAILABLE'],

  ['list', refusal('AccessDeniedException', 'User is not authorized to perform cognito-idp:ListUsers'), 'UNAVAILABLE'],
  ['delete', refusal('UserNotFoundException'), ok],
  ['delete', refusal('AccessDeniedException', 'User is not authorized to perform cognito-idp:AdminDeleteUser'), 'UNAVAILABLE']
]

for (const [use, answer, code] of answers) {
  const { __type: type, error, message } = answer.body
  t.test(`${use}: ${String(type ?? error ?? JSON.stringify(answer.body))} ${String(message ?? '')} means ${code ?? 'no error for the client'}`, async t => {
    const [operation, call] = uses[use]
    const { provider, logged } = await startScripted(t, { ...before, [operation]: answer }, { clientSecret, deleteAccounts: true, credentials: { accessKeyId: 'id', secretAccessKey: 'secret-of-aws' } })
    const outcome = await call(provider).then(() => null, (error: Error) => error)
    const told = (outcome as { code?: string } | null)?.code ?? null
    t.equal(told, code === null ? null : `IDENTITY_PROVIDER_ERR_${code}`)
    if (outcome !== null) t.type(outcome.cause, Error, 'the cause is kept')
    t.strictSame(logged.map(({ level }) => level), code === 'UNAVAILABLE' || code === 'UNSUPPORTED' ? ['warn'] : code === ok && use !== 'delete' ? ['info'] : [], 'the log')
    const shown = inspect([outcome, logged], { depth: 20, showHidden: true })
    t.strictSame([...secrets, 'secret-of-aws'].filter(secret => shown.includes(secret)), [], 'no secret is shown')
  })
}

t.test('changing a password with a wrong old one fails before anything is changed', async t => {
  const { provider, requests } = await startScripted(t, { InitiateAuth: refusal('NotAuthorizedException', 'Incorrect username or password.') })
  await t.rejects(provider.changePassword({ email, oldPassword: password, newPassword }), { code: 'IDENTITY_PROVIDER_ERR_INVALID_CREDENTIALS' })
  t.strictSame(requests.map(({ operation }) => operation), ['InitiateAuth'])
})

t.test('changing a password does not accept an empty response as a sign-in', async t => {
  const { provider, requests } = await startScripted(t, { InitiateAuth: { body: {} }, ChangePassword: { body: {} } })
  await t.rejects(provider.changePassword({ email, oldPassword: password, newPassword }), { code: 'IDENTITY_PROVIDER_ERR_UNAVAILABLE' })
  t.equal(requests.length, 1)
})

t.test('a weak password is refused with the rule that Cognito names', async t => {
  const { provider } = await startScripted(t, { SignUp: refusal('InvalidPasswordException', 'Password did not conform with policy: Password not long enough') })
  await t.rejects(provider.signUpWithPassword({ email, password }), { code: 'IDENTITY_PROVIDER_ERR_WEAK_PASSWORD', message: 'Password not long enough' })
})

const challenges: [string, RegExp][] = [
  ['NEW_PASSWORD_REQUIRED', /temporary password/],
  ['SMS_MFA', /text message/],
  ['EMAIL_OTP', /by email/],
  ['SOFTWARE_TOKEN_MFA', /authenticator app/],
  ['SELECT_MFA_TYPE', /second factor/],
  ['MFA_SETUP', /set up/],
  ['SOME_NEW_CHALLENGE', /more than a password/]
]
for (const [challenge, step] of challenges) {
  t.test(`the error for the challenge ${challenge} says what to do and where`, async t => {
    const script = { InitiateAuth: { body: { ChallengeName: challenge, Session: 'session' } } }
    const { provider } = await startScripted(t, script)
    const error = await provider.signInWithPassword({ email, password }).then(() => null, (error: Error & { code: string }) => error)
    t.equal(error?.code, 'IDENTITY_PROVIDER_ERR_CHALLENGE_REQUIRED')
    t.match(error?.message, step)
    t.ok(error?.message.includes(await provider.loginUrl()), 'names the hosted page')

    const { provider: without } = await startScripted(t, script, { domain: undefined })
    await t.rejects(without.signInWithPassword({ email, password }), { code: 'IDENTITY_PROVIDER_ERR_CHALLENGE_REQUIRED', message: /has no domain/ })
  })
}
