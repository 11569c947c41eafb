// A real OpenID provider on loopback for the demo and the end-to-end tests: `oidc-provider`, with accounts in memory and a
// sign-in that needs no clicks, so a program can complete the authorization code flow.
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { createHash, randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Provider } from 'oidc-provider'

export interface Account {
  email: string
  /** Default: true. */
  emailVerified?: boolean
}

export interface RunningProvider {
  issuer: string
  clientId: string
  clientSecret: string
  redirectUri: string
  /** Completes the authorization code flow with PKCE. @returns the ID token */
  signIn: (account: Account) => Promise<string>
  /** @returns an ID token of this issuer that expired an hour ago */
  expiredIdToken: (account: Account) => Promise<string>
  close: () => Promise<void>
}

/** Starts a provider with one client. */
export async function startOpenIdProvider ({ clientId = 'web', port = 0 }: { clientId?: string, port?: number } = {}): Promise<RunningProvider> {
  const clientSecret = randomBytes(32).toString('base64url')
  const redirectUri = 'http://localhost:3000/auth/callback'
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  const kid = randomBytes(8).toString('hex')
  const accounts = new Map<string, Account>()

  const server = createServer()
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const provider = new Provider(issuer, {
    clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: [redirectUri] }],
    jwks: { keys: [{ ...await exportJWK(privateKey), kid, alg: 'RS256', use: 'sig' }] },
    cookies: { keys: [randomBytes(16).toString('hex')] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'] },
    // Puts the email into the ID token, as many providers do.
    conformIdTokenClaims: false,
    ttl: { AccessToken: 3600, Grant: 3600, IdToken: 3600, Interaction: 600, Session: 3600 },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_context, accountId) => {
      const account = accounts.get(accountId)
      return account && { accountId, claims: () => ({ sub: accountId, email: account.email, email_verified: account.emailVerified ?? true }) }
    },
    // A first-party client needs no consent.
    loadExistingGrant: async context => {
      const grant = new context.oidc.provider.Grant({ clientId, accountId: context.oidc.session?.accountId })
      grant.addOIDCScope('openid email')
      await grant.save()
      return grant
    }
  })
  const handle = provider.callback()
  server.on('request', (request, response) => {
    if (!request.url?.startsWith('/interaction/')) {
      handle(request, response)
      return
    }
    provider.interactionDetails(request, response)
      .then(({ params }) => provider.interactionFinished(request, response, { login: { accountId: String(params.login_hint) } }))
      .catch(error => { response.writeHead(500).end(String(error)) })
  })

  const remember = (account: Account): string => {
    const accountId = createHash('sha256').update(account.email).digest('hex').slice(0, 16)
    accounts.set(accountId, account)
    return accountId
  }

  return {
    issuer,
    clientId,
    clientSecret,
    redirectUri,
    signIn: async account => {
      const verifier = randomBytes(32).toString('base64url')
      const code = await authorize(`${issuer}/auth?` + new URLSearchParams({
        client_id: clientId,
        redirect_uri: redirectUri,
        response_type: 'code',
        scope: 'openid email',
        login_hint: remember(account),
        code_challenge: createHash('sha256').update(verifier).digest('base64url'),
        code_challenge_method: 'S256'
      }), redirectUri)
      const response = await fetch(`${issuer}/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` },
        body: new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier })
      })
      const tokens = await response.json() as { id_token?: string }
      if (tokens.id_token === undefined) throw new Error(`The provider returned no ID token: ${JSON.stringify(tokens)}`)
      return tokens.id_token
    },
    expiredIdToken: async account => {
      const now = Math.floor(Date.now() / 1000)
      return await new SignJWT({ email: account.email, email_verified: true })
        .setProtectedHeader({ alg: 'RS256', kid })
        .setIssuer(issuer).setAudience(clientId).setSubject(remember(account))
        .setIssuedAt(now - 7200).setExpirationTime(now - 3600)
        .sign(privateKey)
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    }
  }
}

/** Follows the redirects of an authorization request as a browser would, with cookies. @returns the authorization code */
async function authorize (url: string, redirectUri: string): Promise<string> {
  const cookies = new Map<string, string>()
  for (let step = 0; step < 10; step++) {
    const response = await fetch(url, { redirect: 'manual', headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') } })
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = ''] = cookie.split(';')
      cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1))
    }
    const location = response.headers.get('location')
    if (location === null) throw new Error(`The provider responded with status ${response.status}: ${await response.text()}`)
    url = new URL(location, url).href
    if (url.startsWith(redirectUri)) {
      const code = new URL(url).searchParams.get('code')
      if (code === null) throw new Error(`The provider refused the sign-in: ${url}`)
      return code
    }
  }
  throw new Error('The provider redirected too many times')
}
