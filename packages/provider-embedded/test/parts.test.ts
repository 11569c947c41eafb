import database from '@latchkey/database'
import { databaseUrl, dialects } from '@latchkey/test-databases'
import Fastify from 'fastify'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { networkOf } from '../dist/client-network.js'
import { html } from '../dist/html.js'
import providerEmbedded from '../dist/index.js'
import { contrast, themeOf } from '../dist/pages/theme.js'
import { checkPassword } from '../dist/passwords.js'

const weak: { code: string } = { code: 'IDENTITY_PROVIDER_ERR_WEAK_PASSWORD' }
const passwords: [string, string, { code: string } | null][] = [
  ['seven characters', 'abc-def', weak],
  ['eight characters', 'abc-defg', null],
  ['eight characters outside the BMP', '🦊🦊🦊🦊🦊🦊🦊🦊', null],
  ['seven of them', '🦊🦊🦊🦊🦊🦊🦊', weak],
  ['256 bytes', 'ä'.repeat(128), null],
  ['257 bytes', `${'ä'.repeat(128)}a`, weak],
  ['a common one', 'sunshine1', weak],
  ['a common one in capitals', 'PASSWORD1', weak],
  ['the email', 'Ada.Lovelace@example.com', weak],
  ['the email without its domain', 'ada.lovelace', weak],
  ['a good one', 'correct horse battery', null]
]
for (const [what, password, expected] of passwords) {
  t.test(`a password of ${what} is ${expected === null ? 'accepted' : 'refused'}`, async t => {
    const check = checkPassword(password, 'ada.lovelace@example.com')
    if (expected === null) await t.resolves(check)
    else await t.rejects(check, expected)
  })
}

t.test('html escapes every value except its own markup', async t => {
  t.equal(html`<p title="${'"\'<>&'}">${html`<b>${'<i>'}</b>`}${['a', html`<br>`]}${null}${undefined}${false}${0}</p>`.toString(),
    '<p title="&quot;&#39;&lt;&gt;&amp;"><b>&lt;i&gt;</b>a<br>0</p>')
})

for (const color of ['#ffee00', '#0b7285', '#000000', '#ffffff', '#ff0000', '#7f7f7f', '#111317', '#3b5bdb']) {
  t.test(`text on the color ${color} is readable in light and dark mode`, async t => {
    const { light, dark } = themeOf(color)
    for (const [theme, background] of [[light, '#ffffff'], [dark, '#1b1d22']] as const) {
      t.ok(contrast(theme.accent, theme.onAccent) >= 4.5, `${theme.onAccent} on ${theme.accent}`)
      t.ok(contrast(theme.accentText, background) >= 4.5, `${theme.accentText} on ${background}`)
    }
  })
}

for (const dialect of dialects) {
  t.test(`${dialect}: everything that has expired is deleted, and nothing else`, async t => {
    const [app, url] = [Fastify(), await databaseUrl(t, dialect)]
    t.teardown(() => app.close())
    // Skip the minute before deleting starts.
    const schedule = setTimeout
    t.intercept(globalThis, 'setTimeout', { value: Object.assign((work: () => void, ms = 0, ...given: []) => schedule(work, ms >= 60_000 ? 500 : ms, ...given), schedule) })
    await app.register(database, { url })
    await app.register(providerEmbedded, { publicUrl: 'http://localhost:4000' })
    const at = (days: number) => new Date(Date.now() + days * 24 * 60 * 60_000).toISOString()
    const record = (id: string, expires: string | null) => ({ model: 'AccessToken', id, payload: '{}', account_id: null, grant_id: null, uid: null, user_code: null, consumed_at: null, expires_at: expires })
    for (let batch = 0; batch < 12; batch++) {
      await app.db.insertInto('latchkey_embedded_records').values(Array.from({ length: 100 }, (_value, index) => record(`old-${batch}-${index}`, at(-1)))).execute()
    }
    await app.db.insertInto('latchkey_embedded_records').values([record('new', at(1)), record('endless', null)]).execute()
    await app.db.insertInto('latchkey_embedded_attempts').values([{ key: 'old', tries: 1, locked_until: at(-1), expires_at: at(-1) }, { key: 'new', tries: 1, locked_until: at(-1), expires_at: at(1) }]).execute()
    const code = (email: string, expires: string) => ({ purpose: 'confirm', email, account_id: 'a', code_hash: 'c', link_hash: email, tries: 0, client_id: 'c', interaction_uid: null, expires_at: expires })
    await app.db.insertInto('latchkey_embedded_codes').values([code('old@example.com', at(-8)), code('late@example.com', at(-1))]).execute()
    const email = { recipient: 'ada@example.com', subject: 's', text: 't' }
    await app.db.insertInto('latchkey_embedded_outbox').values([{ id: 'old', ...email, sent_at: at(-2) }, { id: 'new', ...email, sent_at: at(-0.5) }]).execute()
    const tables = ['latchkey_embedded_records', 'latchkey_embedded_attempts', 'latchkey_embedded_codes', 'latchkey_embedded_outbox'] as const
    const count = async () => (await Promise.all(tables.map(async table => (await app.db.selectFrom(table).selectAll().execute()).length))).reduce((sum, rows) => sum + rows)
    while (await count() > 5) await sleep(20)
    t.strictSame((await app.db.selectFrom('latchkey_embedded_records').select('id').orderBy('id').execute()).map(row => row.id), ['endless', 'new'])
    t.strictSame((await app.db.selectFrom('latchkey_embedded_attempts').select('key').execute()).map(row => row.key), ['new'])
    t.strictSame((await app.db.selectFrom('latchkey_embedded_codes').select('email').execute()).map(row => row.email), ['late@example.com'], 'a recently expired code is kept for its link')
    t.strictSame(await app.db.selectFrom('latchkey_embedded_outbox').select('id').execute(), [{ id: 'new' }])
  })
}

const networks: [string, string, string][] = [
  ['an address', '192.0.2.1', '192.0.2.1'],
  ['one with the port, as some proxies write it', '192.0.2.1:4711', '192.0.2.1'],
  ['one of IPv6, by its network', '2001:db8::1', '2001:db8:0:0::/64'],
  ['one of IPv6 with the port', '[2001:db8::1]:4711', '2001:db8:0:0::/64'],
  ['one of IPv4 on a socket for both', '::ffff:192.0.2.1', '192.0.2.1'],
  ['one with a zone', 'fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['what is no address', 'junk7', 'unknown'],
  ['what is no address either', '8.8.8.8.8:1', 'unknown']
]
for (const [what, address, expected] of networks) {
  t.test(`attempts are counted by ${what}`, async t => { t.equal(networkOf(address), expected) })
}
