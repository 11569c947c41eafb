import { startPostgres } from '@latchkey/test-databases'
import t from 'tap'
import { callbackUrl, logoutUrl, profileOf, startApp } from './helpers/app.js'
import { beginSignIn, confirmedAccount, finishSignIn, password, signInByPage } from './helpers/client.js'
import { formBrowser } from './helpers/form-browser.js'

/** Details of the database and the code that clients must never see. */
const internals = /ECONNREFUSED|ECONNRESET|127\.0\.0\.1:\d+ |terminat|connect |SQL|postgres|latchkey_embedded_|node_modules|\n\s+at |stack/i

t.test('postgres: while the database is unavailable everything says so, and works again afterwards', async t => {
  // A separate server, because the other tests still need theirs.
  const postgres = await startPostgres()
  t.teardown(() => postgres.stop())
  const running = await startApp(t, 'postgres', { databaseUrl: postgres.url })
  const { app, url, smtp } = running
  const provider = app.providerEmbedded.createProvider(profileOf({ legacyImplicit: true }))
  const email = 'ada@example.com'
  const { subject } = await confirmedAccount(running, email)
  const { refreshToken, accessToken } = await provider.signInWithPassword({ email, password })
  await provider.forgotPassword({ email })
  const reset = await smtp.nth(email, 2)

  // One browser is half-way through a sign-in, and one is signed in, when the database goes away.
  const attempt = await beginSignIn(running)
  const waiting = formBrowser(url)
  const signInPage = await waiting.open(attempt.url)
  const linkPage = await formBrowser(url).open(reset.link)
  const legacyUrl = `${url}/oauth2/authorize?${new URLSearchParams({ client_id: 'default', response_type: 'token', redirect_uri: callbackUrl }).toString()}`
  const signedIn = formBrowser(url)
  const first = await beginSignIn(running)
  await finishSignIn(first, (await signInByPage(running, first.url, { email, password }, signedIn)).url)
  // The code is valid for a minute, but a busy machine may take longer for what follows.
  const now = Date.now()
  t.intercept(Date, 'now', { value: () => now, configurable: true })
  const code = (await signInByPage(running, attempt.url, { email, password })).url.searchParams.get('code') as string

  await postgres.pause()

  const clientAddress = '192.0.2.1'
  const methods: Record<string, () => Promise<unknown>> = {
    signInWithPassword: async () => await provider.signInWithPassword({ email, password, clientAddress }),
    signUpWithPassword: async () => await provider.signUpWithPassword({ email: 'new@example.com', password }),
    refreshTokens: async () => await provider.refreshTokens({ refreshToken: refreshToken as string }),
    forgotPassword: async () => { await provider.forgotPassword({ email }) },
    confirmForgottenPassword: async () => { await provider.confirmForgottenPassword({ email, code: reset.code, newPassword: 'another good one' }) },
    changePassword: async () => { await provider.changePassword({ email, oldPassword: password, newPassword: 'another good one', refreshToken: refreshToken as string }) },
    resendVerificationEmail: async () => { await provider.resendVerificationEmail({ email }) },
    confirmEmail: async () => { await provider.confirmEmail({ email, code: '123456', password }) },
    exchangeCode: async () => await provider.exchangeCode({ code, redirectUri: callbackUrl, codeVerifier: attempt.verifier, nonce: attempt.nonce }),
    deleteAccount: async () => { await provider.deleteAccount({ subject, email }) }
  }
  for (const [name, method] of Object.entries(methods)) {
    t.test(`${name} rejects with UNAVAILABLE, says when to try again, and keeps the cause`, async t => {
      const error = await method().then(() => undefined, (error: unknown) => error) as Error & { code: string, statusCode: number }
      t.match(error, { code: 'IDENTITY_PROVIDER_ERR_UNAVAILABLE', statusCode: 503, retryAfterSeconds: 5, headers: { 'retry-after': '5' } })
      t.ok(error.cause instanceof Error)
      t.notMatch(error.message, internals)
    })
  }

  t.test('what needs no database still works', async t => {
    await t.resolves(provider.loginUrl({ redirectUri: callbackUrl }))
    await t.resolves(provider.logoutUrl({ redirectUri: logoutUrl }))
    for (const path of ['.well-known/openid-configuration', 'jwks']) t.equal((await fetch(`${url}/oidc/${path}`)).status, 200, path)
  })

  t.test('the pages answer 503 and reveal nothing about the database', async t => {
    const pages = {
      'the sign-in page': await waiting.open(signInPage.url.href),
      'its form': await waiting.submit(signInPage, '/sign-in', { email, password }),
      'a link of an email': await formBrowser(url).open(reset.link),
      'the legacy sign-in': await formBrowser(url).open(legacyUrl),
      'the legacy sign-out': await signedIn.open(`${url}/logout?client_id=default&logout_uri=${encodeURIComponent(logoutUrl)}`)
    }
    for (const [what, page] of Object.entries(pages)) {
      t.equal(page.status, 503, what)
      t.equal(page.headers.get('retry-after'), '5', what)
      t.match(page.headers.get('content-type'), 'text/html', what)
      t.match(page.html, 'Temporarily unavailable', what)
      t.notMatch(page.html, internals, what)
    }
  })

  t.test('a password from a form is not logged then', async t => {
    t.notMatch(running.log.join(''), new RegExp(password))
    t.match(running.log.join(''), 'A database operation failed')
  })

  t.test('the OAuth endpoints answer temporarily_unavailable', async t => {
    const form = (fields: Record<string, string>) => ({ method: 'POST', body: new URLSearchParams({ client_id: 'default', ...fields }) })
    const answers = {
      token: await fetch(`${url}/oidc/token`, form({ grant_type: 'refresh_token', refresh_token: refreshToken as string })),
      code: await fetch(`${url}/oidc/token`, form({ grant_type: 'authorization_code', code, redirect_uri: callbackUrl, code_verifier: attempt.verifier })),
      userinfo: await fetch(`${url}/oidc/me`, { headers: { authorization: `Bearer ${accessToken}` } }),
      revocation: await fetch(`${url}/oidc/token/revocation`, form({ token: refreshToken as string }))
    }
    for (const [what, answer] of Object.entries(answers)) {
      const body = await answer.text()
      t.equal(answer.status, 503, what)
      t.equal(answer.headers.get('retry-after'), '5', what)
      t.match(body, /"error":"temporarily_unavailable"/, what)
      t.notMatch(body, internals, what)
    }
  })

  t.test('the authorization endpoint tells the app, and the logout page the browser', async t => {
    const { status, html, url: arrived } = await formBrowser(url).open(attempt.url)
    t.equal(status, 0, 'back at the app')
    t.match(Object.fromEntries(arrived.searchParams), { error: 'temporarily_unavailable', state: attempt.state })
    t.notMatch(arrived.search + html, internals)
    const again = await signedIn.open(first.url)
    t.match(Object.fromEntries(again.url.searchParams), { error: 'temporarily_unavailable' }, 'in a browser that is signed in')
    const logout = await signedIn.open(await provider.logoutUrl({ redirectUri: logoutUrl }) as string)
    t.equal(logout.status, 503)
    t.equal(logout.headers.get('retry-after'), '5')
    t.match(logout.html, 'Temporarily unavailable')
    t.notMatch(logout.html, internals)
  })

  t.test('everything works again afterwards, without a restart', async t => {
    await postgres.resume()
    await t.resolves(provider.signInWithPassword({ email, password }))
    await t.resolves(provider.refreshTokens({ refreshToken: refreshToken as string }))
    await t.resolves(provider.exchangeCode({ code, redirectUri: callbackUrl, codeVerifier: attempt.verifier, nonce: attempt.nonce }))
    const arrived = await waiting.submit(await waiting.open(signInPage.url.href), '/sign-in', { email, password })
    t.ok((await finishSignIn(attempt, arrived.url)).id_token, 'the sign-in that was started before')
    const saved = await formBrowser(url).open(linkPage.url.href)
    t.equal(saved.status, 200, 'and the link')
  })
})
