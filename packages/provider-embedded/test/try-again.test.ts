import { dialects } from '@latchkey/test-databases'
import t, { type Test } from 'tap'
import { profileOf, startApp } from './helpers/app.js'
import { beginSignIn, confirmedAccount, password } from './helpers/client.js'
import { formBrowser, type Page } from './helpers/form-browser.js'

for (const dialect of dialects) {
  t.test(dialect, async t => {
    const running = await startApp(t, dialect)
    const { app } = running
    const provider = app.providerEmbedded.createProvider(profileOf())
    const email = 'ada@example.com'
    await confirmedAccount(running, email)
    const network = '127.0.0.1'

    /** Pretends that there were so many attempts that the next one must wait. */
    async function lock (t: Test, key: string, seconds: number): Promise<void> {
      const row = { tries: 400, locked_until: new Date(Date.now() + seconds * 1000).toISOString(), expires_at: new Date(Date.now() + 86_400_000).toISOString() }
      await app.db.insertInto('latchkey_embedded_attempts').values({ key, ...row }).onConflict(conflict => conflict.column('key').doUpdateSet(row)).execute()
      t.teardown(async () => { await app.db.deleteFrom('latchkey_embedded_attempts').where('key', '=', key).execute() })
    }
    function says (t: Test, { status, html, headers }: Page, when: string, seconds: number): void {
      t.equal(status, 429)
      t.match(html, `Too many attempts. Try again ${when}.`)
      const retryAfter = Number(headers.get('retry-after'))
      t.ok(retryAfter > seconds - 30 && retryAfter <= seconds, `Retry-After: ${retryAfter}`)
    }

    for (const [seconds, when] of [[4 * 60 * 60, 'in 4 hours'], [95 * 60, 'in 2 hours'], [80 * 60, 'in 80 minutes'], [60 * 60, 'in an hour'], [7 * 60 + 30, 'in 8 minutes'], [60, 'in a minute'], [9, 'in a few seconds']] as const) {
      t.test(`the sign-in page says to try again ${when}`, async t => {
        const browser = formBrowser(running.url)
        const page = await browser.open((await beginSignIn(running)).url)
        await lock(t, `passwordOfAccountFrom:${email}|${network}`, seconds)
        says(t, await browser.submit(page, '/sign-in', { email, password }), when, seconds)
      })
    }

    t.test('so do the pages for forgotten passwords and sign-up', async t => {
      await lock(t, `emailFrom:${network}`, 1800)
      await lock(t, `signUpFrom:${network}`, 1800)
      const browser = formBrowser(running.url)
      const { url } = await beginSignIn(running)
      const page = await browser.open(url)
      const forgot = await browser.open(`${page.url.href}/forgot`)
      says(t, await browser.submit(forgot, '/forgot', { email }), 'in 30 minutes', 1800)
      const signUp = await browser.open(`${page.url.href}/sign-up`)
      says(t, await browser.submit(signUp, '/sign-up', { email: 'new@example.com', password }), 'in 30 minutes', 1800)
    })

    t.test('so do the pages behind the links in emails', async t => {
      await provider.signUpWithPassword({ email: 'linked@example.com', password })
      const { link } = await running.smtp.nth('linked@example.com', 1)
      const browser = formBrowser(running.url)
      const page = await browser.open(link)
      await lock(t, `passwordOfAccountFrom:linked@example.com|${network}`, 600)
      says(t, await browser.submit(page, '/oidc/confirm', { password }), 'in 10 minutes', 600)
      await lock(t, `emailOfAccountFrom:confirm:linked@example.com|${network}`, 600)
      await app.db.updateTable('latchkey_embedded_codes').set({ expires_at: new Date(0).toISOString() }).where('email', '=', 'linked@example.com').execute()
      says(t, await browser.submit(await browser.open(link), '/oidc/confirm/resend'), 'in 10 minutes', 600)
    })

    t.test('the errors of the adapter\'s methods say so', async t => {
      await lock(t, `passwordOfAccountFrom:${email}|${network}`, 3600)
      const error = await provider.signInWithPassword({ email, password, clientAddress: network }).then(() => null, (error: Record<string, unknown>) => error)
      t.match(error, { code: 'IDENTITY_PROVIDER_ERR_THROTTLED', message: 'Too many attempts. Wait a while and try again.', retryAfterSeconds: /^(3600|35[5-9]\d)$/, headers: { 'retry-after': /^(3600|35[5-9]\d)$/ } })
    })
  })
}
