import { dialects } from '@latchkey/test-databases'
import t from 'tap'
import { callbackUrl, logoutUrl, profileOf, startApp } from './helpers/app.js'
import { beginSignIn, confirmedAccount, password, signInByPage } from './helpers/client.js'
import { formBrowser } from './helpers/form-browser.js'

const email = 'ada@example.com'

for (const dialect of dialects) {
  t.test(dialect, async t => {
    const running = await startApp(t, dialect)
    const { app } = running
    app.providerEmbedded.createProvider(profileOf({ legacyImplicit: true }))
    await confirmedAccount(running, email)

    const attempts = app.db.selectFrom('latchkey_embedded_attempts')
    const open = async (url: string) => await fetch(url, { redirect: 'manual' })
    const begin = async (parameters: Record<string, string> = {}) => await open((await beginSignIn(running, parameters)).url)
    const stored = async (model: string) => (await app.db.selectFrom('latchkey_embedded_records').select('id').where('model', '=', model).execute()).length
    /** Pretends that this network started 299 of them in the last few minutes. */
    const almostAll = async (what: string) => {
      await app.db.insertInto('latchkey_embedded_attempts')
        .values({ key: `${what}:127.0.0.1`, tries: 299, locked_until: new Date(0).toISOString(), expires_at: new Date(Date.now() + 300_000).toISOString() })
        .onConflict(conflict => conflict.column('key').doUpdateSet({ tries: 299, locked_until: new Date(0).toISOString() })).execute()
    }

    async function isRefused (response: Response): Promise<void> {
      t.equal(response.status, 429)
      t.equal(response.headers.get('retry-after'), '60')
      t.match(response.headers.get('content-type'), 'text/html')
      t.match(await response.text(), 'Please wait a minute')
    }

    t.test('a network that started three hundred sign-ins in ten minutes has to wait, and nothing more is stored for it', async t => {
      await almostAll('signInFrom')
      t.equal((await begin()).status, 303)
      const before = await stored('Interaction')
      await isRefused(await begin())
      await isRefused(await begin({ prompt: 'login' }))
      t.equal(await stored('Interaction'), before)
      const legacy = { client_id: 'default', response_type: 'token', redirect_uri: callbackUrl }
      await isRefused(await open(`${running.url}/oauth2/authorize?${new URLSearchParams(legacy).toString()}`))
      t.equal(await stored('LegacySignIn'), 0)
      await app.db.updateTable('latchkey_embedded_attempts').set({ expires_at: new Date(0).toISOString(), locked_until: new Date(0).toISOString() }).where('key', '=', 'signInFrom:127.0.0.1').execute()
      t.equal((await begin()).status, 303, 'until the ten minutes are over')
    })

    t.test('a finished sign-in no longer counts; someone who is already signed in is not counted', async t => {
      const browser = formBrowser(running.url)
      await almostAll('signInFrom')
      await app.db.updateTable('latchkey_embedded_attempts').set({ tries: 298 }).where('key', '=', 'signInFrom:127.0.0.1').execute()
      for (let times = 1; times <= 4; times++) t.equal((await signInByPage(running, (await beginSignIn(running)).url, { email, password })).status, 0, 'back at the app')
      await signInByPage(running, (await beginSignIn(running)).url, { email, password }, browser)
      t.equal((await begin()).status, 303)
      t.equal((await begin()).status, 303)
      await isRefused(await begin())
      t.equal((await browser.open((await beginSignIn(running)).url)).status, 0, 'back at the app at once')
      const silent = await begin({ prompt: 'none' })
      t.match(silent.headers.get('location'), `${callbackUrl}?error=login_required`)
    })

    t.test('authorization requests cannot be pushed, because that would store requests from anyone', async t => {
      const { searchParams } = new URL((await beginSignIn(running)).url)
      const before = await stored('PushedAuthorizationRequest')
      t.equal((await fetch(`${running.url}/oidc/request`, { method: 'POST', body: searchParams })).status, 404)
      t.equal(await stored('PushedAuthorizationRequest'), before)
      t.notMatch(await (await open(`${running.url}/oidc/.well-known/openid-configuration`)).text(), 'pushed_authorization_request_endpoint')
    })

    t.test('signing out is limited too, and what is stored for a browser without a session expires soon', async t => {
      const url = `${running.url}/oidc/session/end?${new URLSearchParams({ client_id: 'default', post_logout_redirect_uri: logoutUrl }).toString()}`
      await almostAll('signOutFrom')
      t.equal((await open(url)).status, 303)
      const sessions = await app.db.selectFrom('latchkey_embedded_records').select('expires_at').where('model', '=', 'Session').where('account_id', 'is', null).execute()
      t.equal(sessions.length, 1)
      t.ok(Date.parse(sessions[0]?.expires_at as string) < Date.now() + 11 * 60_000)
      await isRefused(await open(url))
      for (const written of ['/oidc/session/end/?', '/oidc/SESSION/End?']) await isRefused(await open(url.replace('/oidc/session/end?', written)))
      for (const written of ['/oidc/session/%65nd?', '/oidc//session/end?']) t.equal((await open(url.replace('/oidc/session/end?', written))).status, 404, written)
      t.equal((await attempts.select('tries').where('key', '=', 'signOutFrom:127.0.0.1').executeTakeFirstOrThrow()).tries, 300)
    })
  })
}
