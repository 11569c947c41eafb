// Signs in at the hosted login page in a headless browser, as a person does, and then acts as the front end: authorization code flow with PKCE.
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

/** Serves the front end's page to which the login page sends the browser back. */
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

/** Signs in with email and password at the login page of a profile. @returns the ID token that the front end receives */
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
  if (arrived.get('state') !== state) throw new Error('The login page returned a different state')

  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'authorization_code', client_id: clientId, code: arrived.get('code') ?? '', redirect_uri: redirectUri, code_verifier: verifier })
  })
  const { id_token: idToken } = await response.json() as { id_token?: string }
  if (idToken === undefined) throw new Error(`The token endpoint responded with status ${response.status}`)
  return idToken
}
