/** Checks for providers that have sessions, codes and hosted pages. */
import { randomUUID } from 'node:crypto'
import { rejection, type Check } from './check.js'
import { checkTokenSet } from './check-token-set.js'
import type { TapTest } from './tap-test.js'

export const tokenRefresh: Check<'tokenRefresh'> = async (t, { provider, scenario }) => {
  await t.test(scenario.rotates ? 'returns new tokens, and accepts a refresh token once' : 'returns new tokens for the same refresh token again', async t => {
    const session = await scenario.session()
    const first = await provider.refreshTokens(session)
    await checkTokenSet(t, provider, first, { email: session.email })
    if (scenario.rotates) t.not(first.refreshToken, session.refreshToken, 'the refresh token is a new one')
    else t.equal(first.refreshToken, session.refreshToken, 'the refresh token is the same')
    await checkTokenSet(t, provider, await provider.refreshTokens({ ...session, refreshToken: first.refreshToken as string }))
    if (scenario.rotates) await rejection(t, provider.refreshTokens(session), 'REFRESH_TOKEN_EXPIRED')
  })
  await t.test('refuses an unknown refresh token', async t => {
    const session = await scenario.session()
    await rejection(t, provider.refreshTokens({ ...session, refreshToken: `made-up-${randomUUID()}` }), 'REFRESH_TOKEN_EXPIRED')
  })
}

export const codeExchange: Check<'codeExchange'> = async (t, { provider, scenario }) => {
  await t.test('returns tokens for a code, once', async t => {
    const request = await scenario.authorization()
    await checkTokenSet(t, provider, await provider.exchangeCode(request), { nonce: request.nonce })
    await rejection(t, provider.exchangeCode(request), 'INVALID_CODE')
  })
  await t.test('refuses an unknown code', async t => {
    const request = await scenario.authorization()
    await rejection(t, provider.exchangeCode({ ...request, code: `made-up-${randomUUID()}` }), 'INVALID_CODE')
  })
  const { codeVerifier, nonce } = await scenario.authorization()
  if (codeVerifier !== undefined) {
    await t.test('refuses a code with the verifier of another login', async t => {
      const request = await scenario.authorization()
      await rejection(t, provider.exchangeCode({ ...request, codeVerifier: `other-${codeVerifier}` }), 'INVALID_CODE')
    })
  }
  if (nonce !== undefined) {
    await t.test('refuses a code with the nonce of another login', async t => {
      const request = await scenario.authorization()
      await rejection(t, provider.exchangeCode({ ...request, nonce: `other-${nonce}` }), 'INVALID_CODE')
    })
  }
}

export const hostedPages: Check<'hostedPages'> = async (t, { provider, scenario }) => {
  const { redirectUri, logoutRedirectUri, foreignRedirectUri } = scenario

  await t.test('returns a login URL for the client, without parameters that were not given', async t => {
    const url = pageOf(t, await provider.loginUrl())
    t.equal(url.searchParams.get('client_id'), provider.issuer.clientId, 'client_id')
    t.equal(url.searchParams.get('response_type'), 'code', 'response_type')
    t.ok(url.searchParams.get('scope')?.split(' ').includes('openid'), 'scope contains openid')
    for (const name of ['redirect_uri', 'state', 'nonce', 'code_challenge', 'login_hint']) t.equal(url.searchParams.get(name), null, `no ${name}`)
  })
  await t.test('returns a login URL with the given parameters', async t => {
    const url = pageOf(t, await provider.loginUrl({ redirectUri, state: 's&t', nonce: 'n', codeChallenge: 'c', loginHint: 'ada+1@example.com' }))
    const asked = { redirect_uri: redirectUri, state: 's&t', nonce: 'n', code_challenge: 'c', code_challenge_method: 'S256', login_hint: 'ada+1@example.com' }
    for (const [name, value] of Object.entries(asked)) t.equal(url.searchParams.get(name), value, name)
  })
  await t.test(logoutRedirectUri === null ? 'has no logout page' : 'returns a logout URL that leads back', async t => {
    const url = await provider.logoutUrl(logoutRedirectUri === null ? {} : { redirectUri: logoutRedirectUri })
    if (logoutRedirectUri === null) {
      t.equal(url, null, 'there is no URL')
      return
    }
    t.ok([...pageOf(t, url).searchParams.values()].includes(logoutRedirectUri), 'the logout URL contains the address to return to')
    pageOf(t, await provider.logoutUrl())
  })
  if (foreignRedirectUri !== undefined) {
    await t.test('refuses a redirect URI that is not allowed', async t => {
      await rejection(t, provider.loginUrl({ redirectUri: foreignRedirectUri }), 'REDIRECT_NOT_ALLOWED')
      if (logoutRedirectUri !== null) await rejection(t, provider.logoutUrl({ redirectUri: foreignRedirectUri }), 'REDIRECT_NOT_ALLOWED')
    })
  }
}

function pageOf (t: TapTest, url: string | null): URL {
  t.ok(url !== null && URL.canParse(url) && /^https?:$/.test(new URL(url).protocol), 'is the URL of a web page')
  return new URL(url ?? 'about:blank')
}
