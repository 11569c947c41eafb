import { dialects } from '@latchkey/test-databases'
import t from 'tap'
import { openCopies, profileFor, recordingAdapter, secretKey } from './helpers/copies.js'

const newKey = 'another secret key of over 32 characters'
const clientSecret = 'hunter2-and-more'
const wanted = (clientId: string, more: object = {}) => ({ name: clientId, type: 'recording', options: { issuer: 'https://id.example.com', clientId }, ...more })

for (const dialect of dialects) {
  t.test(dialect, async t => {
    t.test('a client secret is passed only to the adapter, and appears in no result, database row, log or error', async t => {
      const copies = await openCopies(t, dialect)
      const { opened, registry } = recordingAdapter()
      const copy = await copies.open({ providers: registry })
      const seen: unknown[] = []
      const inTransaction = async (_transaction: unknown, change: object) => { seen.push(change) }
      const made = await copy.app.authProfiles.create(wanted('a', { clientSecret }), { inTransaction })
      t.equal(opened.at(-1)?.options.clientSecret, clientSecret)
      const renamed = await copy.app.authProfiles.update(made.id, { name: 'b' }, { inTransaction })
      t.equal(opened.at(-1)?.options.clientSecret, clientSecret, 'it stays when something else is changed')
      t.equal(renamed.hasSecret, true)
      const error = await copy.app.authProfiles.update(made.id, { clientSecret: 'hunter2-and-more', name: '' }).catch((error: unknown) => error)
      const row = await copy.app.db.selectFrom('latchkey_authentication_profiles').selectAll().executeTakeFirstOrThrow()
      t.match(row.client_secret, /^sb1\./)
      t.notMatch(JSON.stringify([made, renamed, seen, row, copy.app.authProfiles.list(), String(error)]) + copy.log(), /hunter2/)

      const restarted = await copies.open({ providers: registry })
      t.equal(opened.at(-1)?.options.clientSecret, clientSecret)
      t.notMatch(JSON.stringify(restarted.app.authProfiles.list()), /hunter2/)
      await copy.app.authProfiles.update(made.id, { clientSecret: 'another' })
      t.equal(opened.at(-1)?.options.clientSecret, 'another')
      t.equal((await copy.app.authProfiles.update(made.id, { clientSecret: null })).hasSecret, false)
      t.notOk('clientSecret' in (opened.at(-1)?.options ?? {}))
    })

    t.test('somebody who may update a profile cannot have its secret sent to another server', async t => {
      const { app } = await (await openCopies(t, dialect)).open({ providers: recordingAdapter().registry })
      const { id } = await app.authProfiles.create(wanted('a', { clientSecret }))
      for (const change of [{ options: { issuer: 'https://evil.example.com' } }, { options: { domain: 'evil.example.com' } }, { options: { endpoint: 'https://evil.example.com' } }, { type: 'openid' }]) {
        await t.rejects(app.authProfiles.update(id, change), { code: 'AUTH_PROFILES_ERR_INVALID_PROFILE', details: { clientSecret: /must be entered again/ } }, JSON.stringify(change))
      }
      await app.authProfiles.update(id, { options: { issuer: 'https://new.example.com' }, clientSecret: 'known' })
      await app.authProfiles.update(id, { options: { issuer: 'https://id.example.com' }, clientSecret: null })
      t.equal(app.authProfiles.find({ id })?.issuer, 'https://id.example.com')
    })

    t.test('without a secret key profiles without a secret can be made, and one with a secret is refused with the remedy', async t => {
      const { app } = await (await openCopies(t, dialect)).open({ providers: recordingAdapter().registry, secretKey: undefined })
      const { id } = await app.authProfiles.create(wanted('a'))
      const refused = { code: 'AUTH_PROFILES_ERR_NO_SECRET_KEY', message: /LATCHKEY_SECRET_KEY.*configuration/ }
      await t.rejects(app.authProfiles.create(wanted('b', { clientSecret })), refused)
      await t.rejects(app.authProfiles.update(id, { clientSecret }), refused)
      t.match(app.authProfiles.list(), [{}, { id, hasSecret: false }])
    })

    t.test('secrets of a previous key can be read and are re-encrypted at start, after which that key can be removed', async t => {
      const copies = await openCopies(t, dialect)
      const { opened, registry } = recordingAdapter()
      const first = await copies.open({ providers: registry })
      const { id } = await first.app.authProfiles.create(wanted('a', { clientSecret }))
      const sealed = async () => (await first.app.db.selectFrom('latchkey_authentication_profiles').select('client_secret').executeTakeFirstOrThrow()).client_secret
      const before = await sealed()
      await copies.open({ providers: registry, secretKey: newKey, previousSecretKeys: [secretKey] })
      t.not(await sealed(), before)
      t.equal(opened.at(-1)?.options.clientSecret, clientSecret)
      const last = await copies.open({ providers: registry, secretKey: newKey })
      t.equal(opened.at(-1)?.options.clientSecret, clientSecret)
      t.strictSame(last.app.authProfiles.leftOut(), [])
      t.ok(await last.app.authProfiles.update(id, { name: 'b' }))
    })

    t.test('an app without upkeep reads secrets of a previous key, and does not re-encrypt them', async t => {
      const copies = await openCopies(t, dialect)
      const { opened, registry } = recordingAdapter()
      const first = await copies.open({ providers: registry })
      await first.app.authProfiles.create(wanted('a', { clientSecret }))
      const sealed = async () => (await first.app.db.selectFrom('latchkey_authentication_profiles').select('client_secret').executeTakeFirstOrThrow()).client_secret
      const before = await sealed()
      const reader = await copies.open({ providers: registry, secretKey: newKey, previousSecretKeys: [secretKey], upkeep: false })
      t.equal(opened.at(-1)?.options.clientSecret, clientSecret)
      t.strictSame(reader.app.authProfiles.leftOut(), [])
      t.equal(await sealed(), before)
    })

    t.test('with a wrong key or none, the app starts without the profile, logs it, and opens it when the secret is entered again', async t => {
      const copies = await openCopies(t, dialect)
      const { opened, registry } = recordingAdapter()
      const first = await copies.open({ providers: registry })
      const { id } = await first.app.authProfiles.create(wanted('a', { clientSecret }))
      const other = (await first.app.authProfiles.create(wanted('b'))).id
      for (const key of [newKey, undefined]) {
        const copy = await copies.open({ providers: registry, secretKey: key })
        t.strictSame(copy.app.authProfiles.list().map(({ id }) => id), ['main', other])
        t.match(copy.app.authProfiles.leftOut(), [{ id, name: 'a', reason: /LATCHKEY_SECRET_KEY_PREVIOUS/ }])
        t.match(copy.log(), 'is skipped')
        await t.rejects(copy.app.authProfiles.update(id, { name: 'c' }), { code: 'AUTH_PROFILES_ERR_SECRET_UNREADABLE' })
      }
      const mended = await copies.open({ providers: registry, secretKey: newKey })
      await mended.app.authProfiles.update(id, { clientSecret: 'given anew' })
      t.equal(opened.at(-1)?.options.clientSecret, 'given anew')
      t.strictSame(mended.app.authProfiles.leftOut(), [])
      t.strictSame(mended.app.authProfiles.list().map(({ id }) => id), ['main', id, other])
    })

    t.test('whoever writes to the database cannot move a secret to another profile, or alter it', async t => {
      const copies = await openCopies(t, dialect)
      const { registry } = recordingAdapter()
      const { app } = await copies.open({ providers: registry })
      const { db } = app
      const ids = [(await app.authProfiles.create(wanted('a', { clientSecret: 'secret of a' }))).id, (await app.authProfiles.create(wanted('b', { clientSecret: 'secret of b' }))).id]
      const sealed = await Promise.all(ids.map(async id => (await db.selectFrom('latchkey_authentication_profiles').select('client_secret').where('id', '=', id).executeTakeFirstOrThrow()).client_secret))
      const set = async (index: number, value: string | null | undefined) => await db.updateTable('latchkey_authentication_profiles').set({ client_secret: value ?? null }).where('id', '=', ids[index] as string).execute()
      await set(0, sealed[1])
      await set(1, sealed[0])
      t.match((await copies.open({ providers: registry })).app.authProfiles.leftOut(), [{ id: ids[0] }, { id: ids[1] }])
      await set(0, sealed[0])
      await set(1, sealed[1]?.replace(/.$/, letter => letter === 'A' ? 'Q' : 'A'))
      t.match((await copies.open({ providers: registry })).app.authProfiles.leftOut(), [{ id: ids[1] }])
    })

    t.test('a profile with invalid stored data is skipped, others are not; it can be deleted', async t => {
      const copies = await openCopies(t, dialect)
      const { registry } = recordingAdapter()
      const { app } = await copies.open({ providers: registry })
      const make = async (name: string) => (await app.authProfiles.create(wanted(name))).id
      const bad = [await make('a'), await make('b'), await make('c'), await make('d')]
      const good = await make('e')
      const set = async (index: number, row: object) => await app.db.updateTable('latchkey_authentication_profiles').set(row).where('id', '=', bad[index] as string).execute()
      await set(0, { config: '{' })
      await set(1, { config: '{"selfSignUp":"maybe"}' })
      await set(2, { type: 'gone' })
      await set(3, { config: JSON.stringify({ ...wanted('d'), name: undefined, type: undefined, selfSignUp: 'off', options: { issuer: 'https://id.example.com', clientId: 'e' } }) })
      const copy = await copies.open({ providers: registry })
      // The order decides which of two conflicting profiles is opened.
      t.strictSame(copy.app.authProfiles.leftOut().map(({ id }) => id), [...bad.slice(0, 3), good])
      t.match(copy.app.authProfiles.leftOut(), [{ reason: /cannot be read/ }, { reason: /cannot be read/ }, { reason: /no provider "gone"/ }, { reason: /audience "e" in common/ }])
      await t.rejects(copy.app.authProfiles.update(bad[0] as string, { name: 'x' }), { code: 'AUTH_PROFILES_ERR_INVALID_PROFILE', details: { id: /delete/ } })
      for (const id of bad) await copy.app.authProfiles.delete(id)
      t.strictSame(copy.app.authProfiles.leftOut(), [])
      t.strictSame(copy.app.authProfiles.list().map(({ id }) => id), ['main', good])
    })

    t.test('a stored profile that the configuration now also declares is skipped', async t => {
      const copies = await openCopies(t, dialect)
      const partner = await copies.issuer()
      const { app } = await copies.open()
      const { id } = await app.authProfiles.create(profileFor(partner))
      const copy = await copies.open({ profiles: [{ id: 'declared', name: 'Declared', type: 'openid', issuer: partner.issuer, clientId: partner.clientId }] })
      t.strictSame(copy.app.authProfiles.list().map(({ id }) => id), ['declared'])
      t.match(copy.app.authProfiles.leftOut(), [{ id, reason: /audience "web" in common/ }])
    })
  })
}
