import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { readConfig } from '../dist/config.js'
import { createApp } from '../dist/app.js'

async function configFile (t: Test, content: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-config-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const path = join(folder, 'config.json')
  await writeFile(path, content)
  return path
}

t.test('without any variable there are defaults for everything', async t => {
  t.match(await readConfig({}), { host: '127.0.0.1', port: 4000, publicUrl: 'http://127.0.0.1:4000', databaseUrl: 'sqlite:./data/latchkey.db', logLevel: 'info', production: false, signInsKeepDays: 90, databaseAnswerTimeoutMs: 30_000, databasePreparedStatements: true })
})

t.test('variables override the defaults', async t => {
  t.match(await readConfig({ PORT: '0', HOST: '::1', DATABASE_URL: 'sqlite::memory:', LATCHKEY_ADMIN_EMAIL: 'a@b.c', LOG_LEVEL: 'debug', NODE_ENV: 'production' }),
    { host: '::1', port: 0, publicUrl: 'http://[::1]:0', databaseUrl: 'sqlite::memory:', administratorEmail: 'a@b.c', logLevel: 'debug', production: true })
  t.strictSame((await readConfig({ TRUSTED_PROXIES: '10.0.0.0/8, ::1' })).trustedProxies, ['10.0.0.0/8', '::1'])
  t.strictSame((await readConfig({})).trustedProxies, [])
  t.equal((await readConfig({ LATCHKEY_SIGN_INS_KEEP_DAYS: '7' })).signInsKeepDays, 7)
  t.equal((await readConfig({ LATCHKEY_AUDIT_LOG_KEEP_DAYS: '400' })).auditLogKeepDays, 400)
  t.equal((await readConfig({ DATABASE_ANSWER_TIMEOUT_MS: '120000' })).databaseAnswerTimeoutMs, 120_000)
  t.equal((await readConfig({ DATABASE_PREPARED_STATEMENTS: 'false' })).databasePreparedStatements, false)
  for (const none of [{}, { LATCHKEY_AUDIT_LOG_KEEP_DAYS: '' }]) t.notOk('auditLogKeepDays' in await readConfig(none))
  t.strictSame((await readConfig({ LATCHKEY_SECRET_KEY_PREVIOUS: `${'1'.repeat(32)}, ${'2'.repeat(32)},` })).previousSecretKeys, ['1'.repeat(32), '2'.repeat(32)])
  t.strictSame((await readConfig({})).previousSecretKeys, [])
  t.match(await readConfig({ PUBLIC_URL: 'https://auth.example.com/', HOST: '0.0.0.0' }), { publicUrl: 'https://auth.example.com', host: '0.0.0.0' })
})

t.test('the file gives profiles and roles, with secrets from the environment', async t => {
  const path = await configFile(t, JSON.stringify({ profiles: [{ id: 'sso', name: 'SSO', type: 'openid', clientSecret: { env: 'SSO_SECRET' } }], roles: [{ name: 'Editor' }] }))
  t.match(await readConfig({ LATCHKEY_CONFIG: path, SSO_SECRET: 'hunter2' }), { profiles: [{ id: 'sso', clientSecret: 'hunter2' }], roles: [{ name: 'Editor' }] })
})

const mistakes: [string, Record<string, string>, RegExp][] = [
  ['a port out of range', { PORT: '80000' }, /PORT must be/],
  ['a port that is not a number', { PORT: 'http' }, /PORT must be/],
  ['an address without a scheme', { PUBLIC_URL: 'auth.example.com' }, /PUBLIC_URL must be/],
  ['an address with a query', { PUBLIC_URL: 'https://example.com/?a' }, /PUBLIC_URL must be an origin/],
  ['an address with a path', { PUBLIC_URL: 'https://example.com/auth' }, /PUBLIC_URL must be an origin/],
  ['an address without TLS', { PUBLIC_URL: 'http://example.com' }, /PUBLIC_URL must be https, except on localhost/],
  ['a subdomain of localhost, which the app itself may not reach', { PUBLIC_URL: 'http://app.localhost:3000' }, /PUBLIC_URL must be https, except on localhost/],
  ['a host of all addresses without a public URL', { HOST: '0.0.0.0' }, /PUBLIC_URL must be set if HOST is not a loopback address/],
  ['a proxy that is not an address', { TRUSTED_PROXIES: 'yes' }, /TRUSTED_PROXIES must list the IP addresses or ranges of the proxies/],
  ['an invalid range', { TRUSTED_PROXIES: '10.0.0.0/33' }, /TRUSTED_PROXIES/],
  ['a secret key that is too short', { LATCHKEY_SECRET_KEY: 'hunter2' }, /^LATCHKEY_SECRET_KEY must have 32 characters or more: create one with "openssl/],
  ['a previous secret key that is too short', { LATCHKEY_SECRET_KEY_PREVIOUS: `${'x'.repeat(32)},hunter2` }, /^each key in LATCHKEY_SECRET_KEY_PREVIOUS must have 32 characters or more: create one with "openssl/],
  ['zero days to keep sign-ins', { LATCHKEY_SIGN_INS_KEEP_DAYS: '0' }, /LATCHKEY_SIGN_INS_KEEP_DAYS must be a whole number of days from 1 to 3650/],
  ['a time to keep sign-ins that is not a number', { LATCHKEY_SIGN_INS_KEEP_DAYS: 'a week' }, /LATCHKEY_SIGN_INS_KEEP_DAYS must be/],
  ['zero days to keep the audit log', { LATCHKEY_AUDIT_LOG_KEEP_DAYS: '0' }, /^LATCHKEY_AUDIT_LOG_KEEP_DAYS must be a whole number of days from 1 to 3650, or unset to keep the audit log forever$/],
  ['a time to wait for answers in seconds', { DATABASE_ANSWER_TIMEOUT_MS: '30' }, /^DATABASE_ANSWER_TIMEOUT_MS must be a whole number of milliseconds from 1000 to 3600000, an hour$/],
  ['a time to wait for answers of more than an hour', { DATABASE_ANSWER_TIMEOUT_MS: '3600001' }, /^DATABASE_ANSWER_TIMEOUT_MS must be/],
  ['prepared statements by another word', { DATABASE_PREPARED_STATEMENTS: 'off' }, /^DATABASE_PREPARED_STATEMENTS must be true, or false behind a pooler in transaction mode$/],
  ['a time to wait for answers with a unit', { DATABASE_ANSWER_TIMEOUT_MS: '30s' }, /^DATABASE_ANSWER_TIMEOUT_MS must be/],
  ['an unknown log level', { LOG_LEVEL: 'loud' }, /LOG_LEVEL must be one of/],
  ['a file that does not exist', { LATCHKEY_CONFIG: '/nowhere/config.json' }, /LATCHKEY_CONFIG: \/nowhere\/config\.json cannot be read \(ENOENT\)/]
]
for (const [what, environment, message] of mistakes) {
  t.test(`${what} is refused, naming the variable`, async t => {
    await t.rejects(readConfig(environment), { name: 'ConfigurationError', message })
  })
}

const fileMistakes: [string, string, RegExp][] = [
  ['invalid JSON', '{\n  "profiles": [ "hunter2" \n', /config\.json: not valid JSON/],
  ['a list instead of an object', '[]', /must be a JSON object/],
  ['an unknown property', '{"profile": []}', /profile is not an option/],
  ['an empty list of profiles', '{"profiles": []}', /profiles/],
  ['a secret that is not set', '{"profiles": [{"clientSecret": {"env": "NOT_SET"}}]}', /profiles\.0\.clientSecret is taken from the environment variable NOT_SET, which is not set/]
]
for (const [what, content, message] of fileMistakes) {
  t.test(`a file with ${what} is refused, naming the path but no value`, async t => {
    const path = await configFile(t, content)
    await t.rejects(readConfig({ LATCHKEY_CONFIG: path }), { name: 'ConfigurationError', message })
    await t.rejects(readConfig({ LATCHKEY_CONFIG: path }), { message: /^(?!.*hunter2)/s })
  })
}

const startMistakes: [string, object, RegExp][] = [
  ['an unknown type of profile', { profiles: [{ id: 'a', name: 'A', type: 'saml' }] }, /profiles\.0\.type/],
  ['an unknown role', { profiles: [{ id: 'a', name: 'A', type: 'openid', issuer: 'https://id.example.com', clientId: 'web', roles: ['Writer'] }] }, /profiles\.0\.roles\.0/],
  ['an issuer without https', { profiles: [{ id: 'a', name: 'A', type: 'openid', issuer: 'http://id.example.com', clientId: 'web' }] }, /issuer.*https/],
  ['an unknown option of a provider', { profiles: [{ id: 'a', name: 'A', type: 'openid', issuer: 'https://id.example.com', clientId: 'web', audience: ['x'] }] }, /audience is not an option/],
  ['two profiles for one issuer and audience', { profiles: ['a', 'b'].map(id => ({ id, name: id, type: 'openid', issuer: 'https://id.example.com', clientId: 'web' })) }, /audience/],
  ['a permission on an unknown column', { profiles: [{ id: 'a', name: 'A', type: 'openid', issuer: 'https://id.example.com', clientId: 'web' }], roles: [{ name: 'Editor', permissions: { data: { Users: { read: { allow: true, filter: { emial: { equals: 'x' } } } } } } }] }, /emial/]
]
for (const [what, config, message] of startMistakes) {
  t.test(`${what} stops the start, naming the path`, async t => {
    const path = await configFile(t, JSON.stringify(config))
    const read = await readConfig({ LATCHKEY_CONFIG: path, DATABASE_URL: 'sqlite::memory:', LOG_LEVEL: 'silent' })
    await t.rejects(createApp(read), { message })
  })
}
