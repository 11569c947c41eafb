import { createHash, randomBytes } from 'node:crypto'
import { runConformance } from '@latchkey/identity-provider/conformance'
import t from 'tap'
import { createCognitoProvider } from '../dist/index.js'
import { startBrokenServer } from './helpers/loopback-server.js'
import { sentCode } from './helpers/cognito-local.js'
import { callbackUrl, logoutUrl, newEmail, startUserPool } from './helpers/user-pool.js'

const pool = await startUserPool(t)

for (const client of ['public', 'confidential'] as const) {
  t.test(`an app client that is ${client}`, async t => {
    const options = pool.options(client)
    const provider = createCognitoProvider(options, { log: { debug () {}, info () {}, warn () {}, error () {} } })
    t.teardown(() => provider.close?.())

    await runConformance(t, {
      // A busy machine is not the adapter's fault.
      unavailableWithinMs: 30_000,
      create: dependencies => createCognitoProvider(options, dependencies),
      createUnavailable: async (kind, dependencies) => {
        const url = await startBrokenServer(t, kind)
        return createCognitoProvider({ ...options, endpoint: url, domain: url, timeoutMs: 200 }, dependencies)
      },
      worksOffline: ['hostedPages'],
      secrets: [options.clientSecret, 'emulator-secret-key'].filter(secret => secret !== undefined),
      scenarios: {
        passwordSignIn: { account: pool.account, unconfirmedAccount: pool.unconfirmedAccount, challengedAccount: pool.invitedAccount },
        passwordSignUp: { newAccount: () => ({ email: newEmail(), password: pool.password, firstName: 'Ada', lastName: 'Lovelace' }), confirm: pool.confirm },
        tokenRefresh: {
          rotates: false,
          async session () {
            const { email, password } = await pool.account()
            const { refreshToken } = await provider.signInWithPassword({ email, password })
            return { email, refreshToken: refreshToken as string }
          }
        },
        passwordRecovery: { account: pool.account, messagesTo: pool.messagesTo },
        passwordRecoveryConfirmation: {
          async recovery () {
            const { email, password } = await pool.account()
            await provider.forgotPassword({ email })
            return { email, password, code: sentCode }
          }
        },
        passwordChange: { account: pool.account },
        emailVerification: { unconfirmedAccount: pool.unconfirmedAccount, messagesTo: pool.messagesTo },
        emailConfirmation: { unconfirmedAccount: async () => ({ ...await pool.unconfirmedAccount(), code: sentCode }) },
        codeExchange: {
          async authorization () {
            const codeVerifier = randomBytes(32).toString('base64url')
            const { code } = await pool.authorize(client, createHash('sha256').update(codeVerifier).digest('base64url'))
            return { code, redirectUri: callbackUrl, codeVerifier }
          }
        },
        hostedPages: { redirectUri: callbackUrl, logoutRedirectUri: logoutUrl, foreignRedirectUri: 'http://localhost:3000/elsewhere' },
        accountDeletion: { account: pool.account, exists: async ({ subject }) => await pool.exists(subject) }
      }
    })
  })
}
