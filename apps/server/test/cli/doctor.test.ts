import database from '@latchkey/database'
import { databaseUrl, dialects } from '@latchkey/test-databases'
import { startTestIssuer, type TestIssuer } from '@latchkey/test-issuer'
import Fastify from 'fastify'
import { sql, type RawBuilder } from 'kysely'
import { once } from 'node:events'
import { chmod } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname } from 'node:path'
import t, { type Test } from 'tap'
import { startServer, type RunningServer } from '../../dist-demo/running-server.js'
import { graphql, profileFor, signUpMutation } from '../helpers/server-under-test.js'
import { folder, inTurn, latchkey, type Latchkey } from './helpers/latchkey.js'

interface Check { name: string, state: string, detail: string, remedy?: string }

const editor = { name: 'Editor', permissions: { data: { Users: { read: { allow: true, filter: { id: { equals: '__loggedInUserId' } } } } } } }

interface Installation {
  readonly issuer: TestIssuer
  readonly env: Record<string, string>
  readonly cli: Latchkey
  /** The ids of the users who have signed up. */
  readonly ids: Readonly<Record<string, string>>
}

/** A database on which the server has run: root is an Administrator, jane an Editor. */
async function installation (t: Test, dialect: typeof dialects[number], settings: Record<string, string> = {}): Promise<Installation> {
  const issuer = await startTestIssuer()
  t.teardown(() => issuer.close())
  const config = { profiles: [profileFor(issuer, 0, { roles: ['Editor'] })], roles: [editor] }
  const env = { DATABASE_URL: await databaseUrl(t, dialect), LATCHKEY_CONFIG: await (await folder(t))('config.json', config), LATCHKEY_SECRET_KEY: 'x'.repeat(32), ...settings }
  const server = await startServer({ config, env: { ...env, LATCHKEY_ADMIN_EMAIL: 'root@example.com', LOG_LEVEL: 'error' } })
  const ids: Record<string, string> = {}
  for (const subject of ['root', 'jane']) {
    const { data } = await graphql(server, signUpMutation(`${subject}@example.com`), await issuer.idToken({ subject }))
    ids[subject] = data?.userSignUpWithToken.id
  }
  // The refused request records the mismatch, which doctor then finds.
  await graphql(server, '{ user { id } }', await issuer.idToken({ subject: 'jane', email: 'jane@new.example.com' }))
  await server.stop()
  return { issuer, env, cli: latchkey(env), ids }
}

function problems (checks: Check[]): string[] {
  return checks.filter(({ state }) => state === 'problem').map(({ name }) => name)
}

for (const dialect of dialects) {
  t.test(`${dialect}: doctor finds a user whose email differs from the provider's, and --fix updates it`, async t => {
    const { cli, env, ids, issuer } = await installation(t, dialect)
    const first = await cli('doctor', '--json')
    t.equal(first.code, 1)
    const { checks } = first.json() as { checks: Check[] }
    t.strictSame(problems(checks), ['emails'])
    t.strictSame(checks.map(({ name, state }) => `${state} ${name}`).filter(text => !text.includes('emails')), [
      'ok configuration', 'ok database', 'ok migrations', 'ok secret key', 'ok roles of profiles', 'ok issuer of p0', 'ok clock of p0', 'ok administrators', 'ok permissions'
    ])
    t.match(checks.at(-1), { detail: `user ${ids.jane} has jane@example.com, but ${issuer.issuer} says jane@new.example.com: the user's tokens are refused (email_mismatch)`, remedy: new RegExp(`latchkey doctor --fix ${ids.jane}`) })

    t.match(await cli('doctor', '--fix', 'jane@example.com'), { code: 1, stdout: /email of user \S+ from jane@example\.com to jane@new\.example\.com, which \S+ has verified/, stderr: /Nothing was changed/ })
    if (dialect === 'sqlite') {
      t.match(await cli('doctor', '--fix', 'root@example.com', '--yes'), { code: 0, stdout: /there is nothing to fix/ })
      t.match(await cli('doctor', '--fix', 'nobody@example.com', '--yes'), { code: 1, stdout: /Not fixed: there is no user/ })
    }
    t.match(await cli('doctor', '--fix', ids.jane as string, '--yes'), { code: 0, stdout: /email of user \S+ is now jane@new\.example\.com/ })
    const token = await issuer.idToken({ subject: 'jane', email: 'jane@new.example.com' })
    const after = await cli('doctor', '--json', '--token', token)
    t.strictSame([after.code, problems(after.json().checks)], [0, []])
    // An empty variable counts as not set.
    const again = await latchkey({ ...env, LATCHKEY_TOKEN: '' })('doctor')
    t.match(again, { code: 0, stdout: /^ok configuration: valid \(profiles: 1, roles: 1\)\n/ })
    t.match(again.stdout, /No problems found\.\n$/)
  })
}

/** The whole content of a database. */
async function contentOf (url: string): Promise<Record<string, string[]>> {
  const app = Fastify()
  try {
    await app.register(database, { url })
    const tables = (await app.db.introspection.getTables({ withInternalKyselyTables: true })).map(({ name }) => name)
    return Object.fromEntries(await inTurn(tables, async name => [name, (await sql`select * from ${sql.table(name)}`.execute(app.db)).rows.map(row => JSON.stringify(row)).sort()] as const))
  } finally {
    await app.close()
  }
}

async function change (url: string, statement: RawBuilder<unknown>): Promise<void> {
  const app = Fastify()
  try {
    await app.register(database, { url })
    await statement.execute(app.db)
  } finally {
    await app.close()
  }
}

for (const dialect of dialects) {
  t.test(`${dialect}: doctor changes nothing, even if a key rotation is due, so a change of the secret key can be rehearsed`, async t => {
    const { env: { LATCHKEY_CONFIG: _config, ...env }, issuer } = await installation(t, dialect)
    const url = env.DATABASE_URL as string
    const [key, newKey] = [env.LATCHKEY_SECRET_KEY as string, 'another secret key of thirty-two characters']
    const config = { profiles: [profileFor(issuer), { id: 'embedded', name: 'Embedded', type: 'embedded' }], roles: [editor] }
    const servers: RunningServer[] = []
    t.teardown(async () => { for (const server of servers) await server.stop() })
    const start = async (more: Record<string, string> = {}): Promise<RunningServer> => {
      const server = await startServer({ config, env: { ...env, LOG_LEVEL: 'error', ...more } })
      servers.push(server)
      return server
    }
    const profilesOf = async ({ url }: RunningServer): Promise<string[]> => (await (await fetch(`${url}/auth/profiles`)).json() as { profiles: { name: string }[] }).profiles.map(({ name }) => name)
    const everyone = ['Profile 0', 'Embedded', 'Partner']
    const first = await start()
    const root = await issuer.idToken({ subject: 'root' })
    const made = await graphql(first, `mutation {
      authenticationProfileCreate(data: { name: "Partner", type: "openid", issuer: "${issuer.issuer}", clientId: "other", secret: "hunter2" }) { id }
      apiTokenCreate(data: { name: "Job", roles: { connect: [{ name: "Administrator" }] } }) { token }
    }`, root)
    t.equal(made.errors, undefined)
    t.strictSame(await profilesOf(first), everyone)
    await first.stop()
    await change(url, sql`update latchkey_embedded_keys set created_at = '2020-01-01T00:00:00.000Z'`)

    const before = await contentOf(url)
    const file = await (await folder(t))('config.json', config)
    const look = async (more: Record<string, string>, ...args: string[]): Promise<Check[]> => (await latchkey({ ...env, LATCHKEY_CONFIG: file, ...more })('doctor', '--json', ...args)).json().checks
    const rotation = { LATCHKEY_SECRET_KEY: newKey, LATCHKEY_SECRET_KEY_PREVIOUS: key }
    t.strictSame(problems(await look({})), ['emails'])
    t.strictSame(problems(await look(rotation)), ['emails'])
    t.strictSame(problems(await look({ LATCHKEY_SECRET_KEY: newKey })), ['secret key'])
    t.strictSame(problems(await look({ LATCHKEY_SECRET_KEY: '' })), ['secret key'])
    t.strictSame(problems(await look(rotation, '--token', made.data?.apiTokenCreate.token)), [])
    t.strictSame(problems(await look(rotation, '--token', await issuer.idToken({ subject: 'jane' }))), [])
    await look(rotation, '--token', await issuer.idToken({ subject: 'stranger', email: 'root@example.com' }))
    t.strictSame(await contentOf(url), before)

    const still = await start()
    t.strictSame(await profilesOf(still), everyone, 'the server still starts with the old key')
    await still.stop()
    const rotated = await start(rotation)
    t.strictSame(await profilesOf(rotated), everyone)
    await rotated.stop()
    t.strictSame(problems(await look({ LATCHKEY_SECRET_KEY: newKey })), ['emails'], 'and the old key is no longer needed')

    await change(url, sql`delete from latchkey_embedded_keys`)
    t.strictSame(problems(await look({})), [`profile ${made.data?.authenticationProfileCreate.id}`, 'issuer of embedded', 'emails'])
    t.strictSame((await contentOf(url)).latchkey_embedded_keys, [])
  })
}

t.test('doctor explains a token step by step', async t => {
  const { cli, issuer, env, ids } = await installation(t, 'sqlite')
  const steps = async (token: string, ...more: string[]): Promise<Check[]> => {
    const outcome = await latchkey({ ...env, LATCHKEY_TOKEN: token })('doctor', '--json', ...more)
    t.notOk(outcome.stdout.includes(token) || outcome.stderr.includes(token), 'the token is not printed')
    return outcome.json().checks
  }
  const of = (checks: Check[], name: string) => checks.find(check => check.name === name)
  const refused: [string, string, string, RegExp, RegExp][] = [
    ['not a token', 'no.token', 'form', /malformed/, /three parts/],
    ['another issuer', await issuer.idToken({ claims: { iss: 'https://other.example.com' } }), 'issuer', /no profile has the issuer "https:\/\/other\.example\.com"; the profiles have p0:/, /exactly/],
    ['the access token', await issuer.accessToken({ subject: 'jane' }), 'kind of token', /it is not an ID token: it has typ "at\+jwt" \(wrong_token_use\)/, /send the ID token/i],
    ['another client', await issuer.idToken({ claims: { aud: 'mobile' } }), 'audience', /it has aud "mobile"/, /audiences/],
    ['an unknown key', await issuer.idToken({ header: { kid: 'gone' } }), 'keys', /key_not_found/, /different environment/],
    ['a forged one', await issuer.forgedToken(), 'signature', /bad_signature/, /Sign in again/],
    ['without an email', await issuer.idToken({ claims: { email: undefined } }), 'claims', /The claim email is missing/, /scopes/],
    ['expired', await issuer.idToken({ expiresIn: -60 }), 'times', /it expired \d+ seconds ago \(expired\)/, /refresh token/]
  ]
  const answers = await inTurn(refused, async ([, token]) => await steps(token))
  for (const [index, [name, , step, detail, remedy]] of refused.entries()) {
    const checks = answers[index] as Check[]
    t.strictSame(problems(checks), [step], name)
    t.match(of(checks, step), { detail, remedy }, name)
    t.ok(checks.slice(checks.findIndex(check => check.name === step) + 1).every(({ state }) => state === 'skipped'), 'later steps are skipped')
  }

  const jane = await issuer.idToken({ subject: 'jane' })
  const read = await steps(jane, '--action', 'read', '--table', 'Users')
  t.strictSame(problems(read), [])
  t.match([of(read, 'user'), of(read, 'roles'), of(read, 'read Users')], [{ detail: `bound to the user ${ids.jane}, jane@example.com` }, { detail: 'Editor' }, { detail: /Editor can read Users, for records where/ }])
  const call = await steps(jane, '--function', 'getToken')
  t.match(of(call, 'call getToken'), { state: 'problem', detail: 'Editor has no permission to call getToken', remedy: /Roles > Editor > Functions: custom\.functions\.getToken\.allow = true/ })

  const user = async (token: string): Promise<Check | undefined> => of(await steps(token), 'user')
  t.match(await user(await issuer.idToken({ subject: 'jane', email: 'jane@new.example.com' })), { state: 'problem', detail: /email_mismatch/, remedy: new RegExp(`--fix ${ids.jane}`) })
  t.match(await user(await issuer.idToken({ subject: 'other', email: 'jane@example.com', emailVerified: false })), { state: 'problem', detail: /identity_not_linked/, remedy: /userIdentityLink/ })
  t.match(await user(await issuer.idToken({ subject: 'other', email: 'jane@example.com' })), { state: 'problem', detail: /last seen with this email, verified, .* \(identity_not_linked\)/, remedy: /operations\.md/ }, 'whose email is another one at her provider')
  t.match(await user(await issuer.idToken({ subject: 'other', email: 'root@example.com' })), { state: 'ok', detail: /the next request binds it/ })
  t.match(await user(await issuer.idToken({ subject: 'new' })), { state: 'problem', detail: /nobody has signed up/, remedy: /userSignUpWithToken\(authProfileId: "p0", user: \{ email: "new@example\.com" \}\)/ })

  const piped = await latchkey(env, `Bearer ${jane}\n`)('doctor', '--token', '-')
  t.match(piped, { code: 0, stdout: /^ok form: three parts, with JSON in them\nok issuer: / })
  t.match(await cli('doctor', '--action', 'read', '--table', 'Users'), { code: 1, stdout: /\.\. user: no token: a guest\nok roles: Guest\n!! read Users: Guest has no permission to read Users\n {3}Remedy: / })
  t.match(await cli('doctor', '--token', `lk_${'x'.repeat(43)}`), { code: 1, stdout: /^!! API token: / })
  await issuer.behave('down')
  t.match(of(await steps(jane), 'keys'), { state: 'problem', detail: /issuer_unreachable/ })
  const checks: Check[] = (await cli('doctor', '--json')).json().checks
  t.match(of(checks, 'issuer of p0'), { state: 'problem', detail: /ECONNREFUSED/ })
})

t.test('doctor reports what keeps the server from starting, and creates or changes nothing', async t => {
  const { env } = await installation(t, 'sqlite')
  const file = await folder(t)
  const problemOf = async (change: Record<string, string>): Promise<string> => {
    const { checks } = (await latchkey({ ...env, ...change })('doctor', '--json')).json() as { checks: Check[] }
    const found = checks.find(({ state }) => state === 'problem')
    return `${found?.name}: ${found?.detail}`
  }
  const useless = createServer((request, response) => {
    const { host } = request.headers
    response.setHeader('date', new Date(Date.now() + 120_000).toUTCString())
    const issuer = `http://${host}${request.url?.startsWith('/empty/') === true ? '/empty' : ''}`
    const keys = issuer.endsWith('empty') ? [] : [{ kty: 'oct', kid: 'a', k: 'x' }]
    response.end(JSON.stringify(request.url?.endsWith('jwks') === true ? { keys } : { issuer, jwks_uri: `${issuer}/jwks` }))
  }).listen(0, '127.0.0.1')
  t.teardown(() => useless.close())
  await once(useless, 'listening')
  const uselessIssuer = `http://127.0.0.1:${(useless.address() as AddressInfo).port}`
  const ofIssuer = async (issuer: string): Promise<Record<string, string>> => ({ LATCHKEY_CONFIG: await file(`${issuer.length}.json`, { profiles: [{ id: 'p', name: 'P', type: 'openid', clientId: 'web', issuer }] }) })
  const cases: [Record<string, string>, RegExp][] = [
    [{ LATCHKEY_CONFIG: await file('broken.json', '{') }, /^configuration: .*not valid JSON/],
    [{ LATCHKEY_CONFIG: await file('role.json', { profiles: [{ id: 'default', name: 'A', type: 'embedded', roles: ['Gone'] }] }) }, /^roles of default: there is no role Gone/],
    [await ofIssuer(uselessIssuer), /^issuer of p: .* responds, but publishes no usable key \(one key in all\)/],
    [await ofIssuer(`${uselessIssuer}/`), /^issuer of p: .*names another issuer/],
    [await ofIssuer(`${uselessIssuer}/empty`), /^issuer of p: .* responds, but publishes no keys/],
    [{ LATCHKEY_SECRET_KEY: 'y'.repeat(32) }, /^secret key: /],
    [{ DATABASE_URL: 'sqlite:/nowhere/latchkey.db' }, /^database: there is no database \/nowhere\/latchkey\.db/],
    [{ DATABASE_URL: 'postgres://somebody:hidden@127.0.0.1:1/x' }, /^database: (?!.*hidden).*ECONNREFUSED/]
  ]
  const found = await inTurn(cases, async ([change]) => await problemOf(change))
  for (const [index, [, expected]] of cases.entries()) t.match(found[index], expected)
})

t.test('doctor gives one remedy for a database that cannot be opened: that of the message, if it has one', async t => {
  const { env } = await installation(t, 'sqlite')
  const output = async (url: string) => (await latchkey({ ...env, DATABASE_URL: url })('doctor')).stdout
  t.match(await output('postgres://a:b@127.0.0.1:1/x?sslmode=verify-full&sslrootcert=/nowhere/ca.crt'), /^!! database: The file of sslrootcert in the database URL cannot be read \(.*\): correct its path, or let this process read it\n(?! *Remedy)/m)
  t.match(await output('sqlite:/nowhere/latchkey.db'), /^!! database: there is no database .*: start the server once to create it, or correct DATABASE_URL\n(?! *Remedy)/m)
  t.match(await output('postgres://a:b@127.0.0.1:1/x'), /^!! database: .*ECONNREFUSED.*\n {3}Remedy: Correct DATABASE_URL/m)
})

t.test('doctor notes that other users of the machine can read the SQLite file', { skip: process.platform === 'win32' }, async t => {
  const { cli, env } = await installation(t, 'sqlite')
  const path = (env.DATABASE_URL as string).slice('sqlite:'.length)
  const notes = async () => ((await cli('doctor', '--json')).json() as { checks: Check[] }).checks.filter(({ name }) => name === 'database file')
  await chmod(dirname(path), 0o755)
  t.strictSame(await notes(), [])
  await chmod(path, 0o644)
  t.match(await notes(), [{ state: 'note', detail: `other users of this machine can read ${path}, which has personal data and keys`, remedy: `Run chmod 600 on ${path}, and on ${path}-wal and ${path}-shm if they exist` }])
  await chmod(dirname(path), 0o700)
  t.strictSame(await notes(), [])
})

t.test('without an administrator, the remedy suggests only an email without a user, since only a sign-up creates an administrator', async t => {
  const issuer = await startTestIssuer()
  t.teardown(() => issuer.close())
  const config = { profiles: [profileFor(issuer, 0)] }
  const env = { DATABASE_URL: await databaseUrl(t, 'sqlite'), LATCHKEY_CONFIG: await (await folder(t))('config.json', config) }
  const server = await startServer({ config, env: { ...env, LOG_LEVEL: 'error' } })
  await graphql(server, signUpMutation('jane@example.com'), await issuer.idToken({ subject: 'jane' }))
  await server.stop()
  const remedy = async (more: Record<string, string>): Promise<string | undefined> =>
    ((await latchkey({ ...env, ...more })('doctor', '--json')).json().checks as Check[]).find(({ name }) => name === 'administrators')?.remedy
  t.match(await remedy({}), /enter the one-time code from the server's log.*Or set LATCHKEY_ADMIN_EMAIL to an email that no user has/)
  t.match(await remedy({ LATCHKEY_ADMIN_EMAIL: 'Jane@example.com' }), /already exists and is not changed\. Set it to an email that no user has/)
  t.match(await remedy({ LATCHKEY_ADMIN_EMAIL: 'root@example.com' }), /^LATCHKEY_ADMIN_EMAIL is root@example\.com: sign up with this email/)
})

t.test('doctor refuses wrong arguments', async t => {
  const cli = latchkey({})
  const misuses: [string[], RegExp][] = [
    [['--action', 'read'], /use --action .* together with --table/],
    [['--action', 'eat', '--table', 'Users'], /use --action .* together with --table/],
    [['--function', 'x', '--table', 'Users'], /--function cannot be combined with/],
    [['--fix', 'x', '--token', 'x'], /--fix cannot be combined with/],
    [['--yes'], /--yes only works with --fix/],
    [['--token', ' '], /the token is empty/],
    [['jane'], /unexpected argument jane/]
  ]
  const outcomes = await inTurn(misuses, async ([args]) => await cli('doctor', ...args))
  for (const [index, [args, message]] of misuses.entries()) t.match(outcomes[index], { code: 2, stderr: message }, args.join(' '))
  t.match(await cli('doctor', '--help'), { code: 0, stdout: /^Usage: latchkey doctor/ })
})
