import { dialects } from '@latchkey/test-databases'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { callbackUrl, profileOf, startApp } from './helpers/app.js'
import { beginSignIn, confirmedAccount, finishSignIn, password } from './helpers/client.js'
import { cookieHeader, formBrowser, type FormBrowser, type Page } from './helpers/form-browser.js'
import { holdWaits, waitOut } from './helpers/waits.js'

/** Long enough for another email to arrive. */
const SETTLED_MS = 500

for (const dialect of dialects) {
  t.test(`${dialect}: a form that is submitted twice`, async t => {
    const refusals: { code?: string }[] = []
    const running = await startApp(t, dialect, { onRefused: error => { refusals.push(error as { code?: string }) } })
    const provider = running.app.providerEmbedded.createProvider(profileOf())
    await confirmedAccount(running, 'ada@example.com')
    const ada = { email: 'ada@example.com', password }

    /** Makes a browser send something without seeing the response, neither its cookies nor its redirect. */
    async function unseen (browser: FormBrowser, send: () => Promise<Page>): Promise<void> {
      const before = new Map(browser.cookies)
      await send()
      browser.cookies.clear()
      for (const [key, cookie] of before) browser.cookies.set(key, cookie)
    }
    async function twice (browser: FormBrowser, page: Page, action: string, fields: Record<string, string>): Promise<Page> {
      await unseen(browser, async () => await browser.submit(page, action, fields))
      await holdWaits(running)
      return await browser.submit(page, action, fields)
    }
    const arrivedAt = ({ url }: Page) => url.origin + url.pathname
    async function signUp (email: string) {
      const [browser, attempt] = [formBrowser(running.url), await beginSignIn(running)]
      const page = await browser.open(attempt.url)
      return { browser, attempt, page: await browser.open(`${page.url.href}/sign-up`), fields: { email, password } }
    }

    t.test('still signs in', async t => {
      const [browser, attempt] = [formBrowser(running.url), await beginSignIn(running)]
      const page = await browser.open(attempt.url)
      const again = await twice(browser, page, '/sign-in', ada)
      t.match(again, { status: 200, html: /<h1>Sign in<\/h1>/ }, 'the browser never learnt that it is signed in')
      const arrived = await browser.submit(again, '/sign-in', ada)
      t.equal(arrivedAt(arrived), callbackUrl)
      t.match((await finishSignIn(attempt, arrived.url)).claims(), { email: ada.email }, 'it is what the app waits for')

      t.match(await browser.submit(again, '/sign-in', ada), { url: { pathname: '/callback' } }, 'a browser that has learnt it is not asked')
      t.match(await browser.open(again.url.href), { status: 400, html: /You’ve already signed in/ }, 'the Back button')
      t.match(await formBrowser(running.url).open(again.url.href), { status: 400, html: /This sign-in has ended/ }, 'another browser')
    })

    t.test('at the same time still signs in', async t => {
      const [browser, attempt] = [formBrowser(running.url), await beginSignIn(running)]
      const page = await browser.open(attempt.url)
      const answers = await Promise.all([1, 2, 3].map(async () => await browser.submit(page, '/sign-in', ada)))
      for (const { url, status } of answers) t.ok(url.href.startsWith(callbackUrl) || (status === 200 && url.pathname.startsWith('/oidc/interaction/')), `${status} ${url.pathname}`)
      t.ok(answers.some(({ url }) => url.searchParams.has('code')))
    })

    t.test('so quickly that both responses lead back to the sign-in, which the first one ends, still signs in', async t => {
      const [browser, attempt] = [formBrowser(running.url), await beginSignIn(running)]
      const page = await browser.open(attempt.url)
      const back = page.url.href.replace('/interaction/', '/auth/')
      await unseen(browser, async () => await browser.submit(page, '/sign-in', ada))
      const again = await browser.open(back)
      t.match(again, { status: 200, html: /<h1>Sign in<\/h1>/ }, 'the browser never learnt that it is signed in')
      const arrived = await browser.submit(again, '/sign-in', ada)
      t.match((await finishSignIn(attempt, arrived.url)).claims(), { email: ada.email }, 'it is what the app waits for')
      t.equal(arrivedAt(await browser.open(back)), callbackUrl, 'a browser that has learnt it is not asked')

      t.match(await formBrowser(running.url).open(back), { status: 400, html: /This sign-in has ended/ }, 'another browser')
      const stranger = formBrowser(running.url)
      await stranger.open((await beginSignIn(running)).url)
      const cookie = cookieHeader([...stranger.cookies.values()])
      const answer = await fetch(`${page.url.href}/finished`, { headers: { cookie }, redirect: 'manual' })
      t.equal(answer.status, 400, 'nor a browser that started another sign-in')
      t.match(await stranger.open(`${running.url}/oidc/auth/unknown`), { status: 400, html: /This sign-in has ended/ })
    })

    t.test('does not get around a session that does not fit the sign-in', async t => {
      const browser = formBrowser(running.url)
      await browser.submit(await browser.open((await beginSignIn(running)).url), '/sign-in', ada)
      const page = await browser.open((await beginSignIn(running, { prompt: 'login' })).url)
      for (const [key, { name }] of browser.cookies) if (name.startsWith('latchkey_session')) browser.cookies.delete(key)
      const back = new URL(page.url.href.replace('/interaction/', '/auth/'))
      t.match(await browser.open(back.href), { status: 400, url: { pathname: back.pathname } })
    })

    t.test('creates one account and sends one email, whose code works; another email is sent on request', async t => {
      const { browser, attempt, page, fields } = await signUp('once@example.com')
      const asked = await twice(browser, page, '/sign-up', fields)
      t.match(asked.html, 'Check your email')
      const { code } = await running.smtp.nth(fields.email, 1)
      const again = await twice(browser, asked, '/confirm', { code })
      t.match(again.html, /<h1>Sign in<\/h1>/)
      const arrived = await browser.submit(again, '/sign-in', fields)
      t.match((await finishSignIn(attempt, arrived.url)).claims(), { email: fields.email, email_verified: true })
      t.equal(running.smtp.sentTo(fields.email).length, 1)

      const other = await signUp('more@example.com')
      const waiting = await other.browser.submit(other.page, '/sign-up', other.fields)
      await unseen(other.browser, async () => await other.browser.submit(waiting, '/confirm/resend'))
      await running.smtp.nth('more@example.com', 2)
      const { locked_until: until } = await running.app.db.selectFrom('latchkey_embedded_attempts').select('locked_until').where('key', 'like', 'emailAgainOfSignIn:%more@example.com').executeTakeFirstOrThrow()
      t.ok(Date.parse(until) <= Date.now() + 3000, 'for three seconds')
      await holdWaits(running)
      t.match((await other.browser.submit(waiting, '/confirm/resend')).html, 'We sent a new email')
      await sleep(SETTLED_MS)
      t.equal(running.smtp.sentTo('more@example.com').length, 2, 'pressing that button twice sends one email too')
      await waitOut(running)
      await other.browser.submit(waiting, '/confirm/resend')
      await running.smtp.nth('more@example.com', 3)
    })

    t.test('does not suppress other emails: someone who has an account can request a new password right after signing up', async t => {
      const email = 'bea@example.com'
      await confirmedAccount(running, email)
      const { browser, page } = await signUp(email)
      await browser.submit(page, '/sign-up', { email, password })
      t.match((await running.smtp.nth(email, 2)).subject, 'You already have an account')
      await twice(browser, await browser.open(page.url.href.replace('/sign-up', '/forgot')), '/forgot', { email })
      t.match((await running.smtp.nth(email, 3)).subject, 'Reset your password')
      await sleep(SETTLED_MS)
      t.equal(running.smtp.sentTo(email).length, 3)
    })

    t.test('sends the email the second time if sending failed the first time', async t => {
      const { browser, page, fields } = await signUp('unlucky@example.com')
      running.smtp.refuseNext(fields.email)
      await browser.submit(page, '/sign-up', fields)
      for (const end = Date.now() + 60_000; Date.now() < end && !running.log.some(line => line.includes('Sending an email failed'));) await sleep(20)
      await browser.submit(page, '/sign-up', fields)
      await running.smtp.nth(fields.email, 1)
    })

    t.test('with a code, at the same time, leads where the first submission leads', async t => {
      // The others look for the first one's result after half a second; a busy machine may not have finished it by then.
      const refusedOf = async (email: string) => {
        const { browser, page, fields } = await signUp(email)
        const asked = await browser.submit(page, '/sign-up', fields)
        const { code } = await running.smtp.nth(fields.email, 1)
        const answers = await Promise.all([1, 2, 3].map(async () => await browser.submit(asked, '/confirm', { code })))
        return answers.filter(({ html }) => /Go back to sign in|doesn’t work|has ended/.test(html)).length
      }
      let refused = 3
      for (let tries = 1; refused > 0 && tries <= 5; tries++) refused = await refusedOf(`quick-${tries}@example.com`)
      t.equal(refused, 0)
    })

    t.test('at the same time behind a link gets the first submission\'s result and counts as no refusal; an unknown link is refused', async t => {
      const { browser, page, fields } = await signUp('hasty@example.com')
      await browser.submit(page, '/sign-up', fields)
      await provider.inviteAccount({ email: 'guest@example.com' })
      const other = formBrowser(running.url)
      const atOnce = async (page: Page, action: string, fields: Record<string, string>) => await Promise.all([1, 2, 3].map(async () => await other.submit(page, action, fields)))
      refusals.length = 0
      const confirm = await other.open((await running.smtp.nth(fields.email, 1)).link)
      for (const { html } of await atOnce(confirm, '/oidc/confirm', { password })) t.match(html, 'Email address confirmed')
      await provider.forgotPassword({ email: fields.email })
      const chosen = { newPassword: 'staple of my horses' }
      const reset = await other.open((await running.smtp.nth(fields.email, 2)).link)
      for (const { html } of await atOnce(reset, '/oidc/reset', chosen)) t.match(html, 'Password saved')
      const invite = await other.open((await running.smtp.nth('guest@example.com', 1)).link)
      for (const { html } of await atOnce(invite, '/oidc/invite', chosen)) t.match(html, 'Password saved')
      t.strictSame(refusals, [])

      await Promise.all(([[confirm, '/oidc/confirm', { password }], [reset, '/oidc/reset', chosen], [invite, '/oidc/invite', chosen]] as const).map(async ([page, action, fields]) => {
        const answered: string[] = []
        await Promise.all(['x'.repeat(43), 'short'].map(async token => {
          t.match(await other.submit(page, action, { ...fields, token }), { status: 410, html: /This link doesn’t work/ })
          answered.push(token)
        }))
        t.equal(answered[0], 'short', 'a malformed token gets no wait')
      }))
      t.strictSame(refusals.map(({ code }) => code), Array(6).fill('IDENTITY_PROVIDER_ERR_INVALID_CODE'))
    })

    t.test('behind a link shows the first submission\'s result to someone who knows the password', async t => {
      const { browser, page, fields } = await signUp('link@example.com')
      await browser.submit(page, '/sign-up', fields)
      const other = formBrowser(running.url)
      const confirm = await other.open((await running.smtp.nth(fields.email, 1)).link)
      t.match((await twice(other, confirm, '/oidc/confirm', { password })).html, 'Email address confirmed')
      t.match((await other.submit(confirm, '/oidc/confirm', { password: 'another one of mine' })).html, 'This link doesn’t work')

      await browser.submit(await browser.open(page.url.href.replace('/sign-up', '/forgot')), '/forgot', { email: fields.email })
      const reset = await other.open((await running.smtp.nth(fields.email, 2)).link)
      t.match((await twice(other, reset, '/oidc/reset', { newPassword: 'staple of my horses' })).html, 'Password saved')
      t.match((await other.submit(reset, '/oidc/reset', { newPassword: 'another one of mine' })).html, 'This link doesn’t work')
    })
  })

  t.test(`${dialect}: a form that is submitted to two instances of the app at once sends one email`, async t => {
    const running = await startApp(t, dialect)
    const provider = running.app.providerEmbedded.createProvider(profileOf())
    const copy = await startApp(t, dialect, { copyOf: running })
    copy.app.providerEmbedded.createProvider(profileOf())
    for (const email of ['ida@example.com', 'joy@example.com', 'kim@example.com']) {
      await provider.signUpWithPassword({ email, password })
      await running.smtp.nth(email, 1)
      const browser = formBrowser(running.url)
      const page = await browser.open((await beginSignIn(running)).url)
      const csrf = /name="csrf" value="([^"]*)"/.exec(page.html)?.[1] ?? ''
      const headers = { cookie: cookieHeader([...browser.cookies.values()]), 'content-type': 'application/x-www-form-urlencoded' }
      await Promise.all([running, copy, running, copy].map(async ({ url }) => {
        const answer = await fetch(`${url}${page.url.pathname}/sign-up`, { method: 'POST', redirect: 'manual', headers, body: new URLSearchParams({ csrf, email, password }).toString() })
        t.equal(answer.status, 303)
      }))
      await running.smtp.nth(email, 2)
      await sleep(SETTLED_MS)
      t.equal(running.smtp.sentTo(email).length, 2)
    }
  })
}
