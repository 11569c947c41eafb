import type {} from '@latchkey/first-administrator'
import { databaseUrl, dialects } from '@latchkey/test-databases'
import t from 'tap'
import { startServer, type RunningServer } from '../dist-demo/running-server.js'
import { openDatabase } from '../dist/cli/opened-database.js'
import { readConfig } from '../dist/config.js'
import { latchkey } from './cli/helpers/latchkey.js'
import { graphql, serverUnderTest, signUpMutation } from './helpers/server-under-test.js'

const announced = 'There is no administrator yet'
const claim = (code: string) => `mutation { administratorClaim(code: "${code}") { email roles { items { name } } } }`

/** The log lines of a server that contain a text, parsed. */
async function logged ({ printed }: RunningServer, text: string): Promise<{ level: number, msg: string }[]> {
  return (await printed(text)).split('\n').filter(line => line.includes(text)).map(line => JSON.parse(line) as { level: number, msg: string })
}

async function codeOf (server: RunningServer): Promise<string> {
  const [line, ...more] = await logged(server, announced)
  if (line === undefined || more.length > 0) throw new Error('The code must be logged exactly once')
  return /[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}/.exec(line.msg)?.[0] ?? `no code in: ${line.msg}`
}

for (const dialect of dialects) {
  t.test(`${dialect}: a server without an administrator logs a code, and a user who enters it becomes Administrator`, async t => {
    const running = await serverUnderTest(t, dialect, { LOG_LEVEL: 'info' })
    const { issuer } = running
    const ada = await issuer.idToken({ subject: 'ada', email: 'ada@example.com' })
    const first = await codeOf(running.server)
    t.match(await logged(running.server, announced), [{ level: 40, msg: `sign in at ${running.server.url}/console and enter the code ${first} within 24 hours` }])
    t.match((await graphql(running.server, claim(first), ada)).errors, [{ code: 'EntityNotFoundError' }], 'only users can use it')
    await graphql(running.server, signUpMutation('ada@example.com'), ada)
    t.strictSame((await graphql(running.server, '{ administratorNeeded }')).data, { administratorNeeded: true })

    await running.restart('SIGTERM')
    const second = await codeOf(running.server)
    t.not(first, second, 'a restart creates a new one')
    t.match((await graphql(running.server, claim('0000-0000-0000-0000'), ada)).errors, [{ code: 'ValidationError', details: { code: /server logged the code/ } }])
    t.match(await graphql(running.server, claim(first), ada), { data: { administratorClaim: { email: 'ada@example.com' } } }, 'the earlier code is still valid, as is that of another instance')
    t.match((await graphql(running.server, '{ usersList { count } }', ada)).data, { usersList: { count: 1 } })
    t.strictSame((await graphql(running.server, '{ administratorNeeded }')).data, { administratorNeeded: false })
    const output = running.server.output()
    t.equal(output.split(second).length - 1, 1, 'the code is logged once')
    t.notOk(output.includes(first))

    await running.restart('SIGTERM')
    await graphql(running.server, '{ administratorNeeded }')
    await running.server.printed('request completed')
    t.notMatch(running.server.output(), new RegExp(announced), 'once there is an administrator, no code is logged')
  })
}

t.test('another instance on the same database accepts the code', async t => {
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
  t.equal(answers.filter(({ errors }) => errors === undefined).length, 1, 'of two at once, on two instances, one becomes Administrator')
  const after = await Promise.all([server, copy].map(async each => await graphql(each, '{ administratorNeeded }')))
  t.match(after, [{ data: { administratorNeeded: false } }, { data: { administratorNeeded: false } }])
})

t.test('with LATCHKEY_ADMIN_EMAIL there is no code: the log says which email it waits for', async t => {
  const running = await serverUnderTest(t, 'sqlite', { LOG_LEVEL: 'info', LATCHKEY_ADMIN_EMAIL: 'root@example.com' })
  const [line] = await logged(running.server, announced)
  t.match(line, { level: 30, msg: /with the verified email root@example\.com \(LATCHKEY_ADMIN_EMAIL\)/ })
  t.notMatch(running.server.output(), /[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}/)
})

t.test('if LATCHKEY_ADMIN_EMAIL already has a user, the log says that this user does not become administrator', async t => {
  const url = await databaseUrl(t, 'sqlite')
  const before = await serverUnderTest(t, 'sqlite', { DATABASE_URL: url })
  await graphql(before.server, signUpMutation('ada@example.com'), await before.issuer.idToken({ subject: 'ada', email: 'ada@example.com' }))
  await before.server.stop()
  const { server } = await serverUnderTest(t, 'sqlite', { LOG_LEVEL: 'info', DATABASE_URL: url, LATCHKEY_ADMIN_EMAIL: 'Ada@example.com' })
  t.match(await logged(server, announced), [{ level: 30, msg: /already exists and is not changed: .*or unset it and restart for a one-time code/ }])
})

t.test('commands that open the app create no code, and doctor says where to find it', async t => {
  const url = await databaseUrl(t, 'sqlite')
  const { server } = await serverUnderTest(t, 'sqlite', { LOG_LEVEL: 'info', DATABASE_URL: url })
  await codeOf(server)
  await server.stop()
  const outcome = await latchkey({ DATABASE_URL: url, PUBLIC_URL: 'https://auth.example.com' })('doctor', '--json')
  t.match((outcome.json() as { checks: object[] }).checks.find(check => (check as { name: string }).name === 'administrators'), { state: 'problem', remedy: /sign in at https:\/\/auth\.example\.com\/console, and enter the one-time code from the server's log/ })
  const database = await openDatabase(await readConfig({ DATABASE_URL: url }))
  t.equal((await database.db.selectFrom('latchkey_administrator_codes').selectAll().execute()).length, 1)
  await database.db.updateTable('latchkey_roles').set({ permissions: '{}' }).execute()
  await database.close()
  const roles = ((await latchkey({ DATABASE_URL: url })('doctor', '--json')).json() as { checks: object[] }).checks
  t.match(roles.find(check => (check as { name: string }).name === 'administrators'), { state: 'problem', detail: /no role has full access/, remedy: /"permissions": \{ "all": true \}/ })
  const again = await serverUnderTest(t, 'sqlite', { LOG_LEVEL: 'info', DATABASE_URL: url })
  t.match(await logged(again.server, 'No role has full access'), [{ level: 40, msg: /"all": true.*latchkey doctor/ }])
})

t.test('if the log level hides warnings, the code is printed', async t => {
  const { server } = await serverUnderTest(t, 'sqlite', { LOG_LEVEL: 'error' })
  t.match(await server.printed(announced), /^There is no administrator yet: .* enter the code [0-9A-Z]{4}(?:-[0-9A-Z]{4}){3} within 24 hours/m)
})

t.test('setting LATCHKEY_ADMIN_EMAIL invalidates the codes that were logged before', async t => {
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
