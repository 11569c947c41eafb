// The demo, `npm run demo`: how two users sign up and sign in. Every step prints its request and response; the exit code is 1
// if a response is not as expected.
import { isDeepStrictEqual } from 'node:util'
import type { Browser } from 'playwright-core'
import { launchBrowser } from './browser.js'
import { signInAtHostedPage, startCallbackPage, type HostedProfile } from './hosted-page.js'
import { startOpenIdProvider, type RunningProvider } from './openid-provider.js'
import { startServer } from './running-server.js'

interface ExpectedError { message: string, code: string, reason?: string }
interface Tokens { idToken: string, refreshToken: string }
interface Answer {
  data?: { user?: { id: string } | null, userSignUpWithToken?: { id: string }, userLogin?: { auth: Tokens }, userRefreshToken?: Tokens } | null
  errors?: { message: string, code?: string, extensions?: { code?: string, reason?: string } }[]
}

const ada = { email: 'ada@example.com', password: 'correct horse battery' }
const jane = { email: 'jane@example.com' }

const ask = '{ user { id } }'
const askMore = '{ user { id email roles { items { name } } } }'
const auth = 'idToken refreshToken'
const signUpWithPassword = `mutation { userSignUpWithPassword(user: { email: "${ada.email}", firstName: "Ada" }, password: "${ada.password}") { email } }`
const logIn = `mutation { userLogin(data: { email: "${ada.email}", password: "${ada.password}" }) { success auth { ${auth} } } }`
const confirm = (code: string) => `mutation { userVerificationEmailConfirm(data: { email: "${ada.email}", code: "${code}", password: "${ada.password}" }) { success } }`
const refresh = (token: string) => `mutation { userRefreshToken(data: { refreshToken: "${token}" }) { ${auth} } }`
const signUpWithToken = `mutation { userSignUpWithToken(authProfileId: "first", user: { email: "${jane.email}", firstName: "Jane" }) { id email } }`

const [callbackPage, first, second, stranger] = await Promise.all([startCallbackPage(), startOpenIdProvider(), startOpenIdProvider({ clientId: 'mobile' }), startOpenIdProvider()])
const profile = (id: string, { issuer, clientId, clientSecret, redirectUri }: RunningProvider) =>
  ({ id, name: `The ${id} provider`, type: 'openid', issuer, clientId, clientSecret, callbackUrls: [redirectUri], selfSignUp: 'open', roles: ['Guest'] })
const server = await startServer({
  config: { profiles: [{ id: 'default', name: 'Latchkey', type: 'embedded', callbackUrls: [callbackPage.url] }, profile('first', first), profile('second', second)] },
  // At this level the log contains the emails, since there is no mail server.
  env: { LOG_LEVEL: 'info' }
})
/** Secrets that must not be printed, and what is printed instead. */
const withheld = new Map([[ada.password, '(password)']])
let failed = 0

try {
  console.log(`The server listens at ${server.url}/graphql.\n`)
  await tellOfPasswords()
  await tellOfProviders()
} finally {
  callbackPage.close()
  await Promise.all([server.stop(), first.close(), second.close(), stranger.close()])
}
console.log(failed === 0 ? 'Every step went as expected.' : `Steps that did not go as expected: ${failed}.`)
process.exitCode = failed === 0 ? 0 : 1

/** Ada uses the embedded provider. */
async function tellOfPasswords (): Promise<void> {
  await step('1. Ada signs up with a password. The embedded provider keeps the account; the Users table has no password.', signUpWithPassword, undefined,
    { userSignUpWithPassword: { email: ada.email } })

  await step('2. She cannot sign in before she has confirmed her email.', logIn, undefined,
    null, { message: 'User is not confirmed.', code: 'UserNotConfirmedError' })

  await step('3. She confirms it with the emailed code and her password.', confirm(await emailedCode()), undefined,
    { userVerificationEmailConfirm: { success: true } })

  const loggedIn = await step('4. Now she signs in, and gets an ID token and a refresh token.', logIn, undefined,
    { userLogin: { success: true, auth: { idToken: String, refreshToken: String } } })
  const tokens = loggedIn.data?.userLogin?.auth

  const asked = await step('5. With the ID token she asks who she is. This first request creates her user.', askMore, tokens?.idToken,
    { user: { id: String, email: ada.email, roles: { items: [{ name: 'Guest' }] } } })

  await step('6. The refresh token gets her new tokens.', refresh(tokens?.refreshToken ?? ''), undefined,
    { userRefreshToken: { idToken: String, refreshToken: String } })

  await step('7. An invalid refresh token is refused, with the message on which clients ask people to sign in again.', refresh('no-such-token'), undefined,
    null, { message: 'Refresh Token has expired', code: 'TokenExpiredError' })

  await tellOfHostedPage(asked.data?.user?.id)
}

/** Jane uses two external OpenID providers. */
async function tellOfProviders (): Promise<void> {
  console.log('9. Jane signs in at her company\'s OpenID provider (authorization code flow with PKCE) and gets an ID token.')
  const token = await first.signIn(jane)
  console.log(`   ${first.issuer} issued ${shortened(token)}\n`)

  await step('10. The API knows the token, but Jane is not in the Users table yet.', ask, token,
    { user: null }, { message: 'User not found', code: 'EntityNotFoundError' })

  const signedUp = await step('11. So the app signs her up with the token.', signUpWithToken, token, { userSignUpWithToken: { id: String, email: jane.email } })
  const id = signedUp.data?.userSignUpWithToken?.id

  await step('12. Now the query answers.', askMore, token, { user: { id, email: jane.email, roles: { items: [{ name: 'Guest' }] } } })

  await step('13. An expired token is refused, with the message on which clients refresh it.', ask, await first.expiredIdToken(jane),
    null, { message: 'Token expired', code: 'TokenExpiredError' })

  await step('14. A tampered token is refused.', ask, tampered(token),
    null, { message: 'Token invalid', code: 'InvalidTokenError', reason: 'bad_signature' })

  await step('15. A token of an issuer that is not configured is refused, although its signature is valid.', ask, await stranger.signIn(jane),
    null, { message: 'Token invalid', code: 'InvalidTokenError', reason: 'unknown_issuer' })

  await step('16. A request without a token acts as a guest, who cannot read anything.', ask, undefined,
    { user: null }, { message: 'Not Authorized', code: 'NotAuthorizedError' })

  await step('17. Jane signs in at a second provider with the same verified email: the same user.', askMore, await second.signIn(jane),
    { user: { id, email: jane.email, roles: { items: [{ name: 'Guest' }] } } })
}

async function tellOfHostedPage (id: string | undefined): Promise<void> {
  const { profiles } = await (await fetch(`${server.url}/auth/profiles`)).json() as { profiles: HostedProfile[] }
  const embedded = profiles[0] as HostedProfile
  console.log(`8. Ada signs in at the hosted login page, in a headless Chromium:\n   ${embedded.loginUrl}`)
  let browser: Browser
  try {
    browser = await launchBrowser()
  } catch (error) {
    console.log(`   Skipped. ${(error as Error).message}\n`)
    return
  }
  try {
    const token = await signInAtHostedPage(browser, embedded, callbackPage.url, ada)
    await step('   Her front end receives an ID token.', askMore, token,
      { user: { id, email: ada.email, roles: { items: [{ name: 'Guest' }] } } })
  } finally {
    await browser.close()
  }
}

/** The code in the email, which the server logs because there is no mail server. */
async function emailedCode (): Promise<string> {
  const addressed = `"to":"${ada.email}"`
  const output = await server.printed(addressed)
  const { text } = JSON.parse(output.split('\n').findLast(line => line.includes(addressed)) as string) as { text: string }
  return /\b\d{6,8}\b/.exec(text)?.[0] ?? 'no code was emailed'
}

/**
 * @param data the expected `data`; `String` stands for any text
 * @param error the expected first error. Default: no error
 */
async function step (title: string, query: string, token: string | undefined, data: unknown, error?: ExpectedError): Promise<Answer> {
  console.log(title)
  console.log(`   curl ${server.url}/graphql -H 'content-type: application/json'${token === undefined ? '' : ` -H 'authorization: Bearer ${shortened(token)}'`} -d '${printable(JSON.stringify({ query }))}'`)
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query })
  })
  const answer = await response.json() as Answer
  rememberTokens(answer)
  console.log(`   ${response.status} ${printable(JSON.stringify(answer))}`)
  const given = answer.errors?.[0]
  const right = response.status === 200 && matches(answer.data, data) && (error === undefined
    ? given === undefined
    : given?.message === error.message && given.code === error.code && given.extensions?.code === error.code && (error.reason === undefined || given.extensions.reason === error.reason))
  if (!right) {
    failed++
    console.log(`   WRONG: expected ${JSON.stringify({ data, error }, (_key, value) => value === String ? '(any text)' : value)}`)
  }
  console.log()
  return answer
}

function matches (actual: unknown, expected: unknown): boolean {
  if (expected === String) return typeof actual === 'string' && actual !== ''
  if (expected === null || typeof expected !== 'object' || Array.isArray(expected)) return isDeepStrictEqual(actual, expected)
  return actual !== null && typeof actual === 'object' && Object.keys(actual).length === Object.keys(expected).length &&
    Object.entries(expected).every(([key, value]) => matches((actual as Record<string, unknown>)[key], value))
}

function rememberTokens ({ data }: Answer): void {
  for (const tokens of [data?.userLogin?.auth, data?.userRefreshToken]) {
    for (const token of [tokens?.idToken, tokens?.refreshToken]) if (token !== undefined) withheld.set(token, shortened(token))
  }
}

function printable (text: string): string {
  return [...withheld].reduce((shown, [secret, instead]) => shown.replaceAll(secret, instead), text)
}

function shortened (token: string): string {
  return `${token.slice(0, 12)}…${token.slice(-6)}`
}

/** The same token with another email in its payload. */
function tampered (token: string): string {
  const [header, payload = '', signature] = token.split('.')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
  return [header, Buffer.from(JSON.stringify({ ...claims, email: 'boss@example.com' })).toString('base64url'), signature].join('.')
}
