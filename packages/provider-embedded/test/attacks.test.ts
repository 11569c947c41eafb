import database from '@latchkey/database'
import { dialects } from '@latchkey/test-databases'
import Fastify from 'fastify'
import { decodeJwt } from 'jose'
import { connect } from 'node:http2'
import t, { type Test } from 'tap'
import providerEmbedded from '../dist/index.js'
import { callbackUrl, logoutUrl, profileOf, startApp, type TestApp } from './helpers/app.js'
import { beginSignIn, confirmedAccount, password } from './helpers/client.js'
import { cookieHeader, formBrowser, type FormBrowser } from './helpers/form-browser.js'
import { holdWaits } from './helpers/waits.js'

const throttled = { code: 'IDENTITY_PROVIDER_ERR_THROTTLED' }
const refused = { code: 'IDENTITY_PROVIDER_ERR_INVALID_CREDENTIALS' }
const invalidCode = { code: 'IDENTITY_PROVIDER_ERR_INVALID_CODE' }

/** The password that an attacker chose for someone else's address. */
const attackers = 'what the attacker chose'

/** Signs up on the page, by default in a new browser. @returns the page that it ends on */
async function signUpByPage (running: TestApp, fields: Record<string, string>, browser = formBrowser(running.url)) {
  const page = await browser.open((await beginSignIn(running)).url)
  return await browser.submit(await browser.open(`${page.url.href}/sign-up`), '/sign-up', { password, ...fields })
}

for (const dialect of dialects) {
  t.test(dialect, async t => {
    const running = await startApp(t, dialect)
    const provider = running.app.providerEmbedded.createProvider(profileOf())

    async function triesByKey (email: string): Promise<Record<string, number>> {
      // The notes about emails being sent are in this table too, but don't refuse anything.
      const rows = await running.app.db.selectFrom('latchkey_embedded_attempts').select(['key', 'tries']).where('key', 'not like', 'email%OfSignIn:%').execute()
      return Object.fromEntries(rows.map(({ key, tries }) => [key.replace(email, '<email>'), tries]))
    }

    t.test('the limits do not reveal whether an address that signs up on the page had an account', async t => {
      const counted = []
      await confirmedAccount(running, 'had-one@example.com')
      await provider.signUpWithPassword({ email: 'had-half@example.com', password })
      for (const email of ['had-one@example.com', 'had-none@example.com', 'had-half@example.com']) {
        await running.app.db.deleteFrom('latchkey_embedded_attempts').execute()
        t.match((await signUpByPage(running, { email })).html, 'Check your email')
        counted.push(await triesByKey(email))
        // Emails to it are limited in each case: together with the sign-up these are four.
        for (let times = 1; times <= 3; times++) await provider.forgotPassword({ email, clientAddress: '127.0.0.1' })
        await t.rejects(provider.forgotPassword({ email, clientAddress: '127.0.0.1' }), throttled, email)
      }
      t.strictSame(counted[0], counted[1])
      t.strictSame(counted[0], counted[2])
    })

    t.test('the email about an existing account has no code, because the page waits for another one', async t => {
      const email = 'told@example.com'
      await confirmedAccount(running, email)
      await signUpByPage(running, { email })
      const { subject, code, link, text } = await running.smtp.nth(email, 2)
      t.match(subject, 'You already have an account')
      t.equal(code, '')
      t.notMatch(text, 'this code')
      t.match((await formBrowser(running.url).open(link)).html, 'Choose a new password')
    })

    t.test('addresses in one IPv6 network are the same client; IPv4 addresses are not, however they are written', async t => {
      const signIn = async (email: string, clientAddress: string) => await provider.signInWithPassword({ email, password: 'wrong wrong', clientAddress })
      for (let tries = 1; tries <= 30; tries++) await t.rejects(signIn(`v6-${tries}@example.com`, `2001:db8:1:2::${tries.toString(16)}`), refused)
      await holdWaits(running)
      await t.rejects(signIn('v6-31@example.com', '2001:db8:1:2:ffff:ffff:ffff:ffff'), throttled)
      await t.rejects(signIn('v6-32@example.com', '2001:DB8:1:2:0:0:0:1%eth0'), throttled)
      await t.rejects(signIn('v6-33@example.com', '2001:db8:1:3::1'), refused)
      for (let tries = 1; tries <= 30; tries++) await t.rejects(signIn(`v4-${tries}@example.com`, '::ffff:192.0.2.50'), refused)
      await holdWaits(running)
      await t.rejects(signIn('v4-31@example.com', '192.0.2.50'), throttled)
      await t.rejects(signIn('v4-32@example.com', '::ffff:192.0.2.51'), refused)
      await t.rejects(signIn('v4-33@example.com', 'unix socket'), refused, 'everything that is not an address is one client')
    })

    t.test('names have no control characters and a maximum length', async t => {
      const email = 'named@example.com'
      await provider.signUpWithPassword({ email, password, firstName: '\0A\r\nBcc: x@example.com\u0007', lastName: 'é'.repeat(100_000) })
      await provider.confirmEmail({ email, code: (await running.smtp.nth(email, 1)).code, password })
      const claims = decodeJwt((await provider.signInWithPassword({ email, password })).idToken)
      t.equal(claims.given_name, 'A Bcc: x@example.com')
      t.equal(claims.family_name, 'é'.repeat(255))
      t.equal((await signUpByPage(running, { email: 'named-too@example.com', firstName: 'A\0B' })).status, 200)
      await provider.signUpWithPassword({ email: 'unnamed@example.com', password, firstName: ' \0 ' })
      const row = await running.app.db.selectFrom('latchkey_embedded_accounts').select('first_name').where('email', '=', 'unnamed@example.com').executeTakeFirstOrThrow()
      t.equal(row.first_name, null)
    })

    async function isOwners (t: Test, email: string): Promise<void> {
      await t.rejects(provider.signInWithPassword({ email, password: attackers }), refused, 'not with the attacker\'s password')
      await t.resolves(provider.signInWithPassword({ email, password }), 'with the owner\'s password')
    }

    const isConfirmed = async (email: string) =>
      (await running.app.db.selectFrom('latchkey_embedded_accounts').select('email_verified').where('email', '=', email).executeTakeFirstOrThrow()).email_verified === 1

    for (const sentAgain of [false, true]) {
      t.test(`the owner of an address that someone else signed up with signs up on the page and gets the account, with the code ${sentAgain ? 'that was sent again' : 'from the first email'}`, async t => {
        const email = `before-${sentAgain}@example.com`
        await provider.signUpWithPassword({ email, password: attackers, firstName: 'Mallory' })
        const before = await running.smtp.nth(email, 1)
        const browser = formBrowser(running.url)
        let page = await signUpByPage(running, { email, firstName: 'Ada' }, browser)
        let sent = await running.smtp.nth(email, 2)
        t.equal(sent.subject, before.subject, 'a confirmation like any other')
        t.equal(await isConfirmed(email), false)
        if (sentAgain) {
          page = await browser.submit(page, '/confirm/resend')
          sent = await running.smtp.nth(email, 3)
        }
        t.equal((await browser.submit(page, '/confirm', { code: sent.code })).status, 0, 'back at the app')
        await isOwners(t, email)
        t.equal(decodeJwt((await provider.signInWithPassword({ email, password })).idToken).given_name, 'Ada')
      })
    }

    for (const [way, attack] of [
      ['at the page', async (email: string) => { t.match((await signUpByPage(running, { email, password: attackers })).html, 'Check your email') }],
      ['by the API', async (email: string) => { await t.rejects(provider.signUpWithPassword({ email, password: attackers }), { code: 'IDENTITY_PROVIDER_ERR_ACCOUNT_EXISTS' }) }]
    ] as const) {
      t.test(`someone who signs up ${way} after the owner, before the code is entered, gets nothing`, async t => {
        const email = `after-${way.replaceAll(' ', '-')}@example.com`.toLowerCase()
        const browser = formBrowser(running.url)
        const page = await signUpByPage(running, { email }, browser)
        const first = await running.smtp.nth(email, 1)
        await attack(email)
        const { code } = way === 'at the page' ? await running.smtp.nth(email, 2) : first
        t.equal((await browser.submit(page, '/confirm', { code })).status, 0, 'back at the app')
        await isOwners(t, email)
      })
    }

    const claimsAs = async (email: string, secret: string) => decodeJwt((await provider.signInWithPassword({ email, password: secret })).idToken)

    for (const [way, confirm] of [
      ['by signing up at the page', async (email: string) => {
        const browser = formBrowser(running.url)
        const page = await signUpByPage(running, { email, firstName: 'Ada' }, browser)
        t.equal((await browser.submit(page, '/confirm', { code: (await running.smtp.nth(email, 2)).code })).status, 0)
      }],
      ['by the link of a sign-up at the page', async (email: string) => {
        await signUpByPage(running, { email, firstName: 'Ada' })
        const browser = formBrowser(running.url)
        await browser.submit(await browser.open((await running.smtp.nth(email, 2)).link), '/oidc/confirm', { password })
      }],
      ['by the code for a forgotten password', async (email: string) => {
        await provider.forgotPassword({ email })
        await provider.confirmForgottenPassword({ email, code: (await running.smtp.nth(email, 2)).code, newPassword: password })
      }],
      ['by the link for a forgotten password', async (email: string) => {
        await provider.forgotPassword({ email })
        const browser = formBrowser(running.url)
        await browser.submit(await browser.open((await running.smtp.nth(email, 2)).link), '/oidc/reset', { newPassword: password })
      }],
      ['by an invitation', async (email: string) => {
        await provider.inviteAccount({ email, firstName: 'Ada' })
        await t.rejects(provider.signInWithPassword({ email, password: attackers }), refused, 'also before it is accepted')
        const browser = formBrowser(running.url)
        await browser.submit(await browser.open((await running.smtp.nth(email, 2)).link), '/oidc/invite', { newPassword: password })
      }]
    ] as const) {
      t.test(`an account that someone else created gets a new subject, names and password when the owner confirms it ${way}`, async t => {
        const email = `${way.replaceAll(' ', '-')}@example.com`
        const { subject } = await provider.signUpWithPassword({ email, password: attackers, firstName: 'Mallory', lastName: 'Mallory' })
        await running.smtp.nth(email, 1)
        await confirm(email)
        await isOwners(t, email)
        const claims = await claimsAs(email, password)
        t.not(claims.sub, subject)
        t.notMatch(JSON.stringify(claims), 'Mallory')
        t.equal(claims.given_name, way.includes('forgotten') ? undefined : 'Ada')
        t.equal((await claimsAs(email, password)).sub, claims.sub, 'which stays')
      })
    }

    for (const [way, confirm] of [
      ['by the code', async (email: string) => { await provider.confirmEmail({ email, code: (await running.smtp.nth(email, 1)).code, password }) }],
      ['by the link', async (email: string) => {
        const browser = formBrowser(running.url)
        await browser.submit(await browser.open((await running.smtp.nth(email, 1)).link), '/oidc/confirm', { password })
      }],
      ['by signing in at the page', async (email: string) => {
        await running.smtp.nth(email, 1)
        const browser = formBrowser(running.url)
        const page = await browser.submit(await browser.open((await beginSignIn(running)).url), '/sign-in', { email, password })
        t.equal((await browser.submit(page, '/confirm', { code: (await running.smtp.nth(email, 2)).code })).status, 0)
      }]
    ] as const) {
      t.test(`an account stays the same if its own password confirms it ${way}, and if that is forgotten later`, async t => {
        const email = `same-${way.replaceAll(' ', '-')}@example.com`
        const { subject } = await provider.signUpWithPassword({ email, password, firstName: 'Ada', lastName: 'Lovelace' })
        await confirm(email)
        t.match(await claimsAs(email, password), { sub: subject, given_name: 'Ada', family_name: 'Lovelace' })
        await provider.forgotPassword({ email })
        const { code } = await running.smtp.nth(email, way.includes('signing in') ? 3 : 2)
        await provider.confirmForgottenPassword({ email, code, newPassword: attackers })
        t.match(await claimsAs(email, attackers), { sub: subject, given_name: 'Ada', family_name: 'Lovelace' })
      })
    }

    t.test('on the page, the emailed code does not confirm without a password that was entered there', async t => {
      const email = 'no-password@example.com'
      await provider.signUpWithPassword({ email, password: attackers })
      const { code } = await running.smtp.nth(email, 1)
      const browser = formBrowser(running.url)
      const begun = await browser.open((await beginSignIn(running)).url)
      await browser.submit(await browser.open(`${begun.url.href}/forgot`), '/forgot', { email })
      const refusal = await browser.submit(await browser.open(`${begun.url.href}/confirm`), '/confirm', { code })
      t.equal(refusal.status, 400)
      t.match(refusal.html, 'enter your password first')
      t.equal(await isConfirmed(email), false)
      await browser.submit(await browser.open(`${begun.url.href}/sign-up`), '/sign-up', { email, password })
      await browser.submit(await browser.open(`${begun.url.href}/forgot`), '/forgot', { email: 'another@example.com' })
      t.match((await browser.submit(await browser.open(`${begun.url.href}/confirm`), '/confirm', { code })).html, 'enter your password first', 'nor with the password for another address')
    })

    t.test('signing in on the page before the address is confirmed leads to the code and keeps the password', async t => {
      const email = 'unconfirmed@example.com'
      await provider.signUpWithPassword({ email, password })
      await running.smtp.nth(email, 1)
      const browser = formBrowser(running.url)
      const page = await browser.submit(await browser.open((await beginSignIn(running)).url), '/sign-in', { email, password })
      t.match(page.html, 'Check your email')
      const stored = JSON.stringify(await running.app.db.selectFrom('latchkey_embedded_records').selectAll().execute())
      t.notOk(stored.includes(password), 'as a hash')
      t.equal((await browser.submit(page, '/confirm', { code: (await running.smtp.nth(email, 2)).code })).status, 0)
      await isOwners(t, email)
    })

    t.test('the link for an account that someone else created confirms nothing without its password, and stays valid', async t => {
      const email = 'linked@example.com'
      await provider.signUpWithPassword({ email, password: attackers })
      const { link } = await running.smtp.nth(email, 1)
      const browser = formBrowser(running.url)
      const page = await browser.open(link)
      t.match(page.html, 'Ignore the email')
      t.match(page.html, 'autocomplete="current-password"')
      for (const [typed, status] of [['', 400], [password, 401]] as const) {
        const refusal = await browser.submit(page, '/oidc/confirm', { password: typed })
        t.equal(refusal.status, status)
        t.match(refusal.html, 'role="alert"')
        t.match(refusal.html, 'aria-invalid="true"')
        t.equal(await isConfirmed(email), false)
      }
      t.match(await triesByKey(email), { 'passwordOfAccountFrom:<email>|127.0.0.1': 1 }, 'counted like a sign-in')
      t.match((await browser.submit(page, '/oidc/confirm', { password: attackers })).html, 'Email address confirmed', 'with both link and password')
      await t.resolves(provider.signInWithPassword({ email, password: attackers }))
    })

    t.test('too many wrong passwords at a link have to wait, and so do other kinds of attempts', async t => {
      const [email, clientAddress] = ['guessed-link@example.com', '127.0.0.1']
      await provider.signUpWithPassword({ email, password })
      const { link, code } = await running.smtp.nth(email, 1)
      const browser = formBrowser(running.url)
      const page = await browser.open(link)
      for (let tries = 1; tries <= 3; tries++) t.equal((await browser.submit(page, '/oidc/confirm', { password: 'wrong wrong' })).status, 401)
      for (let tries = 1; tries <= 2; tries++) await t.rejects(provider.confirmEmail({ email, code, password: 'wrong wrong', clientAddress }), invalidCode)
      await holdWaits(running)
      await t.rejects(provider.signInWithPassword({ email, password, clientAddress }), throttled)
      await t.rejects(provider.confirmEmail({ email, code, password, clientAddress }), throttled)
      const late = await browser.submit(page, '/oidc/confirm', { password })
      t.equal(late.status, 429)
      t.match(late.html, 'Too many attempts')
      t.equal(await isConfirmed(email), false)
    })

    t.test('the link of a sign-up on the page accepts the password of that sign-up, whoever created the account', async t => {
      const email = 'link-of-page@example.com'
      await provider.signUpWithPassword({ email, password: attackers })
      await running.smtp.nth(email, 1)
      await signUpByPage(running, { email })
      const { link } = await running.smtp.nth(email, 2)
      const browser = formBrowser(running.url)
      t.match((await browser.submit(await browser.open(link), '/oidc/confirm', { password })).html, 'Email address confirmed')
      await isOwners(t, email)
    })

    t.test('a link that someone else\'s sign-up on the page requested accepts the account\'s password and does not set theirs', async t => {
      const email = 'link-of-attacker@example.com'
      await provider.signUpWithPassword({ email, password })
      await running.smtp.nth(email, 1)
      await signUpByPage(running, { email, password: attackers })
      const { link } = await running.smtp.nth(email, 2)
      const browser = formBrowser(running.url)
      t.match((await browser.submit(await browser.open(link), '/oidc/confirm', { password })).html, 'Email address confirmed')
      await isOwners(t, email)
    })

    t.test('confirmEmail without the right password confirms nothing and reveals nothing; the code stays valid', async t => {
      const email = 'code-only@example.com'
      await provider.signUpWithPassword({ email, password })
      const { code } = await running.smtp.nth(email, 1)
      const wrongCode = code === '000000' ? '000001' : '000000'
      const told = []
      for (const request of [{ email, code }, { email, code, password: attackers }, { email, code: wrongCode, password: attackers }, { email, code: wrongCode, password }, { email: 'nobody-at-all@example.com', code, password }]) {
        const { code: name, message, statusCode } = await provider.confirmEmail(request).then(() => ({}), (error: unknown) => error) as Error & { code: string, statusCode: number }
        told.push({ name, message, statusCode })
        t.equal(await isConfirmed(email), false)
      }
      t.equal(told[0]?.name, invalidCode.code)
      for (const answer of told) t.strictSame(answer, told[0])
      const row = await running.app.db.selectFrom('latchkey_embedded_codes').select('tries').where('email', '=', email).executeTakeFirstOrThrow()
      t.equal(row.tries, 1, 'only requests with the right password count as attempts on the code')
      await t.resolves(provider.confirmEmail({ email, code, password }))
      await t.resolves(provider.signInWithPassword({ email, password }))
    })

    t.test('a new password invalidates earlier codes and links, however it was set', async t => {
      const email = 'read-along@example.com'
      await provider.signUpWithPassword({ email, password })
      const confirmation = await running.smtp.nth(email, 1)
      await provider.forgotPassword({ email })
      await provider.confirmForgottenPassword({ email, code: (await running.smtp.nth(email, 2)).code, newPassword: 'another good one' })
      await t.rejects(provider.confirmEmail({ email, code: confirmation.code, password: 'another good one' }), invalidCode)
      await provider.forgotPassword({ email })
      const reset = await running.smtp.nth(email, 3)
      await provider.changePassword({ email, oldPassword: 'another good one', newPassword: 'a third good one' })
      await t.rejects(provider.confirmForgottenPassword({ email, code: reset.code, newPassword: 'what they want' }), invalidCode)
      t.equal((await formBrowser(running.url).open(reset.link)).status, 410)
      await t.resolves(provider.signInWithPassword({ email, password: 'a third good one' }))
    })
  })
}

t.test('an app that others can reach has no outbox page, even if production was not set', async t => {
  const { app } = await startApp(t, 'sqlite', { withoutSmtp: true, production: false, publicUrl: 'https://app.example.com' })
  t.equal((await app.inject('/oidc/outbox')).statusCode, 404)
})

t.test('behind TLS, sibling domains cannot set the session and form cookies', async t => {
  const publicUrl = 'https://app.example.com'
  const running = await startApp(t, 'sqlite', { publicUrl })
  const { app } = running
  const provider = app.providerEmbedded.createProvider(profileOf({ legacyImplicit: true }))
  await confirmedAccount(running, 'ada@example.com')
  const cookies: Record<string, string> = {}
  const setCookies: string[] = []
  const ask = async (url: string, form?: Record<string, string>) => {
    const response = await app.inject({
      url: url.replace(publicUrl, ''),
      cookies,
      ...(form === undefined ? {} : { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload: new URLSearchParams(form).toString() })
    })
    for (const { name, value } of response.cookies) cookies[name] = value
    setCookies.push(...[response.headers['set-cookie'] ?? []].flat())
    return response
  }
  const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
  const started = await ask(await provider.loginUrl({ redirectUri: callbackUrl, codeChallenge: challenge }) as string)
  const page = await ask(started.headers.location as string)
  const [, csrf = ''] = /name="csrf" value="([^"]*)"/.exec(page.body) ?? []
  const signedIn = await ask(`${started.headers.location as string}/sign-in`, { csrf, email: 'ada@example.com', password })
  const done = await ask(signedIn.headers.location as string)
  t.match(done.headers.location, `${callbackUrl}?code=`)
  await ask(`/oauth2/authorize?${new URLSearchParams({ client_id: 'default', response_type: 'token', redirect_uri: callbackUrl }).toString()}`)
  const [begun = '', legacy = ''] = ['begun', 'legacy'].map(kind => Object.keys(cookies).find(name => name.startsWith(`__Host-latchkey_${kind}_`)))
  for (const name of ['__Host-latchkey_session', '__Host-latchkey_session.sig', '__Host-latchkey_csrf', legacy, begun]) {
    const line = setCookies.find(line => line.startsWith(`${name}=`)) ?? ''
    // What browsers require for the prefix.
    t.match(line, /; path=\/(;|$)/i, name)
    t.match(line, /; secure(;|$)/i, name)
    t.match(line, /; httponly(;|$)/i, name)
    t.notMatch(line, /; domain=/i, name)
  }
  t.notOk(Object.keys(cookies).some(name => /^latchkey_(session|csrf|legacy|begun)/.test(name)))

  // Only a secure cookie can clear a cookie with this prefix.
  setCookies.length = 0
  await ask(`/logout?${new URLSearchParams({ client_id: 'default', logout_uri: logoutUrl }).toString()}`)
  t.match(setCookies.find(line => line.startsWith('__Host-latchkey_session=;')), /; secure(;|$)/i)
})

t.test('a sign-in continues only in the browser that started it', async t => {
  const running = await startApp(t, 'sqlite')
  running.app.providerEmbedded.createProvider(profileOf())
  const [attacker, victim] = ['mallory@example.com', 'ada@example.com']
  await confirmedAccount(running, attacker)
  await confirmedAccount(running, victim)

  /** Starts a sign-in in one browser, and puts the cookies of `oidc-provider` into another one, as a sibling domain can. */
  async function plant (from: FormBrowser, into: FormBrowser) {
    const page = await from.open((await beginSignIn(running)).url)
    const planted = [...from.cookies].filter(([, { name }]) => /^latchkey_(interaction|resume)/.test(name))
    t.equal(planted.length, 4)
    for (const [key, cookie] of planted) into.cookies.set(key, cookie)
    return page
  }

  t.test('so that nobody can be made to sign in for somebody else', async t => {
    const into = formBrowser(running.url)
    const { url } = await plant(formBrowser(running.url), into)
    const { status, html } = await into.open(url.href)
    t.equal(status, 400)
    t.match(html, 'This sign-in has ended')
    // Nor with a form from a sign-in of their own.
    const own = await into.open((await beginSignIn(running)).url)
    const sent = await into.submit({ ...own, html: own.html.replaceAll(own.url.pathname, url.pathname) }, '/sign-in', { email: victim, password })
    t.equal(sent.status, 400)
  })

  t.test('so that nobody can be signed in as somebody else', async t => {
    const [from, into] = [formBrowser(running.url), formBrowser(running.url)]
    const page = await plant(from, into)
    const { uid } = /\/interaction\/(?<uid>[^/]+)$/.exec(page.url.pathname)?.groups as { uid: string }
    const response = await fetch(`${page.url.href}/sign-in`, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': 'application/x-www-form-urlencoded', cookie: cookieHeader([...from.cookies.values()]) },
      body: new URLSearchParams({ csrf: /name="csrf" value="([^"]*)"/.exec(page.html)?.[1] ?? '', email: attacker, password }).toString()
    })
    t.match(response.headers.get('location'), `/oidc/auth/${uid}`)
    const other = await into.open(`${running.url}/oidc/auth/${uid}`)
    t.equal(other.status, 400)
    t.match((await from.open(`${running.url}/oidc/auth/${uid}`)).url.href, `${callbackUrl}?code=`, 'it goes on in its own browser')
  })

  t.test('of which a browser keeps ten, so that its cookies fit into a request', async t => {
    const browser = formBrowser(running.url)
    const pages = []
    for (let times = 1; times <= 12; times++) pages.push(await browser.open((await beginSignIn(running)).url))
    t.equal([...browser.cookies.values()].filter(({ name }) => name.startsWith('latchkey_begun_')).length, 10)
    t.strictSame(await Promise.all(pages.map(async ({ url }) => (await browser.open(url.href)).status)), [400, 400, ...Array.from({ length: 10 }, () => 200)])
  })
})

t.test('over HTTP/2 too, no URL is built from the host in a request', async t => {
  const app = Fastify({ http2: true })
  t.teardown(() => app.close())
  await app.register(database, { url: 'sqlite::memory:' })
  await app.register(providerEmbedded, { publicUrl: 'https://app.example.com' })
  const session = connect(await app.listen({ port: 0, host: '127.0.0.1' }))
  t.teardown(() => { session.close() })
  const request = session.request({ ':path': '/oidc/.well-known/openid-configuration', ':authority': 'evil.example' }).setEncoding('utf8')
  let body = ''
  for await (const chunk of request) body += String(chunk)
  t.match(JSON.parse(body), { issuer: 'https://app.example.com/oidc', token_endpoint: 'https://app.example.com/oidc/token' })
  t.notMatch(body, 'evil')
})
