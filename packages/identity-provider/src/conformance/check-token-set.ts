import type { TokenSet } from '../capabilities.js'
import type { IdentityProvider } from '../provider.js'
import type { TapTest } from './tap-test.js'

/** What the tokens should contain. Only the given values are checked. */
export interface ExpectedIdentity {
  readonly subject?: string
  readonly email?: string
  readonly nonce?: string
}

type Values = Record<string, unknown>

/** Asserts that a token set was issued by the provider, for the right account. */
export async function checkTokenSet (t: TapTest, provider: IdentityProvider, tokens: TokenSet, expected: ExpectedIdentity = {}): Promise<void> {
  const { issuer, clientId, audiences, algorithms, claimNames } = provider.issuer
  const [header, claims] = decode(tokens.idToken)
  t.equal(claims.iss, issuer, 'the ID token has the described issuer')
  const audience = [claims.aud].flat()
  t.ok(audience.some(one => audiences.includes(one as string)), 'the ID token has one of the described audiences')
  if (audience.length > 1) t.equal(claims.azp, clientId, 'an ID token with several audiences names the client in azp')
  t.ok(typeof claims.sub === 'string' && claims.sub !== '', 'the ID token has a subject')
  t.ok(typeof claims.exp === 'number' && claims.exp * 1000 > Date.now(), 'the ID token has not expired')
  if (algorithms !== undefined) t.ok(algorithms.includes(header.alg as string), 'the ID token is signed with a described algorithm')
  t.ok(await publishes(provider, header.kid), 'the issuer publishes the key of the ID token')

  if (expected.subject !== undefined) t.equal(claims.sub, expected.subject, 'the ID token is about the right account')
  if (expected.email !== undefined) t.equal(claims[claimNames?.email ?? 'email'], expected.email, 'the ID token has the email of the account')
  if (expected.nonce !== undefined) t.equal(claims.nonce, expected.nonce, 'the ID token has the nonce of the request')

  t.ok(isNullOrText(tokens.accessToken), 'the access token is a non-empty string or null')
  t.ok(isNullOrText(tokens.refreshToken), 'the refresh token is a non-empty string or null')
  if (tokens.idTokenExpiresAt !== null) {
    t.ok(Math.abs(Date.parse(tokens.idTokenExpiresAt) / 1000 - Number(claims.exp)) < 2, 'idTokenExpiresAt is when the ID token expires')
  }
  if (tokens.accessTokenExpiresAt !== null) t.ok(Date.parse(tokens.accessTokenExpiresAt) > Date.now(), 'accessTokenExpiresAt is in the future')
}

/** The claims of a token, not verified. */
export function claimsOf (token: string): Values {
  return decode(token)[1]
}

function decode (token: string): [header: Values, claims: Values] {
  const [header = '', claims = ''] = token.split('.')
  return [header, claims].map(part => JSON.parse(Buffer.from(part, 'base64url').toString()) as Values) as [Values, Values]
}

function isNullOrText (value: unknown): boolean {
  return value === null || (typeof value === 'string' && value !== '')
}

async function publishes ({ issuer: { issuer, jwksUri } }: IdentityProvider, kid: unknown): Promise<boolean> {
  const discovery = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  const { keys } = await get(jwksUri ?? (await get(discovery)).jwks_uri as string)
  return (keys as { kid?: unknown }[]).some(key => key.kid === kid)
}

async function get (url: string): Promise<Values> {
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(5000) })
  return await response.json() as Values
}
