import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { runConformance } from '@latchkey/identity-provider/conformance'
import t from 'tap'
import { createAuth0Provider } from '../dist/index.js'
import { callbackUrl, logoutUrl, newEmail, startAuth0Tenant } from './helpers/auth0-tenant.js'
import { startBrokenServer } from './helpers/loopback-server.js'

const applications: [string, string | undefined][] = [['public', undefined], ['confidential', 'secret-of-the-application']]
for (const [name, clientSecret] of applications) {
  t.test(`an application that is ${name}`, async t => {
    const tenant = await startAuth0Tenant(t, clientSecret)
    const options = {
      id: 'auth0', domain: 'acme.eu.auth0.com', issuer: tenant.issuer, clientId: 'web', callbackUrls: [callbackUrl], logoutUrls: [logoutUrl], ...(clientSecret !== undefined && { clientSecret })
    }
    const provider = createAuth0Provider(options, { log: { debug () {}, info () {}, warn () {}, error () {} } })

    await runConformance(t, {
      // A busy machine is not the adapter's fault.
      unavailableWithinMs: 30_000,
      create: dependencies => createAuth0Provider(options, dependencies),
      createUnavailable: async (kind, dependencies) => createAuth0Provider({ ...options, issuer: `${await startBrokenServer(t, kind)}/`, timeoutMs: 200 }, dependencies),
      worksOffline: ['hostedPages'],
      secrets: clientSecret === undefined ? [] : [clientSecret],
      scenarios: {
        passwordSignIn: {
          account: () => tenant.account(),
          unconfirmedAccount: () => tenant.account({ verified: false }),
          challengedAccount: () => tenant.account({ mfa: true })
        },
        passwordSignUp: {
          newAccount: () => ({ email: newEmail(), password: 'Correct-horse-battery-1', firstName: 'Ada', lastName: 'Lovelace' }),
          confirm: tenant.confirm
        },
        tokenRefresh: {
          rotates: true,
          async session () {
            const { email, password } = tenant.account()
            const { refreshToken } = await provider.signInWithPassword({ email, password })
            return { email, refreshToken: refreshToken as string }
          }
        },
        passwordRecovery: { account: () => tenant.account(), messagesTo: tenant.messagesTo },
        codeExchange: {
          async authorization () {
            const codeVerifier = randomBytes(32).toString('base64url')
            const nonce = randomUUID()
            const loginUrl = await provider.loginUrl({ redirectUri: callbackUrl, nonce, codeChallenge: createHash('sha256').update(codeVerifier).digest('base64url') })
            const code = (await tenant.visit(loginUrl)).searchParams.get('code') as string
            return { code, redirectUri: callbackUrl, codeVerifier, nonce }
          }
        },
        hostedPages: { redirectUri: callbackUrl, logoutRedirectUri: logoutUrl, foreignRedirectUri: 'http://localhost:3000/elsewhere' }
      }
    })

    t.equal((await fetch(await provider.logoutUrl({ redirectUri: logoutUrl }) ?? '', { redirect: 'manual' })).headers.get('location'), logoutUrl, 'the logout page leads back')
  })
}
