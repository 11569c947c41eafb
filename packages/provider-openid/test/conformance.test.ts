import { runConformance, type Outage } from '@latchkey/identity-provider/conformance'
import { startTestIssuer } from '@latchkey/test-issuer'
import t from 'tap'
import { createOpenIdProvider } from '../dist/index.js'
import { authorize } from './helpers/code-flow.js'
import { startOidcProvider } from './helpers/oidc-provider-fixture.js'
import { silent } from './helpers/silent-log.js'

const callback = 'http://127.0.0.1:1/auth/callback'
const loggedOut = 'http://127.0.0.1:1/logged-out'
const clientSecret = 'the+client/secret of a test'
const ada = { subject: 'ada', email: 'ada@example.com', password: 'correct horse' }

for (const rotates of [true, false]) {
  const provider = await startOidcProvider({
    clients: [{ client_id: 'web', client_secret: clientSecret, redirect_uris: [callback], post_logout_redirect_uris: [loggedOut] }],
    accounts: [ada],
    configuration: { rotateRefreshToken: rotates }
  })
  t.teardown(() => provider.close())
  const options = { id: 'company-sso', issuer: provider.issuer, clientId: 'web', clientSecret, callbackUrls: [callback], logoutUrls: [loggedOut] }

  async function authorization () {
    return await authorize(provider, createOpenIdProvider(options, { log: silent }), { ...ada, redirectUri: callback })
  }

  t.test(`with a provider that ${rotates ? 'rotates refresh tokens' : 'lets a refresh token be used again'}`, async t => {
    await runConformance(t, {
      // A busy machine is not the adapter's fault.
      unavailableWithinMs: 30_000,
      create: dependencies => createOpenIdProvider(options, dependencies),
      createUnavailable: async (kind, dependencies) => createOpenIdProvider({ ...options, issuer: await brokenIssuer(kind), timeoutMs: 300 }, dependencies),
      secrets: [clientSecret],
      scenarios: {
        codeExchange: { authorization },
        tokenRefresh: {
          session: async () => {
            const { refreshToken } = await createOpenIdProvider(options, { log: silent }).exchangeCode(await authorization())
            return { refreshToken: refreshToken as string, email: ada.email }
          },
          rotates
        },
        hostedPages: { redirectUri: callback, logoutRedirectUri: loggedOut, foreignRedirectUri: 'https://evil.example/' }
      }
    })
  })
}

async function brokenIssuer (kind: Outage): Promise<string> {
  const issuer = await startTestIssuer({ algorithm: 'ES256' })
  t.teardown(() => issuer.close())
  await issuer.behave(kind)
  return issuer.issuer
}
