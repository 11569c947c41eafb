import { runConformance } from '@latchkey/identity-provider/conformance'
import { dialects } from '@latchkey/test-databases'
import { randomUUID } from 'node:crypto'
import t from 'tap'
import { callbackUrl, logoutUrl, profileOf, startApp } from './helpers/app.js'
import { beginSignIn, signInByPage } from './helpers/client.js'
import { formBrowser } from './helpers/form-browser.js'

for (const dialect of dialects) {
  t.test(dialect, async t => {
    const running = await startApp(t, dialect, { refreshTokenReuseSeconds: 0 })
    const { createProvider } = running.app.providerEmbedded
    const maker = createProvider({ id: 'maker', name: 'Maker' })
    const credentials = () => ({ email: `somebody-${randomUUID()}@example.com`, password: `a good one ${randomUUID()}` })

    async function unconfirmedAccount () {
      const account = credentials()
      await maker.signUpWithPassword(account)
      await running.smtp.nth(account.email, 1)
      return account
    }
    const confirm = async (email: string, password: string) => { await maker.confirmEmail({ email, code: (await running.smtp.nth(email, 1)).code, password }) }
    async function account () {
      const made = await unconfirmedAccount()
      await confirm(made.email, made.password)
      return made
    }
    /** Emails are sent in the background. Waits for one more than last time, but not for long if none was requested yet. */
    const counted = new Map<string, number>()
    async function messagesTo (email: string): Promise<number> {
      const last = counted.get(email) ?? 1
      await running.smtp.nth(email, last + 1, counted.has(email) ? 60_000 : 1000).catch(() => {})
      counted.set(email, running.smtp.sentTo(email).length)
      return running.smtp.sentTo(email).length
    }

    await runConformance(t, {
      create: () => createProvider(profileOf()),
      // The adapter's remote side is the app itself.
      createUnavailable: () => null,
      scenarios: {
        passwordSignIn: { account, unconfirmedAccount },
        passwordSignUp: { newAccount: () => ({ ...credentials(), firstName: 'Ada', lastName: 'Lovelace' }), confirm },
        tokenRefresh: {
          rotates: true,
          async session () {
            const { email, password } = await account()
            const { refreshToken } = await createProvider(profileOf()).signInWithPassword({ email, password })
            return { email, refreshToken: refreshToken as string }
          }
        },
        passwordRecovery: { account, messagesTo },
        passwordRecoveryConfirmation: {
          async recovery () {
            const made = await account()
            await maker.forgotPassword(made)
            return { ...made, code: (await running.smtp.nth(made.email, 2)).code }
          }
        },
        passwordChange: { account },
        emailVerification: { unconfirmedAccount, messagesTo },
        emailConfirmation: {
          async unconfirmedAccount () {
            const made = await unconfirmedAccount()
            return { ...made, code: (await running.smtp.nth(made.email, 1)).code }
          }
        },
        codeExchange: {
          async authorization () {
            const attempt = await beginSignIn(running)
            const arrived = await signInByPage(running, attempt.url, await account())
            return { code: arrived.url.searchParams.get('code') as string, redirectUri: callbackUrl, codeVerifier: attempt.verifier, nonce: attempt.nonce }
          }
        },
        hostedPages: { redirectUri: callbackUrl, logoutRedirectUri: logoutUrl, foreignRedirectUri: 'https://evil.example/' },
        accountDeletion: {
          async account () {
            const made = credentials()
            const { subject } = await maker.signUpWithPassword(made)
            return { subject, email: made.email }
          },
          exists: async ({ subject }) => await running.app.db.selectFrom('latchkey_embedded_accounts').select('id').where('id', '=', subject).executeTakeFirst() !== undefined
        },
        accountInvitation: {
          account,
          newAddress: () => credentials().email,
          async accept (email) {
            const { password } = credentials()
            const browser = formBrowser(running.url)
            await browser.submit(await browser.open((await running.smtp.nth(email, 2)).link), '/oidc/invite', { newPassword: password })
            return { email, password }
          }
        }
      }
    })
  })
}
