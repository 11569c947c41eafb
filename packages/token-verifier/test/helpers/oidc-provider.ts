import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider, { type Configuration } from 'oidc-provider'
import type { Test } from 'tap'

const clientId = 'web'
const redirectUri = 'http://127.0.0.1/callback'

/** A real OpenID provider, and a browser that signs in at it. */
export interface OidcProvider {
  readonly issuer: string
  readonly clientId: string
  /** Signs in by the code flow with PKCE, as a person of this name. */
  signIn (login: string): Promise<{ idToken: string, accessToken: string }>
}

export async function startOidcProvider (t: Test): Promise<OidcProvider> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(async () => {
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  })
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const provider = new Provider(issuer, configuration())
  server.on('request', provider.callback())
  return { issuer, clientId, signIn: async login => await signIn(issuer, login) }
}

function configuration (): Configuration {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return {
    clients: [{ client_id: clientId, redirect_uris: [redirectUri], application_type: 'native', token_endpoint_auth_method: 'none' }],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kty: 'RSA', use: 'sig', alg: 'RS256' }] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'] },
    // Puts the email into the ID token, not only into the userinfo response.
    conformIdTokenClaims: false,
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, email: `${sub}@example.com`, email_verified: true }) }),
    cookies: { keys: [randomBytes(32).toString('hex')] },
    features: { devInteractions: { enabled: true } }
  }
}

async function signIn (issuer: string, login: string): Promise<{ idToken: string, accessToken: string }> {
  const verifier = randomBytes(32).toString('base64url')
  const browse = createBrowser()
  const query = new URLSearchParams({
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid email',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256'
  })
  const loginPage = await browse(`${issuer}/auth?${query.toString()}`)
  const consentPage = await browse(loginPage, { prompt: 'login', login, password: 'any' })
  const callback = await browse(consentPage, { prompt: 'consent' })
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code', client_id: clientId, redirect_uri: redirectUri, code_verifier: verifier, code: new URL(callback).searchParams.get('code') ?? ''
    })
  })
  const { id_token: idToken, access_token: accessToken } = await response.json() as { id_token: string, access_token: string }
  return { idToken, accessToken }
}

/** Follows redirects, with cookies, to a page or the app's callback. @returns its URL */
function createBrowser () {
  const cookies = new Map<string, string>()
  return async function browse (url: string, form?: Record<string, string>): Promise<string> {
    if (url.startsWith(redirectUri)) return url
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }
    })
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie) as unknown as [string, string, string]
      if (value === '') cookies.delete(name)
      else cookies.set(name, value)
    }
    await response.body?.cancel()
    const location = response.headers.get('location')
    return location === null ? url : await browse(new URL(location, url).href)
  }
}
