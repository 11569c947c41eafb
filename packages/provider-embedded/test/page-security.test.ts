import t from 'tap'
import { callbackUrl, profileOf, startApp } from './helpers/app.js'
import { beginSignIn, confirmedAccount, password } from './helpers/client.js'
import { cookieHeader, formBrowser } from './helpers/form-browser.js'

t.test('the hosted pages', async t => {
  const running = await startApp(t, 'sqlite')
  running.app.providerEmbedded.createProvider(profileOf({ brandName: '<script>alert(1)</script>', color: '#ffee00' }))
  const email = 'ada@example.com'
  await confirmedAccount(running, email)
  const begin = async (browser = formBrowser(running.url), parameters = {}) => await browser.open((await beginSignIn(running, parameters)).url)

  t.test('run no scripts, cannot be framed, and send forms only here or to the app', async t => {
    const { headers, html } = await begin()
    t.equal(headers.get('content-security-policy'), `default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' ${new URL(callbackUrl).origin}; base-uri 'none'; frame-ancestors 'none'`)
    t.equal(headers.get('x-content-type-options'), 'nosniff')
    t.equal(headers.get('x-frame-options'), 'DENY')
    t.equal(headers.get('referrer-policy'), 'no-referrer')
    t.equal(headers.get('cache-control'), 'no-store')
    t.notMatch(html, /<script|style="|onclick/)
    t.match(html, '&lt;script&gt;')
  })

  t.test('let no address of a profile add to their policy', async t => {
    running.app.providerEmbedded.createProvider(profileOf({ id: 'sly', clientId: 'sly', logoutUrls: ['https://x;frame-ancestors', 'https://x,y', 'https://app.example.com:8443/out', 'org.example.app:/out'] }))
    const { headers } = await begin(undefined, { clientId: 'sly' })
    t.equal(headers.get('content-security-policy'), `default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' ${new URL(callbackUrl).origin} https://app.example.com:8443 org.example.app:; base-uri 'none'; frame-ancestors 'none'`)
  })

  t.test('escape what was sent to them', async t => {
    const { html } = await begin(undefined, { login_hint: '"><img src=x onerror=alert(1)>' })
    t.notMatch(html, '<img')
    t.match(html, '&quot;&gt;&lt;img')
  })

  t.test('have a stylesheet that can be cached forever, and no other', async t => {
    const { html } = await begin()
    const [, path = ''] = /<link rel="stylesheet" href="([^"]*)"/.exec(html) ?? []
    const response = await fetch(running.url + path)
    t.match(response.headers.get('cache-control'), 'immutable')
    t.match(await response.text(), '#ffee00')
    t.equal((await fetch(running.url + path.replace(/[0-9a-f]{16}/, '0'.repeat(16)))).status, 404)
    t.equal((await fetch(`${running.url}/oidc/assets/..%2f..%2fpackage.json`)).status, 404)
  })

  t.test('accept only forms that were issued to the browser that sends them', async t => {
    const browser = formBrowser(running.url)
    const page = await begin(browser)
    const send = async (cookie: string, csrf: string) => (await fetch(`${page.url.href}/sign-in`, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': 'application/x-www-form-urlencoded', cookie },
      body: new URLSearchParams({ csrf, email, password }).toString()
    })).status
    const cookies = [...browser.cookies.values()].map(cookie => cookieHeader([cookie]))
    const csrf = /name="csrf" value="([^"]*)"/.exec(page.html)?.[1] ?? ''
    const stranger = /name="csrf" value="([^"]*)"/.exec((await begin()).html)?.[1] ?? ''
    t.equal(await send(cookies.join('; '), ''), 403, 'without a token')
    t.equal(await send(cookies.join('; '), stranger), 403, 'with the token of another browser')
    t.equal(await send(cookies.filter(cookie => !cookie.startsWith('latchkey_csrf')).join('; '), csrf), 403, 'without the cookie')
    t.equal(await send(cookies.filter(cookie => !cookie.startsWith('latchkey_interaction=')).join('; '), csrf), 400, 'without the sign-in')
    t.equal(await send(cookies.join('; '), csrf), 303)
  })

  t.test('show a sign-in only to the browser that started it', async t => {
    const page = await begin()
    const stranger = await formBrowser(running.url).open(page.url.href)
    t.equal(stranger.status, 400)
    t.match(stranger.html, 'This sign-in has ended')
    const browser = formBrowser(running.url)
    await begin(browser)
    t.equal((await browser.open(page.url.href)).status, 400, 'nor to a browser that started another')
    const cookie = cookieHeader([...browser.cookies.values()])
    t.equal((await fetch(page.url, { headers: { cookie } })).status, 400, 'not even with that one\'s cookie')
  })

  t.test('answer an unknown address and a wrong password alike', async t => {
    const answers = []
    for (const typed of [email, 'nobody@example.com']) {
      const browser = formBrowser(running.url)
      const page = await browser.submit(await begin(browser), '/sign-in', { email: typed, password: 'wrong wrong' })
      answers.push([page.status, page.html.replaceAll(typed, '').replaceAll(/value="[^"]*"|interaction\/[^/"]*/g, '')])
    }
    t.strictSame(answers[0], answers[1])
    t.equal(answers[0]?.[0], 401)
  })

  t.test('offer no sign-up where the profile has none', async t => {
    running.app.providerEmbedded.createProvider(profileOf({ id: 'closed', signUp: false }))
    const browser = formBrowser(running.url)
    const page = await begin(browser, { clientId: 'closed' })
    t.notMatch(page.html, 'Create an account')
    t.match((await browser.open(`${page.url.href}/sign-up`)).html, 'name="password"')
    const [, base = ''] = /(\/oidc\/interaction\/[^/"]+)/.exec(page.html) ?? []
    const forged = await browser.submit({ ...page, html: page.html.replace('/sign-in"', '/sign-up"') }, '/sign-up', { email: 'sneak@example.com', password })
    t.ok(forged.url.pathname.endsWith(base))
    t.equal((await running.app.db.selectFrom('latchkey_embedded_accounts').select('id').where('email', '=', 'sneak@example.com').execute()).length, 0)
  })

  const nonsense: [string, RequestInit & { path: string }][] = [
    ['a form of another kind', { path: '/oidc/confirm', method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"token":{}}' }],
    ['a form of no kind', { path: '/oidc/confirm', method: 'POST', headers: { 'content-type': 'text/x-odd' }, body: 'x' }],
    ['a form that is too large', { path: '/oidc/confirm', method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: `token=${'x'.repeat(100_000)}` }],
    ['a token twice', { path: '/oidc/confirm?token=a&token=b' }],
    ['an odd stylesheet', { path: '/oidc/assets/%00' }],
    ['a sign-in that is none', { path: '/oidc/interaction/%E0%A4%A' }],
    ['an authorization request of nothing', { path: '/oidc/auth' }],
    ['a client twice', { path: '/oidc/auth?client_id=a&client_id=b' }],
    ['a token request of nonsense', { path: '/oidc/token', method: 'POST', headers: { 'content-type': 'application/json' }, body: '{' }],
    ['a token request that is too large', { path: '/oidc/token', method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'x'.repeat(200_000) }],
    ['an unknown address', { path: '/oidc/nothing' }],
    ['odd cookies', { path: '/oidc/session/end', headers: { cookie: 'latchkey_session=%00; latchkey_session.sig=x; =; latchkey_csrf=' } }]
  ]
  for (const [what, { path, ...init }] of nonsense) {
    t.test(`never fail for ${what}`, async t => {
      const { status } = await fetch(running.url + path, { redirect: 'manual', ...init })
      t.ok(status < 500, `${status}`)
    })
  }
})
