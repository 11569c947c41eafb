// Signing in at the hosted page as a person does, in a headless browser, and as a front end does behind it: authorization code with PKCE.
import { createHash, randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser } from 'playwright-core'

export interface HostedProfile {
  loginUrl: string
  issuer: string
  clientId: string
}

export interface Credentials { email: string, password: string }

/** The front end's page that the login page sends the browser back to. */
export async function startCallbackPage (): Promise<{ url: string, close: () => void }> {
  const server = createServer((_request, response) => { response.end('Back in the app.') })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/auth/callback`,
    close: () => {
      server.close()
      server.closeAllConnections()
    }
  }
}

/** Types email and password into the login page of a profile; gives the ID token that the front end then has. */
export async function signInAtHostedPage (browser: Browser, { loginUrl, issuer, clientId }: HostedProfile, redirectUri: string, { email, password }: Credentials): Promise<string> {
  const verifier = randomBytes(32).toString('base64url')
  const state = randomBytes(16).toString('base64url')
  const nonce = randomBytes(16).toString('base64url')
  const url = new URL(loginUrl)
  const parameters = { redirect_uri: redirectUri, state, nonce, code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256' }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)

  const page = await browser.newPage()
  page.setDefaultTimeout(15_000)
  await page.goto(url.href)
  await page.getByLabel('Email address').fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL(address => address.href.startsWith(redirectUri))
  const arrived = new URL(page.url()).searchParams
  await page.close()
  if (arrived.get('state') !== state) throw new Error('The login page came back with another state')

  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'authorization_code', client_id: clientId, code: arrived.get('code') ?? '', redirect_uri: redirectUri, code_verifier: verifier })
  })
  const { id_token: idToken } = await response.json() as { id_token?: string }
  if (idToken === undefined) throw new Error(`The token endpoint answered ${response.status}`)
  return idToken
}
