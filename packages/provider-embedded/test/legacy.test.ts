import t from 'tap'
import { callbackUrl, logoutUrl, profileOf, startApp } from './helpers/app.js'
import { confirmedAccount, password, signInByPage } from './helpers/client.js'
import { formBrowser } from './helpers/form-browser.js'

const email = 'ada@example.com'

t.test('clients written for Cognito\'s hosted UI', async t => {
  const running = await startApp(t, 'sqlite')
  const provider = running.app.providerEmbedded.createProvider(profileOf({ legacyImplicit: true }))
  running.app.providerEmbedded.createProvider(profileOf({ id: 'modern' }))
  await confirmedAccount(running, email)
  const authorize = `${running.url}/oauth2/authorize?client_id=default&response_type=token&redirect_uri=${callbackUrl}`

  t.test('get an ID token, an access token and their state in the fragment', async t => {
    const arrived = await signInByPage(running, `${authorize}&state=s%261`, { email, password })
    t.equal(arrived.url.href.split('#')[0], callbackUrl)
    const fragment = new URLSearchParams(arrived.url.hash.slice(1))
    t.strictSame([...fragment.keys()], ['id_token', 'access_token', 'expires_in', 'token_type', 'state'])
    t.match(Object.fromEntries(fragment), { token_type: 'Bearer', expires_in: '3600', state: 's&1' })
    const [, payload = ''] = fragment.get('id_token')?.split('.') ?? []
    t.match(JSON.parse(Buffer.from(payload, 'base64url').toString()), { iss: provider.issuer.issuer, aud: 'default', email, email_verified: true, given_name: 'Ada' })
  })

  t.test('sign out without being asked, to a registered address', async t => {
    const browser = formBrowser(running.url)
    await signInByPage(running, authorize, { email, password }, browser)
    t.ok((await browser.open(authorize)).url.hash, 'a browser that is signed in is not asked')
    const out = await browser.open(`${running.url}/logout?client_id=default&logout_uri=${logoutUrl}`)
    t.equal(out.url.href, logoutUrl)
    t.match((await browser.open(authorize)).html, 'name="password"')
  })

  t.test('sign out to the sign-in page, where they give redirect_uri', async t => {
    const browser = formBrowser(running.url)
    await signInByPage(running, authorize, { email, password }, browser)
    const asked = await browser.open(`${running.url}/logout?client_id=default&response_type=token&redirect_uri=${callbackUrl}`)
    t.match(asked.html, 'name="password"')
    t.ok((await browser.submit(asked, '/sign-in', { email, password })).url.hash)
  })

  t.test('are redirected only to addresses that are registered exactly', async t => {
    for (const url of ['https://evil.example', `${callbackUrl}/more`, `${callbackUrl}?a=b`, '']) {
      const asked = await formBrowser(running.url).open(`${running.url}/oauth2/authorize?client_id=default&response_type=token&redirect_uri=${encodeURIComponent(url)}`)
      t.equal(asked.status, 400, url)
      const out = await formBrowser(running.url).open(`${running.url}/logout?client_id=default&logout_uri=${encodeURIComponent(url)}`)
      t.equal(out.status, 400, url)
    }
    t.equal((await formBrowser(running.url).open(`${running.url}/logout?client_id=default&response_type=token&redirect_uri=https://evil.example`)).status, 400)
  })

  t.test('get an error in the fragment for another response type', async t => {
    const arrived = await formBrowser(running.url).open(authorize.replace('=token', '=id_token'))
    t.equal(arrived.url.href, `${callbackUrl}#error=unsupported_response_type`)
  })

  t.test('cannot be signed in by the callback of another browser\'s sign-in', async t => {
    const begun = await fetch(authorize, { redirect: 'manual' })
    const state = new URL(begun.headers.get('location') ?? '').searchParams.get('state')
    const callback = `${running.url}/oauth2/callback?error=access_denied&state=${state}&iss=${encodeURIComponent(provider.issuer.issuer)}`
    t.equal((await formBrowser(running.url).open(callback)).status, 400)
    const [cookie = ''] = begun.headers.getSetCookie()[0]?.split(';') ?? []
    const mine = async () => await fetch(callback, { redirect: 'manual', headers: { cookie } })
    t.equal((await mine()).headers.get('location'), `${callbackUrl}#error=access_denied`)
    t.equal((await mine()).status, 400, 'nor twice by their own')
  })

  t.test('finish a sign-in while others are open in the same browser', async t => {
    const browser = formBrowser(running.url)
    const first = await browser.open(`${authorize}&state=first`)
    await browser.open(`${authorize}&state=second`)
    const arrived = await browser.submit(first, '/sign-in', { email, password })
    t.equal(new URLSearchParams(arrived.url.hash.slice(1)).get('state'), 'first')
    t.equal([...browser.cookies.values()].filter(({ name }) => name.startsWith('latchkey_legacy_')).length, 1, 'only the other one is still open')
  })

  t.test('get 404 if the profile or the app has it off', async t => {
    t.equal((await fetch(`${running.url}/oauth2/authorize?client_id=modern&response_type=token&redirect_uri=${callbackUrl}`)).status, 404)
    t.equal((await fetch(`${running.url}/logout?client_id=modern&logout_uri=${logoutUrl}`)).status, 404)
    const without = await startApp(t, 'sqlite', { legacyRoutes: false })
    without.app.providerEmbedded.createProvider(profileOf({ legacyImplicit: true }))
    t.equal((await fetch(`${without.url}/logout?client_id=default&logout_uri=${logoutUrl}`)).status, 404)
  })
})
