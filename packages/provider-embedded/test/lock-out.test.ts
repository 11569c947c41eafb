import { dialects } from '@latchkey/test-databases'
import t from 'tap'
import { profileOf, startApp, type TestApp } from './helpers/app.js'
import { confirmedAccount, password } from './helpers/client.js'

const throttled = { code: 'IDENTITY_PROVIDER_ERR_THROTTLED' }
const refused = { code: 'IDENTITY_PROVIDER_ERR_INVALID_CREDENTIALS' }

/** Lets the waits of an app pass. */
async function waitOut ({ app }: TestApp): Promise<void> {
  await app.db.updateTable('latchkey_embedded_attempts').set({ locked_until: new Date(0).toISOString() }).execute()
}

async function waitOf ({ app }: TestApp, key: string): Promise<number> {
  const row = await app.db.selectFrom('latchkey_embedded_attempts').select('locked_until').where('key', '=', key).executeTakeFirstOrThrow()
  return Math.round((Date.parse(row.locked_until) - Date.now()) / 1000)
}

for (const dialect of dialects) {
  t.test(dialect, async t => {
    const running = await startApp(t, dialect)
    const provider = running.app.providerEmbedded.createProvider(profileOf())

    for (const [what, email] of [['an account', 'ada@example.com'], ['an unknown address', 'nobody@example.com']] as const) {
      t.test(`wrong passwords lock ${what} for a time that doubles`, async t => {
        if (what === 'an account') await confirmedAccount(running, email)
        for (let tries = 1; tries <= 5; tries++) await t.rejects(provider.signInWithPassword({ email, password: 'wrong wrong' }), refused)
        await t.rejects(provider.signInWithPassword({ email, password }), throttled, 'the right password neither')
        await waitOut(running)
        await t.rejects(provider.signInWithPassword({ email, password: 'wrong wrong' }), refused)
        await waitOut(running)
        await t.rejects(provider.signInWithPassword({ email, password: 'wrong wrong' }), refused)
        t.equal(await waitOf(running, `passwordOfAccount:${email}`), 4, 'seconds after the seventh')
      })
    }

    t.test('a right password after the wait forgets the wrong ones', async t => {
      const email = 'forgiven@example.com'
      await confirmedAccount(running, email)
      for (let tries = 1; tries <= 5; tries++) await t.rejects(provider.signInWithPassword({ email, password: 'wrong wrong' }), refused)
      await waitOut(running)
      await t.resolves(provider.signInWithPassword({ email, password }))
      for (let tries = 1; tries <= 4; tries++) await t.rejects(provider.signInWithPassword({ email, password: 'wrong wrong' }), refused)
      await t.resolves(provider.signInWithPassword({ email, password }))
    })

    t.test('guesses made at once are all counted', async t => {
      const results = await Promise.allSettled(Array.from({ length: 40 }, () => provider.signInWithPassword({ email: 'parallel@example.com', password: 'wrong wrong' })))
      const codes = results.map(result => (result as PromiseRejectedResult).reason.code as string)
      t.equal(codes.filter(code => code === refused.code).length, 5)
      t.equal(codes.filter(code => code === throttled.code).length, 35)
    })

    t.test('one client address cannot try many accounts; others can', async t => {
      const clientAddress = '192.0.2.7'
      for (let tries = 1; tries <= 30; tries++) await t.rejects(provider.signInWithPassword({ email: `n${tries}@example.com`, password: 'wrong wrong', clientAddress }), refused)
      await t.rejects(provider.signInWithPassword({ email: 'n31@example.com', password: 'wrong wrong', clientAddress }), throttled)
      await t.rejects(provider.signInWithPassword({ email: 'n31@example.com', password: 'wrong wrong', clientAddress: '192.0.2.8' }), refused)
    })

    t.test('a right password counts nothing against its client address', async t => {
      const email = 'office@example.com'
      await confirmedAccount(running, email)
      for (let times = 1; times <= 35; times++) await provider.signInWithPassword({ email, password, clientAddress: '192.0.2.9' })
      await t.resolves(provider.signInWithPassword({ email, password, clientAddress: '192.0.2.9' }))
    })

    t.test('a code is dead after five wrong ones, however many come at once', async t => {
      const email = 'guessed@example.com'
      await provider.signUpWithPassword({ email, password })
      const { code } = await running.smtp.nth(email, 1)
      const wrong = code === '000000' ? '000001' : '000000'
      await Promise.allSettled(Array.from({ length: 8 }, () => provider.confirmEmail({ email, code: wrong, password })))
      await t.rejects(provider.confirmEmail({ email, code, password }), { code: 'IDENTITY_PROVIDER_ERR_INVALID_CODE' })
    })

    t.test('an address gets a few emails and then has to wait, known or not', async t => {
      await confirmedAccount(running, 'mailed@example.com')
      for (const email of ['mailed@example.com', 'unknown@example.com']) {
        for (let times = 1; times <= 4; times++) await provider.forgotPassword({ email })
        await t.rejects(provider.forgotPassword({ email }), throttled)
      }
      await running.smtp.nth('mailed@example.com', 5)
      t.equal(running.smtp.sentTo('unknown@example.com').length, 0)
    })
  })
}
