import { dialects } from '@latchkey/test-databases'
import t from 'tap'
import { profileOf, startApp, type TestApp } from './helpers/app.js'
import { confirmedAccount, password } from './helpers/client.js'
import { holdWaits, waitOut } from './helpers/waits.js'

const throttled = { code: 'IDENTITY_PROVIDER_ERR_THROTTLED' }
const invalidCode = { code: 'IDENTITY_PROVIDER_ERR_INVALID_CODE' }
const refused = { code: 'IDENTITY_PROVIDER_ERR_INVALID_CREDENTIALS' }

async function lockedUntil ({ app }: TestApp, key: string): Promise<number> {
  const row = await app.db.selectFrom('latchkey_embedded_attempts').select('locked_until').where('key', '=', key).executeTakeFirstOrThrow()
  return Date.parse(row.locked_until)
}

for (const dialect of dialects) {
  t.test(dialect, async t => {
    const running = await startApp(t, dialect)
    const provider = running.app.providerEmbedded.createProvider(profileOf())

    for (const [what, email] of [['an account', 'ada@example.com'], ['an unknown address', 'nobody@example.com']] as const) {
      t.test(`wrong passwords lock ${what} for a time that doubles`, async t => {
        if (what === 'an account') await confirmedAccount(running, email)
        for (let tries = 1; tries <= 5; tries++) await t.rejects(provider.signInWithPassword({ email, password: 'wrong wrong' }), refused)
        await holdWaits(running)
        await t.rejects(provider.signInWithPassword({ email, password }), throttled, 'not even the right password works')
        await waitOut(running)
        await t.rejects(provider.signInWithPassword({ email, password: 'wrong wrong' }), refused)
        await waitOut(running)
        const begun = Date.now()
        await t.rejects(provider.signInWithPassword({ email, password: 'wrong wrong' }), refused)
        const counted = await lockedUntil(running, `passwordOfAccountFrom:${email}|unknown`) - 4000
        t.ok(begun <= counted && counted <= Date.now(), 'four seconds after the seventh')
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

    t.test('simultaneous guesses are all counted', async t => {
      // Fixed, so that they count as simultaneous on a slow machine too.
      const now = Date.now()
      t.intercept(Date, 'now', { value: () => now, configurable: true })
      const results = await Promise.allSettled(Array.from({ length: 40 }, () => provider.signInWithPassword({ email: 'parallel@example.com', password: 'wrong wrong' })))
      const codes = results.map(result => (result as PromiseRejectedResult).reason.code as string)
      t.equal(codes.filter(code => code === refused.code).length, 5)
      t.equal(codes.filter(code => code === throttled.code).length, 35)
    })

    t.test('one client address cannot try many accounts; others still can', async t => {
      const clientAddress = '192.0.2.7'
      for (let tries = 1; tries <= 30; tries++) await t.rejects(provider.signInWithPassword({ email: `n${tries}@example.com`, password: 'wrong wrong', clientAddress }), refused)
      await holdWaits(running)
      await t.rejects(provider.signInWithPassword({ email: 'n31@example.com', password: 'wrong wrong', clientAddress }), throttled)
      await t.rejects(provider.signInWithPassword({ email: 'n31@example.com', password: 'wrong wrong', clientAddress: '192.0.2.8' }), refused)
    })

    t.test('attempts that one account has to wait for do not make the rest of the network wait', async t => {
      const [clientAddress, colleague] = ['192.0.2.10', 'colleague@example.com']
      await confirmedAccount(running, colleague)
      const waiting = async (key: string) => {
        const until = new Date(Date.now() + 3_600_000).toISOString()
        await running.app.db.insertInto('latchkey_embedded_attempts').values({ key, tries: 100, locked_until: until, expires_at: until }).execute()
      }

      await waiting('passwordOfAccountFrom:forgetful@example.com|192.0.2.10')
      await waiting('passwordOfAccount:besieged-too@example.com')
      for (let tries = 1; tries <= 30; tries++) {
        const email = tries % 2 === 0 ? 'forgetful@example.com' : 'besieged-too@example.com'
        await t.rejects(provider.signInWithPassword({ email, password, clientAddress }), throttled)
      }
      await t.rejects(provider.signInWithPassword({ email: colleague, password: 'wrong wrong', clientAddress }), refused, 'passwords')

      await waiting('emailOfAccountFrom:reset:impatient@example.com|192.0.2.10')
      for (let tries = 1; tries <= 20; tries++) await t.rejects(provider.forgotPassword({ email: 'impatient@example.com', clientAddress }), throttled)
      await t.resolves(provider.forgotPassword({ email: colleague, clientAddress }), 'emails')

      await waiting('codeOfAccount:reset:besieged-too@example.com')
      const enter = async (email: string) => { await provider.confirmForgottenPassword({ email, code: '000000', newPassword: password, clientAddress }) }
      for (let tries = 1; tries <= 30; tries++) await t.rejects(enter('besieged-too@example.com'), throttled)
      await t.rejects(enter('other@example.com'), invalidCode, 'codes')
    })

    t.test('a right password counts nothing against its client address', async t => {
      const email = 'office@example.com'
      await confirmedAccount(running, email)
      for (let times = 1; times <= 35; times++) await provider.signInWithPassword({ email, password, clientAddress: '192.0.2.9' })
      await t.resolves(provider.signInWithPassword({ email, password, clientAddress: '192.0.2.9' }))
    })

    t.test('a code stops working after five wrong ones, however many come at once', async t => {
      const email = 'guessed@example.com'
      await provider.signUpWithPassword({ email, password })
      const { code } = await running.smtp.nth(email, 1)
      const wrong = code === '000000' ? '000001' : '000000'
      await Promise.allSettled(Array.from({ length: 8 }, () => provider.confirmEmail({ email, code: wrong, password })))
      await t.rejects(provider.confirmEmail({ email, code, password }), { code: 'IDENTITY_PROVIDER_ERR_INVALID_CODE' })
    })

    /** Wrong passwords from one network. */
    const guess = async (email: string, tries: number, network: number) => {
      for (let made = 0; made < tries; made++) await t.rejects(provider.signInWithPassword({ email, password: 'wrong wrong', clientAddress: `203.0.113.${network}` }), refused)
    }

    /** Pretends that other networks have tried passwords of an account as well. */
    const guessElsewhere = async (email: string, tries: number) => {
      await running.app.db.updateTable('latchkey_embedded_attempts').set(({ eb }) => ({ tries: eb('tries', '+', tries) })).where('key', '=', `passwordOfAccount:${email}`).execute()
    }

    t.test('a stranger on another network locks out themselves, not the owner', async t => {
      const email = 'kept-out@example.com'
      await confirmedAccount(running, email)
      await guess(email, 5, 1)
      await holdWaits(running)
      await t.rejects(provider.signInWithPassword({ email, password, clientAddress: '203.0.113.1' }), throttled)
      await t.resolves(provider.signInWithPassword({ email, password, clientAddress: '192.0.2.20' }))
      await t.rejects(provider.signInWithPassword({ email, password, clientAddress: '203.0.113.1' }), throttled, 'which the owner\'s signing in does not change')
    })

    t.test('a hundred wrong passwords a day from all networks lock an account, but not for a network that it has signed in from before', async t => {
      const email = 'besieged@example.com'
      await confirmedAccount(running, email)
      const home = '192.0.2.21'
      await provider.signInWithPassword({ email, password, clientAddress: home })
      await guess(email, 1, 2)
      await guessElsewhere(email, 97)
      await guess(email, 1, 3)
      await t.resolves(provider.signInWithPassword({ email, password, clientAddress: '192.0.2.22' }), 'ninety-nine do not')
      await guess(email, 1, 4)
      await t.rejects(provider.signInWithPassword({ email, password, clientAddress: '192.0.2.23' }), throttled, 'not even with the right one')
      for (let times = 1; times <= 2; times++) await t.resolves(provider.signInWithPassword({ email, password, clientAddress: home }))
      await t.rejects(provider.signInWithPassword({ email, password, clientAddress: '192.0.2.23' }), throttled, 'still')
      for (let tries = 1; tries <= 5; tries++) await t.rejects(provider.signInWithPassword({ email, password: 'wrong wrong', clientAddress: home }), refused)
      await holdWaits(running)
      await t.rejects(provider.signInWithPassword({ email, password, clientAddress: home }), throttled, 'that network still has its own limits')
    })

    t.test('signing in to an unconfirmed account does not make the network known', async t => {
      const email = 'not-yet@example.com'
      await provider.signUpWithPassword({ email, password, clientAddress: '192.0.2.24' })
      await t.rejects(provider.signInWithPassword({ email, password, clientAddress: '192.0.2.24' }), { code: 'IDENTITY_PROVIDER_ERR_USER_NOT_CONFIRMED' })
      await guess(email, 1, 5)
      await guessElsewhere(email, 98)
      await guess(email, 1, 6)
      await t.rejects(provider.signInWithPassword({ email, password, clientAddress: '192.0.2.24' }), throttled)
    })

    t.test('attempts from all networks are forgotten a day after the first one, those from one network a day after its last one', async t => {
      const email = 'next-day@example.com'
      await guess(email, 1, 7)
      const soon = new Date(Date.now() + 60_000).toISOString()
      await running.app.db.updateTable('latchkey_embedded_attempts').set({ expires_at: soon, locked_until: new Date(0).toISOString() }).execute()
      await t.rejects(provider.signInWithPassword({ email, password, clientAddress: '203.0.113.7' }), refused)
      const rows = await running.app.db.selectFrom('latchkey_embedded_attempts').select(['key', 'expires_at']).where('key', 'like', `%:${email}%`).execute()
      const ends = Object.fromEntries(rows.map(row => [row.key, row.expires_at]))
      t.equal(ends[`passwordOfAccount:${email}`], soon)
      t.ok(ends[`passwordOfAccountFrom:${email}|203.0.113.7`] as string > soon)
    })

    t.test('a stranger who enters wrong codes does not use up the owner\'s attempts; many strangers do', async t => {
      const email = 'code-of@example.com'
      await confirmedAccount(running, email)
      for (const networks of [4, 5]) {
        await provider.forgotPassword({ email, clientAddress: '192.0.2.25' })
        const { code } = await running.smtp.nth(email, networks - 2)
        const wrong = code === '000000' ? '000001' : '000000'
        for (let tries = 0; tries < networks * 5; tries++) {
          await t.rejects(provider.confirmForgottenPassword({ email, code: wrong, newPassword: password, clientAddress: `203.0.113.${tries % networks}` }), invalidCode)
        }
        await t.rejects(provider.confirmForgottenPassword({ email, code, newPassword: password, clientAddress: '203.0.113.0' }), invalidCode, 'even the right code no longer works')
        const owner = provider.confirmForgottenPassword({ email, code, newPassword: password, clientAddress: '192.0.2.25' })
        await (networks === 4 ? t.resolves(owner) : t.rejects(owner, invalidCode))
      }
    })

    t.test('however many codes are requested, only a hundred a day can be guessed, whether or not the address has an account', async t => {
      for (const email of ['guessed-codes@example.com', 'unknown-codes@example.com']) {
        const guessCode = async (tries: number) => { await provider.confirmForgottenPassword({ email, code: '000000', newPassword: password, clientAddress: `198.51.100.${tries % 50}` }) }
        for (let tries = 0; tries < 100; tries++) await t.rejects(guessCode(tries), invalidCode)
        await t.rejects(guessCode(100), throttled)
        await running.app.db.deleteFrom('latchkey_embedded_attempts').where('key', 'like', 'codeFrom:%').execute()
      }
    })

    t.test('a stranger who requests emails does not stop the owner from requesting one; many strangers do, but not on the owner\'s known networks', async t => {
      const email = 'asked@example.com'
      await confirmedAccount(running, email)
      await provider.signInWithPassword({ email, password, clientAddress: '192.0.2.26' })
      const ask = async (clientAddress: string) => { await provider.forgotPassword({ email, clientAddress }) }
      for (let times = 1; times <= 4; times++) await ask('203.0.113.100')
      await holdWaits(running)
      await t.rejects(ask('203.0.113.100'), throttled)
      for (let times = 0; times < 36; times++) await ask(`203.0.113.${101 + times % 9}`)
      await t.rejects(ask('192.0.2.27'), throttled, 'forty a day')
      await t.resolves(ask('192.0.2.26'))
    })

    t.test('an address gets a few emails and then has to wait, whether or not it has an account', async t => {
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
