// examples/quick-start.ts
import { createOpenIdProvider } from '@latchkey/provider-openid'
import { calculatePKCECodeChallenge, randomNonce, randomPKCECodeVerifier, randomState } from 'openid-client'

const redirectUri = 'http://localhost:3000/auth/callback'

const provider = createOpenIdProvider({
  id: 'company-sso',
  issuer: process.env.ISSUER ?? 'https://accounts.google.com',
  clientId: 'web',
  clientSecret: process.env.CLIENT_SECRET,
  callbackUrls: [redirectUri]
}, { log: console })

// 1. Your front end keeps the verifier, nonce and state, and sends the browser to the login page.
const codeVerifier = randomPKCECodeVerifier()
const nonce = randomNonce()
const state = randomState()
export const loginUrl = await provider.loginUrl({ redirectUri, nonce, state, codeChallenge: await calculatePKCECodeChallenge(codeVerifier) })
console.log(`Sign in at ${loginUrl}`)

// 2. The browser returns with a code, which your server exchanges for tokens.
export async function finishLogin (callbackUrl: URL) {
  const { code, state: returned } = Object.fromEntries(callbackUrl.searchParams)
  if (code === undefined || returned !== state) throw new Error('The code is missing, or the state belongs to another login.')
  return await provider.exchangeCode({ code, redirectUri, codeVerifier, nonce })
}
