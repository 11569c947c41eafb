/**
 * A real OpenID provider (oidc-provider) on a loopback port, with accounts and a login form, and a minimal browser that
 * signs in there. For tests that need real codes and tokens.
 */
import { generateKeyPairSync } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider, { type ClientMetadata, type Configuration } from 'oidc-provider'
import { createBrowser, type Browser } from './headless-browser.js'

export interface FixtureAccount {
  readonly subject: string
  readonly email: string
  readonly emailVerified?: boolean
  readonly password: string
}

export interface OidcProviderFixture {
  readonly issuer: string
  /**
   * Opens the login page, submits the form, and follows the redirects to the client's callback, which need not exist.
   *
   * @returns the callback URL, with `code`, `state` and `iss`
   */
  signIn (loginUrl: string, credentials: { email: string, password: string }, browser?: Browser): Promise<URL>
  close (): Promise<void>
}

/**
 * Starts the provider.
 *
 * @param options.clients as in OpenID Connect Dynamic Client Registration
 * @param options.configuration overrides for the default provider, which issues and rotates refresh tokens and puts the email in ID tokens
 */
export async function startOidcProvider (options: { clients: ClientMetadata[], accounts: readonly FixtureAccount[], configuration?: Configuration }): Promise<OidcProviderFixture> {
  const { clients, accounts, configuration } = options
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const provider = new Provider(issuer, {
    clients: clients.map(client => ({ grant_types: ['authorization_code', 'refresh_token'], ...client })),
    jwks: { keys: [{ ...generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig' }] },
    cookies: { keys: ['a key of a test'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_ctx, { uid }) => `/login/${uid}` },
    claims: { openid: ['sub'], email: ['email', 'email_verified'] },
    scopes: ['openid', 'email', 'profile', 'offline_access'],
    // Puts the claims of the scopes in the ID token, because the app reads nothing else.
    conformIdTokenClaims: false,
    issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    ttl: { AccessToken: 3600, AuthorizationCode: 60, Grant: 3600, IdToken: 3600, Interaction: 3600, RefreshToken: 3600, Session: 3600 },
    findAccount: async (_ctx, subject) => {
      const account = accounts.find(account => account.subject === subject)
      return account && { accountId: subject, claims: async () => ({ sub: subject, email: account.email, email_verified: account.emailVerified ?? true }) }
    },
    // Grants consent without asking.
    loadExistingGrant: async ctx => {
      const { client, session, params } = ctx.oidc
      if (client === undefined || session?.accountId === undefined) return undefined
      const grant = new ctx.oidc.provider.Grant({ clientId: client.clientId, accountId: session.accountId })
      grant.addOIDCScope(String(params?.scope ?? ''))
      await grant.save()
      return grant
    },
    ...configuration
  })

  const atProvider = provider.callback()
  server.on('request', (request, response) => {
    if (!request.url?.startsWith('/login/')) {
      atProvider(request, response)
    } else if (request.method === 'POST') {
      finishLogin(request).then(async result => { await provider.interactionFinished(request, response, result) })
        .catch(() => { response.writeHead(500).end() })
    } else {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><form method="post"><input name="email"><input name="password" type="password"><button>Sign in</button></form>')
    }
  })

  async function finishLogin (request: IncomingMessage) {
    const form = new URLSearchParams(await readBody(request))
    const account = accounts.find(({ email, password }) => email === form.get('email') && password === form.get('password'))
    return account === undefined ? { error: 'access_denied' } : { login: { accountId: account.subject } }
  }

  return {
    issuer,
    async signIn (loginUrl, credentials, browser = createBrowser()) {
      const form = await browser.open(loginUrl, issuer)
      const callback = await browser.submit(form.url, credentials, issuer)
      return new URL(callback.url)
    },
    async close () {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    }
  }
}

async function readBody (request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of request) body += chunk
  return body
}
