import { dialects } from '@latchkey/test-databases'
import t from 'tap'
import { profileOf, startApp } from './helpers/app.js'
import { confirmedAccount, password } from './helpers/client.js'
import { formBrowser } from './helpers/form-browser.js'

for (const dialect of dialects) {
  t.test(dialect, async t => {
    const running = await startApp(t, dialect)
    const provider = running.app.providerEmbedded.createProvider(profileOf())
    const invited = async (email: string, nth = 1) => {
      await provider.inviteAccount({ email, firstName: 'Ada', lastName: 'Lovelace' })
      return await running.smtp.nth(email, nth)
    }

    t.test('an invited person chooses a password through the link, and gets a confirmed account with the given names', async t => {
      const email = 'ada@example.com'
      const { link, subject, text } = await invited(email)
      t.match(subject, /You're invited to/)
      t.notMatch(text, /\b\d{6}\b/, 'no code, because no page asks for one')
      await t.rejects(provider.signInWithPassword({ email, password }), { code: 'IDENTITY_PROVIDER_ERR_INVALID_CREDENTIALS' })

      const browser = formBrowser(running.url)
      const page = await browser.open(link)
      t.match(page.html, email)
      const weak = await browser.submit(page, '/oidc/invite', { newPassword: 'short' })
      t.equal(weak.status, 400)
      t.match((await browser.submit(weak, '/oidc/invite', { newPassword: password })).html, 'Password saved')
      const { idToken } = await provider.signInWithPassword({ email, password })
      t.match(JSON.parse(Buffer.from(idToken.split('.')[1] as string, 'base64url').toString()), { email, email_verified: true, given_name: 'Ada', family_name: 'Lovelace' })
      t.equal((await formBrowser(running.url).open(link)).status, 410, 'the link works once')
    })

    t.test('another invitation replaces the first one', async t => {
      const [first, second] = [await invited('bob@example.com'), await invited('bob@example.com', 2)]
      t.equal((await formBrowser(running.url).open(first.link)).status, 410)
      t.equal((await formBrowser(running.url).open(second.link)).status, 200)
    })

    t.test('an existing account keeps its password, and changing it ends the invitation', async t => {
      const email = 'cleo@example.com'
      await confirmedAccount(running, email)
      const { link } = await invited(email, 2)
      await provider.signInWithPassword({ email, password })
      await provider.changePassword({ email, oldPassword: password, newPassword: `${password} 2` })
      t.equal((await formBrowser(running.url).open(link)).status, 410)
    })

    t.test('an address gets only a few invitations at a time', async t => {
      for (let nth = 1; nth <= 4; nth++) await invited('dora@example.com', nth)
      await t.rejects(provider.inviteAccount({ email: 'dora@example.com' }), { code: 'IDENTITY_PROVIDER_ERR_THROTTLED' })
    })

    t.test('an invalid email address is refused', async t => {
      await t.rejects(provider.inviteAccount({ email: 'nobody' }), { code: 'USERS_STORE_ERR_INVALID_EMAIL' })
    })
  })
}
