/**
 * A fake tenant that follows the Authentication API reference: `/oauth/token` with the grants that the adapter uses,
 * `/dbconnections`, `/authorize` and `/v2/logout`. Its tokens and keys come from a test issuer.
 */
import { createHash, randomUUID } from 'node:crypto'
import formbody from '@fastify/formbody'
import { startTestIssuer } from '@latchkey/test-issuer'
import Fastify, { type FastifyReply } from 'fastify'
import type { Test } from 'tap'

export const callbackUrl = 'http://localhost:3000/auth/callback'
export const logoutUrl = 'http://localhost:3000/logout'
const connection = 'Username-Password-Authentication'
const clientId = 'web'

interface Account {
  readonly id: string
  readonly email: string
  password: string
  verified: boolean
  readonly mfa: boolean
  failures: number
}

interface Authorization { readonly account: Account, readonly redirectUri: string, readonly codeChallenge?: string, readonly nonce?: string }

export interface Auth0Tenant {
  /** The `iss` of its tokens, and the base URL of the API. */
  readonly issuer: string
  account (options?: { verified?: boolean, mfa?: boolean }): { email: string, password: string }
  confirm (email: string): void
  messagesTo (email: string): number
  /** Opens a login URL like the browser of a user who is signed in there. */
  visit (loginUrl: string): Promise<URL>
}

export function newEmail (): string {
  return `ada-${randomUUID()}@example.com`
}

/** @param clientSecret the application's secret; with one, it authenticates by Post */
export async function startAuth0Tenant (t: Test, clientSecret?: string): Promise<Auth0Tenant> {
  const keys = await startTestIssuer({ shape: 'auth0', clientId })
  const accounts = new Map<string, Account>()
  const messages = new Map<string, number>()
  const codes = new Map<string, Authorization>()
  const families = new Map<string, { account: Account, current: string }>()
  let visitor: Account | undefined
  const app = Fastify()
  t.teardown(async () => {
    await app.close()
    await keys.close()
  })
  const issuer = () => `${app.listeningOrigin}/`

  await app.register(formbody)
  app.get('/.well-known/jwks.json', async () => await (await fetch(keys.jwksUri)).json())

  app.post<{ Body: Record<string, string> }>('/oauth/token', async ({ body }, reply) => {
    if (body.client_id !== clientId) return refuse(reply, 401, 'invalid_client', 'Unknown client')
    if (body.client_secret !== clientSecret) return refuse(reply, 401, 'access_denied', 'Unauthorized')
    switch (body.grant_type) {
      case 'http://auth0.com/oauth/grant-type/password-realm': return await signIn(body, reply)
      case 'refresh_token': return await refresh(body, reply)
      case 'authorization_code': return await exchange(body, reply)
      default: return refuse(reply, 403, 'unauthorized_client', `Grant type '${body.grant_type}' not allowed for the client.`)
    }
  })

  app.post<{ Body: Record<string, string> }>('/dbconnections/signup', async ({ body: { email = '', password = '', ...body } }, reply) => {
    if (body.client_id !== clientId || body.connection !== connection) return reply.code(400).send({ error: 'connection is disabled' })
    if (password.length < 8) {
      return reply.code(400).send({
        name: 'PasswordStrengthError',
        code: 'invalid_password',
        message: 'Password is too weak',
        description: { rules: [{ code: 'lengthAtLeast', message: 'At least %d characters in length', format: [8], verified: false }], verified: false },
        policy: '* At least 8 characters in length',
        statusCode: 400
      })
    }
    if (accounts.has(email)) return reply.code(400).send({ name: 'BadRequestError', code: 'invalid_signup', description: 'Invalid sign up', statusCode: 400 })
    const { id } = createAccount({ email, password, verified: false, mfa: false })
    return { _id: id, email, email_verified: false, given_name: body.given_name, family_name: body.family_name }
  })

  app.post<{ Body: Record<string, string> }>('/dbconnections/change_password', async ({ body: { email = '' } }, reply) => {
    if (accounts.has(email)) messages.set(email, (messages.get(email) ?? 0) + 1)
    return reply.type('text/html; charset=utf-8').send("We've just sent you an email to reset your password.")
  })

  app.get<{ Querystring: Record<string, string> }>('/authorize', async ({ query }, reply) => {
    const { redirect_uri: redirectUri = '', code_challenge: codeChallenge, nonce, state } = query
    if (query.response_type !== 'code' || query.client_id !== clientId || redirectUri !== callbackUrl || visitor === undefined) return reply.code(403).send()
    if (codeChallenge !== undefined && query.code_challenge_method !== 'S256') return reply.code(403).send()
    const code = randomUUID()
    codes.set(code, { account: visitor, redirectUri, ...(codeChallenge !== undefined && { codeChallenge }), ...(nonce !== undefined && { nonce }) })
    return reply.redirect(`${redirectUri}?${new URLSearchParams({ code, ...(state !== undefined && { state }) }).toString()}`)
  })

  app.get<{ Querystring: Record<string, string> }>('/v2/logout', async ({ query }, reply) =>
    query.client_id === clientId && query.returnTo === logoutUrl ? reply.redirect(query.returnTo) : reply.code(400).send())

  await app.listen({ port: 0, host: '127.0.0.1' })

  return {
    get issuer () { return issuer() },
    account: ({ verified = true, mfa = false } = {}) => {
      const { email, password } = createAccount({ email: newEmail(), password: 'Correct-horse-battery-1', verified, mfa })
      return { email, password }
    },
    confirm: email => { (accounts.get(email) as Account).verified = true },
    messagesTo: email => messages.get(email) ?? 0,
    async visit (loginUrl) {
      visitor = createAccount({ email: newEmail(), password: 'Correct-horse-battery-1', verified: true, mfa: false })
      const answer = await fetch(loginUrl, { redirect: 'manual' })
      return new URL(answer.headers.get('location') as string)
    }
  }

  function createAccount (account: Pick<Account, 'email' | 'password' | 'verified' | 'mfa'>): Account {
    const made = { id: randomUUID().replaceAll('-', '').slice(0, 24), failures: 0, ...account }
    accounts.set(account.email, made)
    return made
  }

  async function signIn ({ username = '', password, realm, scope = '' }: Record<string, string>, reply: FastifyReply): Promise<unknown> {
    if (realm !== connection) return refuse(reply, 400, 'invalid_request', `connection not found: ${realm}`)
    const account = accounts.get(username)
    if (account === undefined || account.password !== password) {
      if (account !== undefined && ++account.failures > 10) return refuse(reply, 429, 'too_many_attempts', 'Your account has been blocked after multiple consecutive login attempts.')
      return refuse(reply, 403, 'invalid_grant', 'Wrong email or password.')
    }
    if (!account.verified) return refuse(reply, 401, 'unauthorized', 'Please verify your email before logging in.')
    if (account.mfa) return reply.code(403).send({ error: 'mfa_required', error_description: 'Multifactor authentication required', mfa_token: 'Fe26-mfa-token' })
    return await tokensOf(account, scope.includes('offline_access') ? startFamily(account) : undefined)
  }

  async function refresh ({ refresh_token: token = '' }: Record<string, string>, reply: FastifyReply): Promise<unknown> {
    const [familyId = ''] = token.split('.')
    const family = families.get(familyId)
    if (family === undefined || family.current !== token) {
      // It was used before, so the newer one stops working too.
      families.delete(familyId)
      return refuse(reply, 403, 'invalid_grant', 'Unknown or invalid refresh token.')
    }
    family.current = `${familyId}.${randomUUID()}`
    return await tokensOf(family.account, family.current)
  }

  async function exchange ({ code = '', redirect_uri: redirectUri, code_verifier: verifier = '' }: Record<string, string>, reply: FastifyReply): Promise<unknown> {
    const authorization = codes.get(code)
    codes.delete(code)
    if (authorization === undefined) return refuse(reply, 403, 'invalid_grant', 'Invalid authorization code')
    if (authorization.redirectUri !== redirectUri) return refuse(reply, 403, 'unauthorized_client', 'The redirect URI is wrong.')
    if (authorization.codeChallenge !== undefined && createHash('sha256').update(verifier).digest('base64url') !== authorization.codeChallenge) return refuse(reply, 403, 'invalid_grant', 'Failed to verify code verifier')
    return await tokensOf(authorization.account, startFamily(authorization.account), authorization.nonce)
  }

  function startFamily (account: Account): string {
    const id = randomUUID()
    const current = `${id}.${randomUUID()}`
    families.set(id, { account, current })
    return current
  }

  async function tokensOf ({ id, email, verified }: Account, refreshToken: string | undefined, nonce?: string): Promise<object> {
    const subject = `auth0|${id}`
    return {
      id_token: await keys.idToken({ subject, email, emailVerified: verified, claims: { iss: issuer(), nonce } }),
      access_token: await keys.accessToken({ subject, claims: { iss: issuer() } }),
      refresh_token: refreshToken,
      scope: 'openid profile email offline_access',
      token_type: 'Bearer',
      expires_in: 86400
    }
  }
}

function refuse (reply: FastifyReply, status: number, error: string, description: string): FastifyReply {
  return reply.code(status).send({ error, error_description: description })
}
