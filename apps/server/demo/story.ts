// The story of a user, told by a program: `npm run demo`. Every step prints its request and its answer;
// the exit code is 1 if any answer is not what it should be.
import { isDeepStrictEqual } from 'node:util'
import { startOpenIdProvider, type RunningProvider } from './openid-provider.js'
import { startServer } from './running-server.js'

interface ExpectedError { message: string, code: string, reason?: string }
interface Answer { data?: { userSignUpWithToken?: { id: string } } | null, errors?: { message: string, code?: string, extensions?: { code?: string, reason?: string } }[] }

const jane = { email: 'jane@example.com' }
const ask = '{ user { id } }'
const askMore = '{ user { id email roles { items { name } } } }'
const signUp = 'mutation { userSignUpWithToken(authProfileId: "first", user: { email: "jane@example.com", firstName: "Jane" }) { id email } }'

const [first, second, stranger] = await Promise.all([startOpenIdProvider(), startOpenIdProvider({ clientId: 'mobile' }), startOpenIdProvider()])
const profile = (id: string, { issuer, clientId, clientSecret, redirectUri }: RunningProvider) =>
  ({ id, name: `The ${id} provider`, type: 'openid', issuer, clientId, clientSecret, callbackUrls: [redirectUri], selfSignUp: 'open', roles: ['Guest'] })
const server = await startServer({ config: { profiles: [profile('first', first), profile('second', second)] }, env: { LOG_LEVEL: 'warn' } })
let failed = 0

try {
  console.log(`The server answers at ${server.url}/graphql.\n`)

  console.log('1. Jane signs in at her provider (authorization code flow with PKCE) and gets an ID token.')
  const token = await first.signIn(jane)
  console.log(`   ${first.issuer} issued ${shortened(token)}\n`)

  await step('2. The API knows the token, but Jane is not in the Users table yet.', ask, token,
    { user: null }, { message: 'User not found', code: 'EntityNotFoundError' })

  const signedUp = await step('3. So the app signs her up with the token.', signUp, token, { userSignUpWithToken: { id: String, email: jane.email } })
  const id = signedUp.data?.userSignUpWithToken?.id

  await step('4. Now the query answers.', askMore, token, { user: { id, email: jane.email, roles: { items: [{ name: 'Guest' }] } } })

  await step('5. An expired token is refused, in words that clients refresh on.', ask, await first.expiredIdToken(jane),
    null, { message: 'Token expired', code: 'TokenExpiredError' })

  await step('6. A token that was tampered with is refused.', ask, tampered(token),
    null, { message: 'Token invalid', code: 'InvalidTokenError', reason: 'bad_signature' })

  await step('7. A token of an issuer that is not configured is refused, however well it is signed.', ask, await stranger.signIn(jane),
    null, { message: 'Token invalid', code: 'InvalidTokenError', reason: 'unknown_issuer' })

  await step('8. Without a token one is a guest, who may read nothing.', ask, undefined,
    { user: null }, { message: 'Not Authorized', code: 'NotAuthorizedError' })

  await step('9. Jane signs in at a second provider with the same verified email: the same user.', askMore, await second.signIn(jane),
    { user: { id, email: jane.email, roles: { items: [{ name: 'Guest' }] } } })
} finally {
  await Promise.all([server.stop(), first.close(), second.close(), stranger.close()])
}
console.log(failed === 0 ? 'Every step answered as it should.' : `${failed} steps did not answer as they should.`)
process.exitCode = failed === 0 ? 0 : 1

/**
 * @param data what `data` must be; `String` stands for any text
 * @param error what the first error must be; left out: no error
 */
async function step (title: string, query: string, token: string | undefined, data: unknown, error?: ExpectedError): Promise<Answer> {
  console.log(title)
  console.log(`   curl ${server.url}/graphql -H 'content-type: application/json'${token === undefined ? '' : ` -H 'authorization: Bearer ${shortened(token)}'`} -d '${JSON.stringify({ query })}'`)
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query })
  })
  const answer = await response.json() as Answer
  console.log(`   ${response.status} ${JSON.stringify(answer)}`)
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

function shortened (token: string): string {
  return `${token.slice(0, 12)}…${token.slice(-6)}`
}

/** The same token with another email in its payload. */
function tampered (token: string): string {
  const [header, payload = '', signature] = token.split('.')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
  return [header, Buffer.from(JSON.stringify({ ...claims, email: 'boss@example.com' })).toString('base64url'), signature].join('.')
}
