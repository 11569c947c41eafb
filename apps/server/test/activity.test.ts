import { databaseUrl, dialects } from '@latchkey/test-databases'
import { startTestIssuer } from '@latchkey/test-issuer'
import { once } from 'node:events'
import t, { type Test } from 'tap'
import { startServer, type RunningServer } from '../dist-demo/running-server.js'
import { graphql, profileFor, serverUnderTest, signUpMutation, type GraphQLAnswer } from './helpers/server-under-test.js'

const jane = 'jane@example.com'
const signIns = '{ signInsList { count items { subject profileName ip userAgent } } }'
const perDay = '{ activityPerDay { signIns signUps refused refusals { reason count } } }'

type Day = Record<'signIns' | 'signUps' | 'refused', number> & { refusals: { reason: string, count: number }[] }

/** Adds up yesterday's and today's counts (UTC), because midnight may fall between two statements of a test. */
function recent (data: GraphQLAnswer['data']): Day {
  const days = data?.activityPerDay.slice(-2) as Day[]
  const sum = (of: (day: Day) => number): number => days.reduce((sum, day) => sum + of(day), 0)
  const countOf = (reason: string): number => sum(({ refusals }) => refusals.find(refusal => refusal.reason === reason)?.count ?? 0)
  const reasons = [...new Set(days.flatMap(({ refusals }) => refusals.map(({ reason }) => reason)))]
  return {
    signIns: sum(({ signIns }) => signIns),
    signUps: sum(({ signUps }) => signUps),
    refused: sum(({ refused }) => refused),
    refusals: reasons.map(reason => ({ reason, count: countOf(reason) })).sort((one, other) => other.count - one.count)
  }
}

/** Repeats a query until the response is as wanted, since activity is written up to a second late. */
async function answered (server: RunningServer, query: string, token: string, wanted: (data: GraphQLAnswer['data']) => boolean): Promise<GraphQLAnswer> {
  const end = Date.now() + 60_000
  for (;;) {
    const answer = await graphql(server, query, token)
    if (Date.now() > end || (answer.data !== null && wanted(answer.data))) return answer
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}

t.test('two instances on one PostgreSQL database write one row per sign-in', async t => {
  const issuer = await startTestIssuer()
  const url = await databaseUrl(t, 'postgres')
  const start = async (): Promise<RunningServer> => await startServer({ config: { profiles: [profileFor(issuer)] }, env: { LOG_LEVEL: 'error', DATABASE_URL: url, LATCHKEY_ADMIN_EMAIL: jane } })
  const [one, other] = [await start(), await start()]
  t.teardown(async () => { await Promise.all([one.stop(), other.stop()]); await issuer.close() })
  const token = async (authTime: number) => await issuer.idToken({ subject: 'jane', email: jane, claims: { auth_time: authTime, jti: String(Math.random()) } })
  const now = Math.floor(Date.now() / 1000)
  const admin = await token(now)
  await graphql(one, signUpMutation(jane), admin)
  for (const again of [await token(now), await token(now - 60)]) await Promise.all([one, other].map(async server => await graphql(server, '{ user { id } }', again)))
  t.match((await answered(one, signIns, admin, data => data?.signInsList?.count === 2)).data, { signInsList: { count: 2, items: [{ subject: 'jane', profileName: 'Profile 0', ip: '127.0.0.1' }, {}] } })
  await new Promise(resolve => setTimeout(resolve, 1300))
  t.match((await graphql(other, signIns, admin)).data, { signInsList: { count: 2 } })
  t.match(recent((await graphql(other, perDay, admin)).data), { signIns: 2, signUps: 1, refused: 0 })
})

for (const dialect of dialects) {
  t.test(`${dialect}: activity before a termination signal is not lost`, async t => {
    const running = await serverUnderTest(t, dialect, { LATCHKEY_ADMIN_EMAIL: jane })
    const token = await running.issuer.idToken({ subject: 'jane', email: jane, claims: { auth_time: Math.floor(Date.now() / 1000) } })
    await graphql(running.server, signUpMutation(jane), token)
    await graphql(running.server, '{ usersList { count } }')
    // One signal: a second one ends the process at once.
    const ended = once(running.server.process, 'exit')
    running.server.process.kill('SIGTERM')
    t.strictSame(await ended, [0, null])
    await running.restart('SIGTERM')
    t.match((await graphql(running.server, signIns, token)).data, { signInsList: { count: 1, items: [{ subject: 'jane', userAgent: 'node' }] } })
    t.match(recent((await graphql(running.server, perDay, token)).data), { signIns: 1, signUps: 1, refused: 1, refusals: [{ reason: 'not_authorized', count: 1 }] })
  })
}

t.test('wrong passwords are counted at the login page and by userLogin, and sign-ins are kept for the configured time', async t => {
  const issuer = await startTestIssuer()
  const embedded = { id: 'default', name: 'Latchkey', type: 'embedded', callbackUrls: ['http://localhost:3000/auth/callback'] }
  const url = await databaseUrl(t, 'sqlite')
  const server = await startServer({ config: { profiles: [profileFor(issuer), embedded] }, env: { LOG_LEVEL: 'error', DATABASE_URL: url, LATCHKEY_ADMIN_EMAIL: jane, LATCHKEY_SIGN_INS_KEEP_DAYS: '3' } })
  t.teardown(async () => { await server.stop(); await issuer.close() })
  const signedInBefore = async (days: number) => await issuer.idToken({ subject: 'jane', email: jane, claims: { auth_time: Math.floor(Date.now() / 1000) - days * 86_400 } })
  const token = await signedInBefore(2)
  await graphql(server, signUpMutation(jane), token)
  t.match((await graphql(server, `mutation { userLogin(data: { email: "${jane}", password: "wrong", authProfileId: "default" }) { success } }`)).errors, [{ code: 'NotAuthorizedError' }])
  await wrongPasswordAtPage(t, server)
  await graphql(server, '{ user { id } }', 'no token')
  const { data } = await answered(server, perDay, token, data => recent(data).refused === 3)
  t.match(recent(data).refusals, [{ reason: 'wrong_password', count: 2 }, { reason: 'malformed', count: 1 }])
  await graphql(server, '{ user { id } }', await signedInBefore(4))
  await new Promise(resolve => setTimeout(resolve, 1300))
  t.match((await graphql(server, signIns, token)).data, { signInsList: { count: 1 } })
})

/** Sends a wrong password as a browser does, with cookies and the form of the page. */
async function wrongPasswordAtPage (t: Test, { url }: RunningServer): Promise<void> {
  const parameters = { client_id: 'default', response_type: 'code', scope: 'openid', redirect_uri: 'http://localhost:3000/auth/callback', code_challenge: 'x'.repeat(43), code_challenge_method: 'S256' }
  const begun = await fetch(`${url}/oidc/auth?${new URLSearchParams(parameters).toString()}`, { redirect: 'manual' })
  const cookies = begun.headers.getSetCookie()
  const page = new URL(begun.headers.get('location') as string, url)
  const cookie = () => cookies.map(line => line.split(';')[0]).join('; ')
  const form = await fetch(page, { headers: { cookie: cookie() } })
  cookies.push(...form.headers.getSetCookie())
  const hidden = [...(await form.text()).matchAll(/<input type="hidden" name="([^"]*)"[^>]*value="([^"]*)"/g)].map(([, name, value]) => [name, value] as [string, string])
  const answer = await fetch(`${page.href}/sign-in`, {
    method: 'POST',
    headers: { cookie: cookie(), 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams([...hidden, ['email', jane], ['password', 'wrong']]).toString()
  })
  t.equal(answer.status, 401)
  t.match(await answer.text(), 'Incorrect email or password')
}
