import type {} from '@latchkey/first-administrator'
import { databaseUrl, dialects } from '@latchkey/test-databases'
import t from 'tap'
import { startServer, type RunningServer } from '../dist-demo/running-server.js'
import { openDatabase } from '../dist/cli/opened-database.js'
import { latchkey } from './cli/helpers/latchkey.js'
import { graphql, serverUnderTest, signUpMutation } from './helpers/server-under-test.js'

const announced = 'No user may do everything yet'
const claim = (code: string) => `mutation { administratorClaim(code: "${code}") { email roles { items { name } } } }`

/** What a server has logged with a text, as it stands there. */
async function logged ({ printed }: RunningServer, text: string): Promise<{ level: number, msg: string }[]> {
  return (await printed(text)).split('\n').filter(line => line.includes(text)).map(line => JSON.parse(line) as { level: number, msg: string })
}

async function codeOf (server: RunningServer): Promise<string> {
  const [line, ...more] = await logged(server, announced)
  if (line === undefined || more.length > 0) throw new Error('The code must be told once')
  return /[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}/.exec(line.msg)?.[0] ?? `no code in: ${line.msg}`
}

for (const dialect of dialects) {
  t.test(`${dialect}: a server without an administrator logs a code, and whoever has signed in and enters it becomes Administrator`, async t => {
    const running = await serverUnderTest(t, dialect, { LOG_LEVEL: 'info' })
    const { issuer } = running
    const ada = await issuer.idToken({ subject: 'ada', email: 'ada@example.com' })
    const first = await codeOf(running.server)
    t.match(await logged(running.server, announced), [{ level: 40, msg: `sign in at ${running.server.url}/console and enter the code ${first} within 24 hours` }])
    t.match((await graphql(running.server, claim(first), ada)).errors, [{ code: 'EntityNotFoundError' }], 'who has not signed up is nobody')
    await graphql(running.server, signUpMutation('ada@example.com'), ada)
    t.strictSame((await graphql(running.server, '{ administratorNeeded }')).data, { administratorNeeded: true })

    await running.restart('SIGTERM')
    const second = await codeOf(running.server)
    t.not(first, second, 'a restart makes a new one')
    t.match((await graphql(running.server, claim('0000-0000-0000-0000'), ada)).errors, [{ code: 'ValidationError', details: { code: /server logged the code/ } }])
    t.match(await graphql(running.server, claim(first), ada), { data: { administratorClaim: { email: 'ada@example.com' } } }, 'the one of before is good, as that of another copy is')
    t.match((await graphql(running.server, '{ usersList { count } }', ada)).data, { usersList: { count: 1 } })
    t.strictSame((await graphql(running.server, '{ administratorNeeded }')).data, { administratorNeeded: false })
    const output = running.server.output()
    t.equal(output.split(second).length - 1, 1, 'the code is told once')
    t.notOk(output.includes(first))

    await running.restart('SIGTERM')
    await graphql(running.server, '{ administratorNeeded }')
    await running.server.printed('request completed')
    t.notMatch(running.server.output(), new RegExp(announced), 'with an administrator there is none')
  })
}

t.test('another copy over the same database accepts the code', async t => {
  const url = await databaseUrl(t, 'postgres')
  const running = await serverUnderTest(t, 'postgres', { LOG_LEVEL: 'info', DATABASE_URL: url })
  const { issuer, server } = running
  const copy = await startServer({ config: { profiles: [{ id: 'p0', name: 'Profile 0', type: 'openid', issuer: issuer.issuer, clientId: issuer.clientId }] }, env: { LOG_LEVEL: 'info', DATABASE_URL: url } })
  t.teardown(() => copy.stop())
  const [one, other] = await Promise.all([codeOf(server), codeOf(copy)])
  t.not(one, other)
  const people = await Promise.all(['ada', 'ben'].map(async name => {
    const token = await issuer.idToken({ subject: name, email: `${name}@example.com` })
    await graphql(server, signUpMutation(`${name}@example.com`), token)
    return token
  }))
  const answers = await Promise.all([graphql(copy, claim(one), people[0]), graphql(server, claim(other), people[1])])
  t.equal(answers.filter(({ errors }) => errors === undefined).length, 1, 'of two at once, in two copies, one becomes it')
  const after = await Promise.all([server, copy].map(async each => await graphql(each, '{ administratorNeeded }')))
  t.match(after, [{ data: { administratorNeeded: false } }, { data: { administratorNeeded: false } }])
})

t.test('with LATCHKEY_ADMIN_EMAIL there is no code: the log says whom it waits for', async t => {
  const running = await serverUnderTest(t, 'sqlite', { LOG_LEVEL: 'info', LATCHKEY_ADMIN_EMAIL: 'root@example.com' })
  const [line] = await logged(running.server, announced)
  t.match(line, { level: 30, msg: /with root@example\.com \(LATCHKEY_ADMIN_EMAIL\), verified/ })
  t.notMatch(running.server.output(), /[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}/)
})

t.test('where LATCHKEY_ADMIN_EMAIL is a user already, the log says that nobody becomes administrator by it', async t => {
  const url = await databaseUrl(t, 'sqlite')
  const before = await serverUnderTest(t, 'sqlite', { DATABASE_URL: url })
  await graphql(before.server, signUpMutation('ada@example.com'), await before.issuer.idToken({ subject: 'ada', email: 'ada@example.com' }))
  await before.server.stop()
  const { server } = await serverUnderTest(t, 'sqlite', { LOG_LEVEL: 'info', DATABASE_URL: url, LATCHKEY_ADMIN_EMAIL: 'Ada@example.com' })
  t.match(await logged(server, announced), [{ level: 30, msg: /is there already and stays as it is: .*or leave it out and restart for a one-time code/ }])
})

t.test('commands that open the app make no code, and doctor says where it stands', async t => {
  const url = await databaseUrl(t, 'sqlite')
  const { server } = await serverUnderTest(t, 'sqlite', { LOG_LEVEL: 'info', DATABASE_URL: url })
  await codeOf(server)
  await server.stop()
  const outcome = await latchkey({ DATABASE_URL: url, PUBLIC_URL: 'https://auth.example.com' })('doctor', '--json')
  t.match((outcome.json() as { checks: object[] }).checks.find(check => (check as { name: string }).name === 'administrators'), { state: 'problem', remedy: /sign in at https:\/\/auth\.example\.com\/console, and enter the code that it logs/ })
  const database = await openDatabase(url)
  t.equal((await database.db.selectFrom('latchkey_administrator_codes').selectAll().execute()).length, 1)
  await database.db.updateTable('latchkey_roles').set({ permissions: '{}' }).execute()
  await database.close()
  const roles = ((await latchkey({ DATABASE_URL: url })('doctor', '--json')).json() as { checks: object[] }).checks
  t.match(roles.find(check => (check as { name: string }).name === 'administrators'), { state: 'problem', detail: /no role may do everything/, remedy: /"permissions": \{ "all": true \}/ })
  const again = await serverUnderTest(t, 'sqlite', { LOG_LEVEL: 'info', DATABASE_URL: url })
  t.match(await logged(again.server, 'No role may do everything'), [{ level: 40, msg: /"all": true.*latchkey doctor/ }])
})

t.test('where the log has no warnings, the code is printed', async t => {
  const { server } = await serverUnderTest(t, 'sqlite', { LOG_LEVEL: 'error' })
  t.match(await server.printed(announced), /^No user may do everything yet: .* enter the code [0-9A-Z]{4}(?:-[0-9A-Z]{4}){3} within 24 hours/m)
})

t.test('naming the administrator ends the codes that were told before', async t => {
  const url = await databaseUrl(t, 'sqlite')
  const { server, issuer } = await serverUnderTest(t, 'sqlite', { LOG_LEVEL: 'info', DATABASE_URL: url })
  const code = await codeOf(server)
  const ada = await issuer.idToken({ subject: 'ada', email: 'ada@example.com' })
  await graphql(server, signUpMutation('ada@example.com'), ada)
  await server.stop()
  const named = await startServer({
    config: { profiles: [{ id: 'p0', name: 'Profile 0', type: 'openid', issuer: issuer.issuer, clientId: issuer.clientId }] },
    env: { LOG_LEVEL: 'info', DATABASE_URL: url, LATCHKEY_ADMIN_EMAIL: 'root@example.com' }
  })
  t.teardown(() => named.stop())
  await named.printed(announced)
  t.match((await graphql(named, claim(code), ada)).errors, [{ code: 'ValidationError' }])
})
