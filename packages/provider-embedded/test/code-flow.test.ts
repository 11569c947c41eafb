import { dialects } from '@latchkey/test-databases'
import * as oidc from 'openid-client'
import t from 'tap'
import { callbackUrl, logoutUrl, profileOf, startApp } from './helpers/app.js'
import { beginSignIn, confirmedAccount, finishSignIn, password, signInByPage } from './helpers/client.js'
import { formBrowser } from './helpers/form-browser.js'

for (const dialect of dialects) {
  t.test(dialect, async t => {
    const running = await startApp(t, dialect)
    const provider = running.app.providerEmbedded.createProvider(profileOf())
    const email = 'ada@example.com'
    const { subject } = await confirmedAccount(running, email)

    t.test('openid-client signs in by authorization code with PKCE, refreshes and signs out', async t => {
      const begun = Math.floor(Date.now() / 1000)
      const browser = formBrowser(running.url)
      const attempt = await beginSignIn(running)
      const arrived = await signInByPage(running, attempt.url, { email, password }, browser)
      t.equal(arrived.url.origin + arrived.url.pathname, callbackUrl)
      const tokens = await finishSignIn(attempt, arrived.url)
      t.match(tokens.claims(), { sub: subject, email, email_verified: true, given_name: 'Ada', family_name: 'Lovelace', aud: 'default' })

      const { auth_time: authTime } = tokens.claims() as { auth_time: number }
      t.ok(authTime >= begun && authTime <= Date.now() / 1000, 'the time of the sign-in')

      await new Promise(resolve => setTimeout(resolve, 1100))
      const refreshed = await oidc.refreshTokenGrant(attempt.config, tokens.refresh_token as string)
      t.match(refreshed.claims(), { sub: subject, email, auth_time: authTime }, 'a refreshed token belongs to the same sign-in')
      t.match((await oidc.refreshTokenGrant(attempt.config, refreshed.refresh_token as string)).claims(), { auth_time: authTime })

      const again = await beginSignIn(running)
      t.ok((await browser.open(again.url)).url.searchParams.has('code'), 'a browser that is signed in is not asked again')

      const asked = await browser.open(oidc.buildEndSessionUrl(attempt.config, { id_token_hint: tokens.id_token as string, post_logout_redirect_uri: logoutUrl, state: 'bye' }).href)
      t.match(asked.html, 'Sign out')
      const out = await browser.submit(asked, '/session/end/confirm', { logout: 'yes' })
      t.equal(out.url.href, `${logoutUrl}?state=bye`)
      t.match((await browser.open((await beginSignIn(running)).url)).html, 'Password')
      await t.rejects(oidc.refreshTokenGrant(attempt.config, refreshed.refresh_token as string), { code: 'OAUTH_RESPONSE_BODY_ERROR', message: /./ })
    })

    t.test('an app that asks for consent gets a code only if the person agrees', async t => {
      running.app.providerEmbedded.createProvider(profileOf({ id: 'asking', consent: true }))
      const browser = formBrowser(running.url)
      const attempt = await beginSignIn(running, { clientId: 'asking', scope: 'openid email profile offline_access', prompt: 'consent' })
      const asked = await signInByPage(running, attempt.url, { email, password }, browser)
      t.match(asked.html, 'See your email address')
      t.equal((await browser.submit(asked, '/consent', { answer: 'deny' })).url.searchParams.get('error'), 'access_denied')

      const second = await beginSignIn(running, { clientId: 'asking', scope: 'openid email profile offline_access', prompt: 'consent' })
      const arrived = await browser.submit(await browser.open(second.url), '/consent', { answer: 'allow' })
      const tokens = await finishSignIn(second, arrived.url)
      t.match(tokens.claims(), { email })
      t.ok(tokens.refresh_token)
    })

    t.test('an address that is allowed for all profiles works like their own, until it is no longer allowed', async t => {
      const [callback, out] = ['https://other.example.com/callback', 'https://other.example.com/signed-out']
      const { allowRedirects } = running.app.providerEmbedded
      const refused = async () => {
        await t.rejects(provider.loginUrl({ redirectUri: callback }), { code: 'IDENTITY_PROVIDER_ERR_REDIRECT_NOT_ALLOWED' })
        await t.rejects(provider.logoutUrl({ redirectUri: out }), { code: 'IDENTITY_PROVIDER_ERR_REDIRECT_NOT_ALLOWED' })
        t.equal((await fetch((await beginSignIn(running, { redirect_uri: callback })).url, { redirect: 'manual' })).status, 400)
      }
      await refused()
      allowRedirects({ callbackUrls: [callback], logoutUrls: [out] })
      t.match(await provider.loginUrl({ redirectUri: callback }), encodeURIComponent(callback))
      t.match(await provider.logoutUrl({ redirectUri: out }), encodeURIComponent(out))
      t.ok(await provider.loginUrl({ redirectUri: callbackUrl }), 'their own still work')
      const attempt = await beginSignIn(running, { redirect_uri: callback })
      const arrived = await signInByPage(running, attempt.url, { email, password })
      t.equal(arrived.url.origin + arrived.url.pathname, callback)
      const code = arrived.url.searchParams.get('code') as string
      t.ok((await provider.exchangeCode({ code, redirectUri: callback, codeVerifier: attempt.verifier, nonce: attempt.nonce })).idToken)

      allowRedirects({ callbackUrls: [], logoutUrls: [] })
      await refused()
    })

    t.test('a retired profile is no longer a client, unless it has been opened again', async t => {
      const begin = async () => (await fetch((await beginSignIn(running, { clientId: 'retiring' })).url, { redirect: 'manual' })).status
      const first = running.app.providerEmbedded.createProvider(profileOf({ id: 'retiring' }))
      t.equal(await begin(), 303)
      const second = running.app.providerEmbedded.createProvider(profileOf({ id: 'retiring' }))
      first.retire?.()
      t.equal(await begin(), 303)
      second.retire?.()
      t.equal(await begin(), 400)
    })

    t.test('the server exchanges a code for the client, once', async t => {
      const attempt = await beginSignIn(running)
      const arrived = await signInByPage(running, attempt.url, { email, password })
      const code = arrived.url.searchParams.get('code') as string
      await t.rejects(provider.exchangeCode({ code, redirectUri: callbackUrl }), { code: 'IDENTITY_PROVIDER_ERR_INVALID_CODE' }, 'not without its verifier')
      const tokens = await provider.exchangeCode({ code, redirectUri: callbackUrl, codeVerifier: attempt.verifier, nonce: attempt.nonce })
      await t.resolves(provider.refreshTokens({ refreshToken: tokens.refreshToken as string }))
      await t.rejects(provider.exchangeCode({ code, redirectUri: callbackUrl, codeVerifier: attempt.verifier }), { code: 'IDENTITY_PROVIDER_ERR_INVALID_CODE' })
    })

    t.test('a changed password signs out every browser', async t => {
      const mine = 'browser@example.com'
      await confirmedAccount(running, mine)
      const browser = formBrowser(running.url)
      await signInByPage(running, (await beginSignIn(running)).url, { email: mine, password }, browser)
      await provider.changePassword({ email: mine, oldPassword: password, newPassword: 'another good one' })
      t.match((await browser.open((await beginSignIn(running)).url)).html, 'name="password"')
    })
  })
}

t.test('browsers are redirected only to addresses that are registered exactly', async t => {
  const running = await startApp(t, 'sqlite')
  running.app.providerEmbedded.createProvider(profileOf())
  running.app.providerEmbedded.createProvider(profileOf({ id: 'native', callbackUrls: ['acme:/callback', 'http://127.0.0.1/callback'] }))
  const foreign: [string, string][] = [
    ['another site', 'https://evil.example/callback'],
    ['a longer path', `${callbackUrl}/more`],
    ['a query', `${callbackUrl}?next=https://evil.example`],
    ['another port', callbackUrl.replace(':9', ':10')],
    ['another case', callbackUrl.toUpperCase()],
    ['a script', 'javascript:alert(1)']
  ]
  for (const [what, redirectUri] of foreign) {
    const page = await formBrowser(running.url).open((await beginSignIn(running, { redirect_uri: redirectUri })).url)
    t.equal(page.status, 400, `${what}: not after sign-in`)
    t.match(page.html, 'can’t be completed')
    const out = await formBrowser(running.url).open(`${running.url}/oidc/session/end?client_id=default&post_logout_redirect_uri=${encodeURIComponent(redirectUri)}`)
    t.equal(out.status, 400, `${what}: not after sign-out`)
  }
  const port = await formBrowser(running.url).open((await beginSignIn(running, { clientId: 'native', redirect_uri: 'http://127.0.0.1:4711/callback' })).url)
  t.equal(port.status, 400, 'nor to another port of a native app')
})

for (const dialect of dialects) {
  t.test(`${dialect}: an app on a device can sign in, whatever addresses are allowed for all profiles`, async t => {
    const running = await startApp(t, dialect)
    const { app, url } = running
    const [callback, out] = ['com.example.app:/callback', 'com.example.app:/signed-out']
    const web = 'https://app.example.com/callback'
    app.providerEmbedded.createProvider(profileOf({ id: 'device', callbackUrls: [callback, web], logoutUrls: [out] }))
    app.providerEmbedded.createProvider(profileOf({ id: 'leaving', callbackUrls: [callbackUrl], logoutUrls: [out] }))
    app.providerEmbedded.createProvider(profileOf({ id: 'web' }))
    const { subject } = await confirmedAccount(running, 'ada@example.com')
    const credentials = { email: 'ada@example.com', password }
    // Callbacks that a server has for different values of PUBLIC_URL, and one of an app on a device.
    for (const origin of ['https://localhost:4000', 'https://127.0.0.1', 'http://127.0.0.2:4000', 'http://localhost:4000', 'https://app.example.com', 'org.example.other:']) {
      const shared = { callbackUrls: [`${origin}/console/callback`], logoutUrls: [`${origin}/console/sign-in`] }
      app.providerEmbedded.allowRedirects(shared)
      for (const [clientId, redirect] of [['device', callback], ['device', web], ['device', shared.callbackUrls[0] as string], ['leaving', callbackUrl], ['web', callbackUrl], ['web', shared.callbackUrls[0] as string]] as const) {
        const browser = formBrowser(url)
        const attempt = await beginSignIn(running, { clientId, redirect_uri: redirect })
        const page = await signInByPage(running, attempt.url, credentials, browser)
        const isAsked = page.html.includes('See your email address')
        t.equal(isAsked, !/^https?:/.test(redirect), `${origin}: ${clientId} is asked on the way to ${redirect}`)
        const arrived = isAsked ? await browser.submit(page, '/consent', { answer: 'allow' }) : page
        t.ok(arrived.url.href.startsWith(`${redirect}?code=`), `${origin}: ${clientId} by ${redirect}`)
        t.match((await finishSignIn(attempt, arrived.url)).claims(), { sub: subject, aud: clientId })
      }
      for (const clientId of ['device', 'leaving']) {
        const browser = formBrowser(url)
        for (const address of [out, shared.logoutUrls[0] as string]) {
          const left = await browser.open(`${url}/oidc/session/end?client_id=${clientId}&post_logout_redirect_uri=${encodeURIComponent(address)}`)
          t.equal(left.url.href, address, `${origin}: ${clientId} leaves by ${address}`)
        }
      }
      for (const foreign of ['com.example.app:/other', 'com.example.evil:/callback', `${origin}/console/other`]) {
        t.equal((await formBrowser(url).open((await beginSignIn(running, { clientId: 'device', redirect_uri: foreign })).url)).status, 400, `${origin}: not ${foreign}`)
      }
    }
  })
}

t.test('people are asked every time before a code goes to an app on a device, because any app can claim its address', async t => {
  const running = await startApp(t, 'sqlite')
  running.app.providerEmbedded.createProvider(profileOf({ id: 'device', callbackUrls: ['com.example.app:/callback'] }))
  running.app.providerEmbedded.allowRedirects({ callbackUrls: ['https://localhost/console/callback'], logoutUrls: [] })
  await confirmedAccount(running, 'ada@example.com')
  const browser = formBrowser(running.url)
  const begin = async () => (await beginSignIn(running, { clientId: 'device', redirect_uri: 'com.example.app:/callback' })).url
  const page = await signInByPage(running, await begin(), { email: 'ada@example.com', password }, browser)
  t.match(page.html, 'See your email address')
  await browser.submit(page, '/consent', { answer: 'allow' })
  t.match((await browser.open(await begin())).html, 'See your email address', 'also when already signed in')
})

t.test('a form can ask for sign-in and sign-out too, by POST, and leads to the same request by GET, with which browsers send their cookies', async t => {
  const running = await startApp(t, 'sqlite')
  running.app.providerEmbedded.createProvider(profileOf())
  const email = 'ada@example.com'
  await confirmedAccount(running, email)
  const [browser, attempt] = [formBrowser(running.url), await beginSignIn(running)]
  await signInByPage(running, attempt.url, { email, password }, browser)
  const post = async (path: string, parameters: Record<string, string>) => {
    const answer = await fetch(running.url + path, { method: 'POST', redirect: 'manual', body: new URLSearchParams(parameters) })
    t.equal(answer.status, 303)
    t.equal(answer.headers.get('cache-control'), 'no-store')
    return await browser.open(answer.headers.get('location') ?? '')
  }
  const arrived = await post('/oidc/auth', Object.fromEntries(new URL((await beginSignIn(running, { state: 'a&b=c ü' })).url).searchParams))
  t.ok(arrived.url.searchParams.has('code'))
  t.equal(arrived.url.searchParams.get('state'), 'a&b=c ü')
  const asked = await post('/oidc/session/end', { client_id: 'default', post_logout_redirect_uri: logoutUrl, state: 'bye' })
  t.equal((await browser.submit(asked, '/session/end/confirm', { logout: 'yes' })).url.href, `${logoutUrl}?state=bye`)
  // As for any request, what is missing or too long gets an error and no redirect to the app.
  t.equal((await post('/oidc/auth', { client_id: 'default', redirect_uri: 'https://evil.example/' })).status, 400)
  t.equal((await fetch(`${running.url}/oidc/auth`, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ state: 'x'.repeat(20_000) }) })).status, 413)
})

t.test('someone who signs out twice is told that they are signed out', async t => {
  const running = await startApp(t, 'sqlite')
  running.app.providerEmbedded.createProvider(profileOf())
  const email = 'ada@example.com'
  await confirmedAccount(running, email)
  const browser = formBrowser(running.url)
  await signInByPage(running, (await beginSignIn(running)).url, { email, password }, browser)
  const asked = await browser.open(`${running.url}/oidc/session/end`)
  const forged = await browser.submit({ ...asked, html: asked.html.replace(/(name="xsrf" value=")[^"]*/, '$1x') }, '/session/end/confirm', { logout: 'yes' })
  t.equal(forged.status, 400, 'only if they are')
  for (const times of ['once', 'twice']) {
    const { status, html } = await browser.submit(asked, '/session/end/confirm', { logout: 'yes' })
    t.equal(status, 200, times)
    t.match(html, 'You’re signed out', times)
  }
})

t.test('the button of a sign-out page still works when another tab has opened the page too', async t => {
  const running = await startApp(t, 'sqlite')
  running.app.providerEmbedded.createProvider(profileOf())
  const email = 'ada@example.com'
  await confirmedAccount(running, email)
  const [browser, other] = [formBrowser(running.url), formBrowser(running.url)]
  for (const each of [browser, other]) await signInByPage(running, (await beginSignIn(running)).url, { email, password }, each)
  const url = `${running.url}/oidc/session/end?${new URLSearchParams({ client_id: 'default', post_logout_redirect_uri: logoutUrl }).toString()}`
  const [older, newer, others] = [await browser.open(url), await browser.open(url), await other.open(url)]
  t.equal((await browser.submit(others, '/session/end/confirm', { logout: 'yes' })).status, 400, 'a page of another session does not sign out')
  t.equal((await browser.submit(older, '/session/end/confirm', { logout: 'yes' })).url.href, logoutUrl)
  t.equal((await browser.submit(newer, '/session/end/confirm', { logout: 'yes' })).url.href, logoutUrl, 'also when the other one has signed out')
})

t.test('each of several open sign-out pages goes back to the app that opened it, with its state', async t => {
  const running = await startApp(t, 'sqlite')
  const booksUrl = 'http://localhost:9/books/signed-out'
  running.app.providerEmbedded.createProvider(profileOf())
  running.app.providerEmbedded.createProvider(profileOf({ id: 'books', logoutUrls: [booksUrl] }))
  const email = 'ada@example.com'
  await confirmedAccount(running, email)
  const notes = { client_id: 'default', post_logout_redirect_uri: logoutUrl, state: '$$ ü' }
  const books = { client_id: 'books', post_logout_redirect_uri: booksUrl }
  const [backToNotes, backToBooks, nowhere] = [`${logoutUrl}?${new URLSearchParams({ state: notes.state }).toString()}`, booksUrl, `${running.url}/oidc/session/end/success`]
  for (const [first, last, arrived] of [[notes, books, backToNotes], [books, notes, backToBooks], [{}, books, nowhere], [books, {}, backToBooks]] as [Record<string, string>, Record<string, string>, string][]) {
    const browser = formBrowser(running.url)
    await signInByPage(running, (await beginSignIn(running)).url, { email, password }, browser)
    const page = await browser.open(`${running.url}/oidc/session/end?${new URLSearchParams(first).toString()}`)
    await browser.open(`${running.url}/oidc/session/end?${new URLSearchParams(last).toString()}`)
    t.equal((await browser.submit(page, '/session/end/confirm', { logout: 'yes' })).url.href, arrived)
    t.match((await browser.open((await beginSignIn(running)).url)).html, 'Password', 'it is signed out')
  }

  const stays = async (fields: Record<string, string>) => {
    const browser = formBrowser(running.url)
    await signInByPage(running, (await beginSignIn(running)).url, { email, password }, browser)
    const page = await browser.open(`${running.url}/oidc/session/end?${new URLSearchParams(notes).toString()}`)
    const open = { ...page, html: page.html.replaceAll(/<input type="hidden" name="(?!xsrf)[^>]*>/g, '') }
    t.notMatch((await browser.open(`${running.url}/oidc/session/end?${new URLSearchParams({ ...notes, state: '"><b>' }).toString()}`)).html, '<b>')
    for (const times of ['once', 'twice']) t.match((await browser.submit(open, '/session/end/confirm', { logout: 'yes', ...fields })).html, 'You’re signed out', times)
  }
  await stays({ client_id: 'default', post_logout_redirect_uri: 'https://evil.example/' })
  await stays({ client_id: 'default', post_logout_redirect_uri: booksUrl })
  await stays({ client_id: 'unknown', post_logout_redirect_uri: logoutUrl })
})

t.test('a sign-in that ends with another account signs the first one out, without a script, and goes back to the app', async t => {
  const running = await startApp(t, 'sqlite')
  running.app.providerEmbedded.createProvider(profileOf())
  const [ada, bea] = ['ada@example.com', 'bea@example.com']
  for (const email of [ada, bea]) await confirmedAccount(running, email)
  const browser = formBrowser(running.url)
  const [attempt, others] = [await beginSignIn(running), await beginSignIn(running)]
  // Both tabs are open before the first one signs in; the third sign-in asks explicitly.
  const [page, other] = [await browser.open(attempt.url), await browser.open(others.url)]
  const adas = await finishSignIn(attempt, (await browser.submit(page, '/sign-in', { email: ada, password })).url)
  const beas = await finishSignIn(others, (await browser.submit(other, '/sign-in', { email: bea, password })).url)
  t.match(beas.claims(), { email: bea })
  await t.rejects(oidc.refreshTokenGrant(attempt.config, adas.refresh_token as string), { message: /./ }, 'the first account is signed out')
  t.match((await browser.open((await beginSignIn(running)).url)).url.href, 'code=')
  const again = await beginSignIn(running, { prompt: 'login', response_mode: 'form_post' })
  const posted = await browser.submit(await browser.open(again.url), '/sign-in', { email: ada, password })
  t.match(posted.html, /<form method="post" action="http:\/\/localhost:9\/callback">[^]*name="code"/, 'an app can still have its response in a form')
})

t.test('a browser that is not signed in is not asked, and runs no script, to sign out', async t => {
  const running = await startApp(t, 'sqlite')
  running.app.providerEmbedded.createProvider(profileOf())
  const end = async (parameters: Record<string, string>) => await fetch(`${running.url}/oidc/session/end?${new URLSearchParams(parameters).toString()}`, { redirect: 'manual' })
  const back = await end({ client_id: 'default', post_logout_redirect_uri: logoutUrl, state: 'bye' })
  t.match({ status: back.status, location: back.headers.get('location') }, { status: 303, location: `${logoutUrl}?state=bye` })
  for (const parameters of [{}, { client_id: 'default' }, { post_logout_redirect_uri: 'https://evil.example/' }] as Record<string, string>[]) {
    const stays = await end(parameters)
    t.equal(stays.status, 200)
    t.notMatch(stays.headers.get('content-security-policy'), 'sha256')
    const html = await stays.text()
    t.match(html, 'You’re signed out')
    t.notMatch(html, '<script')
  }
  t.equal((await end({ client_id: 'default', post_logout_redirect_uri: 'https://evil.example/' })).status, 400)
})

t.test('scripts of other origins get no answer for an app, not even without an origin', async t => {
  const running = await startApp(t, 'sqlite')
  running.app.providerEmbedded.createProvider(profileOf({ callbackUrls: [callbackUrl, 'com.example.app:/callback'] }))
  const allowedFor = async (origin: string) => (await fetch(`${running.url}/oidc/token`, { method: 'POST', headers: { origin }, body: new URLSearchParams({ client_id: 'default', grant_type: 'refresh_token', refresh_token: 'x' }) })).headers.get('access-control-allow-origin')
  t.equal(await allowedFor(new URL(callbackUrl).origin), new URL(callbackUrl).origin)
  t.equal(await allowedFor('https://evil.example'), null)
  t.equal(await allowedFor('null'), null)
})

t.test('a sign-in without PKCE is refused', async t => {
  const running = await startApp(t, 'sqlite')
  running.app.providerEmbedded.createProvider(profileOf())
  const page = await formBrowser(running.url).open(`${running.url}/oidc/auth?client_id=default&response_type=code&scope=openid&redirect_uri=${encodeURIComponent(callbackUrl)}`)
  t.equal(page.url.searchParams.get('error'), 'invalid_request')
})

t.test('URLs come from the public URL, whatever the Host and forwarding headers say', async t => {
  const running = await startApp(t, 'sqlite', { publicUrl: 'https://id.example.com' })
  running.app.providerEmbedded.createProvider(profileOf())
  const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http' }
  const discovery = await running.app.inject({ url: '/oidc/.well-known/openid-configuration', headers })
  const { issuer, jwks_uri: jwksUri } = discovery.json<{ issuer: string, jwks_uri: string }>()
  t.strictSame([issuer, jwksUri], ['https://id.example.com/oidc', 'https://id.example.com/oidc/jwks'])
  t.notMatch(discovery.body, 'evil')

  const begun = await running.app.inject({ url: `/oidc/auth?client_id=default&response_type=code&scope=openid&code_challenge=${'c'.repeat(43)}&code_challenge_method=S256&redirect_uri=${encodeURIComponent(callbackUrl)}`, headers })
  t.match(begun.headers.location, /^https:\/\/id\.example\.com\/oidc\/interaction\//)
  const cookies = begun.headers['set-cookie'] as string[]
  t.ok(cookies.length > 0 && cookies.every(cookie => /; secure/i.test(cookie) && /; httponly/i.test(cookie) && /; samesite=lax/i.test(cookie)), 'cookies are sent over https only and hidden from scripts')
})
