import apiTokens from '@latchkey/api-tokens'
import auditLog from '@latchkey/audit-log'
import authProfiles, { type ProfileConfig } from '@latchkey/auth-profiles'
import database from '@latchkey/database'
import providerEmbedded from '@latchkey/provider-embedded'
import rolePermissions from '@latchkey/role-permissions'
import { databaseUrl, type Dialect } from '@latchkey/test-databases'
import tokenVerifier from '@latchkey/token-verifier'
import usersStore from '@latchkey/users-store'
import Fastify, { LogController, type FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import graphqlApi from '../../dist/index.js'
import { createIssuerOnlyProvider, type Answer } from './api.js'

export interface AccountsApi {
  app: FastifyInstance
  /** Sends a query as clients do. */
  ask (query: string, options?: { token?: string | undefined, variables?: Record<string, unknown>, remoteAddress?: string }): Promise<Answer>
  /** The code in the last email to an address, once there are this many. */
  code (email: string, nth: number): Promise<string>
  /** The link in it. */
  link (email: string, nth: number): Promise<string>
  emailsTo (email: string): number
  /** Everything the app logged except the emails. */
  log (): string
}

/** The API over the embedded provider, which has every capability, at an address that nothing here can reach. */
export async function openAccounts (t: Test, dialect: Dialect, { profile = {}, administratorEmail, withAdministration = false }: { profile?: Partial<ProfileConfig>, administratorEmail?: string, withAdministration?: boolean } = {}): Promise<AccountsApi> {
  const emails: { to: string, text: string }[] = []
  const lines: string[] = []
  const write = (line: string) => {
    const entry = JSON.parse(line) as { to?: string, text?: string }
    if (entry.to !== undefined && entry.text !== undefined) emails.push({ to: entry.to, text: entry.text })
    else lines.push(line)
  }
  const app = Fastify({ logger: { level: 'debug', stream: { write } }, logController: new LogController({ disableRequestLogging: true }), trustProxy: true })
  const url = await databaseUrl({ teardown: remove => t.teardown(async () => { await app.close(); await remove() }) }, dialect)
  await app.register(database, { url })
  await app.register(usersStore)
  await app.register(rolePermissions, { roles: [{ name: 'Editor', permissions: {} }] })
  if (withAdministration) {
    await app.register(auditLog)
    await app.register(apiTokens)
  }
  await app.register(tokenVerifier)
  await app.register(providerEmbedded, { publicUrl: 'https://app.example.com', production: false, refreshTokenReuseSeconds: 0 })
  await app.register(authProfiles, {
    providers: { embedded: app.providerEmbedded.createProvider, test: createIssuerOnlyProvider },
    profiles: [
      { id: 'default', name: 'Default', type: 'embedded', roles: ['Editor'], callbackUrls: ['http://localhost:3000/callback'], ...profile },
      { id: 'plain', name: 'Plain', type: 'test', issuer: 'https://id.example.com', clientId: 'web' }
    ],
    ...administratorEmail !== undefined && { administratorEmail }
  })
  await app.register(graphqlApi)
  await app.ready()

  /** The text of an email, as soon as it is sent. */
  async function emailTo (email: string, nth: number): Promise<string> {
    const deadline = Date.now() + 60_000
    for (;;) {
      const text = emails.filter(({ to }) => to === email)[nth - 1]?.text
      if (text !== undefined) return text
      if (Date.now() > deadline) throw new Error(`There is no email number ${nth} to ${email}`)
      await new Promise(resolve => setTimeout(resolve, 10))
    }
  }

  return {
    app,
    ask: async (query, { token, variables, remoteAddress } = {}) => {
      const response = await app.inject({
        method: 'POST',
        url: '/graphql',
        headers: { ...token !== undefined && { authorization: `Bearer ${token}` } },
        payload: { query, variables },
        ...remoteAddress !== undefined && { remoteAddress }
      })
      return { status: response.statusCode, headers: response.headers, ...response.json<Pick<Answer, 'data' | 'errors'>>() }
    },
    code: async (email, nth) => {
      const text = await emailTo(email, nth)
      return /\b\d{6,8}\b/.exec(text)?.[0] ?? `no code in: ${text}`
    },
    link: async (email, nth) => /https:\S+/.exec(await emailTo(email, nth))?.[0] ?? 'no link',
    emailsTo: email => emails.filter(({ to }) => to === email).length,
    log: () => lines.join('\n')
  }
}
