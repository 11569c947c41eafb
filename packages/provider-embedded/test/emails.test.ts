import { dialects } from '@latchkey/test-databases'
import t from 'tap'
import { profileOf, startApp, type TestApp } from './helpers/app.js'
import { beginSignIn, confirmedAccount, password } from './helpers/client.js'
import { formBrowser } from './helpers/form-browser.js'

const invalidCode = { code: 'IDENTITY_PROVIDER_ERR_INVALID_CODE' }

async function expireCodes ({ app }: TestApp): Promise<void> {
  await app.db.updateTable('latchkey_embedded_codes').set({ expires_at: new Date(Date.now() - 1000).toISOString() }).execute()
}

for (const dialect of dialects) {
  t.test(dialect, async t => {
    const running = await startApp(t, dialect)
    const provider = running.app.providerEmbedded.createProvider(profileOf())

    t.test('using either the code or the link of an email uses up both', async t => {
      await provider.signUpWithPassword({ email: 'one@example.com', password })
      const { code, link } = await running.smtp.nth('one@example.com', 1)
      const browser = formBrowser(running.url)
      const page = await browser.open(link)
      await provider.confirmEmail({ email: 'one@example.com', code, password })
      await t.rejects(provider.confirmEmail({ email: 'one@example.com', code, password }), invalidCode)
      const late = await browser.submit(page, '/oidc/confirm', { password })
      t.equal(late.status, 410)
      t.match(late.html, 'This link doesn’t work')
    })

    t.test('a new request replaces code and link', async t => {
      await provider.signUpWithPassword({ email: 'again@example.com', password })
      const first = await running.smtp.nth('again@example.com', 1)
      await provider.resendVerificationEmail({ email: 'again@example.com' })
      const second = await running.smtp.nth('again@example.com', 2)
      await t.rejects(provider.confirmEmail({ email: 'again@example.com', code: first.code, password }), invalidCode)
      t.equal((await formBrowser(running.url).open(first.link)).status, 410)
      await t.resolves(provider.confirmEmail({ email: 'again@example.com', code: second.code, password }))
    })

    t.test('a code is for one address and one purpose', async t => {
      await provider.signUpWithPassword({ email: 'purpose@example.com', password })
      await provider.signUpWithPassword({ email: 'other@example.com', password })
      const { code } = await running.smtp.nth('purpose@example.com', 1)
      await t.rejects(provider.confirmForgottenPassword({ email: 'purpose@example.com', code, newPassword: 'another good one' }), invalidCode)
      await t.rejects(provider.confirmEmail({ email: 'other@example.com', code, password }), invalidCode)
      await t.resolves(provider.confirmEmail({ email: 'purpose@example.com', code, password }))
    })

    t.test('an expired link says so and offers a new one', async t => {
      await provider.signUpWithPassword({ email: 'late@example.com', password })
      const { link, code } = await running.smtp.nth('late@example.com', 1)
      await expireCodes(running)
      await t.rejects(provider.confirmEmail({ email: 'late@example.com', code, password }), invalidCode)
      const browser = formBrowser(running.url)
      const page = await browser.open(link)
      t.match(page.html, 'This link has expired')
      t.match((await browser.submit(page, '/confirm/resend')).html, 'Check your email')
      const { link: fresh } = await running.smtp.nth('late@example.com', 2)
      const done = await browser.submit(await browser.open(fresh), '/oidc/confirm', { password })
      t.match(done.html, 'Email address confirmed')
      await t.resolves(provider.signInWithPassword({ email: 'late@example.com', password }))
      t.notMatch(running.log.join(''), 'token=', 'no link is in the log')
    })

    t.test('signing up on the page with an existing address shows the same as always; its owner gets an email', async t => {
      const email = 'owner@example.com'
      await confirmedAccount(running, email)
      const pages = []
      for (const typed of [email, 'new@example.com']) {
        const browser = formBrowser(running.url)
        const page = await browser.open((await beginSignIn(running)).url)
        const form = await browser.open(`${page.url.href}/sign-up`)
        const next = await browser.submit(form, '/sign-up', { email: typed, password: 'a password of mine' })
        pages.push(next.html.replaceAll(typed, '').replaceAll(/value="[^"]*"|interaction\/[^/"]*/g, ''))
      }
      t.equal(pages[0], pages[1])
      t.match((await running.smtp.nth(email, 2)).subject, 'You already have an account')
      await t.resolves(provider.signInWithPassword({ email, password }), 'the password is unchanged')
    })
  })
}

t.test('without SMTP, development logs emails and shows them on the outbox page', async t => {
  const running = await startApp(t, 'sqlite', { withoutSmtp: true, production: false })
  const provider = running.app.providerEmbedded.createProvider(profileOf({ brandName: 'Acme <b>' }))
  await provider.signUpWithPassword({ email: 'dev@example.com', password })
  const browser = formBrowser(running.url)
  let page = await browser.open(`${running.url}/oidc/outbox`)
  while (!page.html.includes('dev@example.com')) page = await browser.open(`${running.url}/oidc/outbox`)
  t.notMatch(page.html, '<b>')
  const [, link = ''] = /href="([^"]*\/oidc\/confirm[^"]*)"/.exec(page.html) ?? []
  t.match((await browser.open(link)).html, 'Confirm your email address')
  const [, code = ''] = /it: (\d{6})/.exec(page.html) ?? []
  t.match(running.log.join(''), code)
  await t.resolves(provider.confirmEmail({ email: 'dev@example.com', code, password }))
})

t.test('there is no outbox page in production or with an SMTP server', async t => {
  for (const options of [{ withoutSmtp: true, production: true }, { production: false }]) {
    const running = await startApp(t, 'sqlite', options)
    t.equal((await fetch(`${running.url}/oidc/outbox`)).status, 404)
  }
})

t.test('production without SMTP creates no accounts that could never be confirmed, and logs why', async t => {
  const running = await startApp(t, 'sqlite', { withoutSmtp: true, production: true })
  const provider = running.app.providerEmbedded.createProvider(profileOf())
  await t.rejects(provider.signUpWithPassword({ email: 'ada@example.com', password }), { code: 'IDENTITY_PROVIDER_ERR_UNAVAILABLE' })
  await t.rejects(provider.forgotPassword({ email: 'ada@example.com' }), { code: 'IDENTITY_PROVIDER_ERR_UNAVAILABLE' })
  t.equal((await running.app.db.selectFrom('latchkey_embedded_accounts').select('id').execute()).length, 0)
  t.match(running.log.join(''), 'set the option smtp')
})

t.test('an unreachable mail server is logged, without the code, and the request can be repeated', async t => {
  const running = await startApp(t, 'sqlite', { smtp: { url: 'smtp://127.0.0.1:1', from: 'a@b.test' } })
  const provider = running.app.providerEmbedded.createProvider(profileOf())
  await t.resolves(provider.signUpWithPassword({ email: 'ada@example.com', password }))
  await running.app.close()
  const logged = running.log.join('')
  t.match(logged, 'Sending an email failed')
  t.notMatch(logged, /\b\d{6}\b.*code|token=/)
})

t.test('production warns about unencrypted keys', async t => {
  const running = await startApp(t, 'sqlite', { production: true, secretKey: undefined })
  t.match(running.log.join(''), 'secretKey')
})
