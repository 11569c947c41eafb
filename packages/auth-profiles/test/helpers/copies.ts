import database from '@latchkey/database'
import type { IdentityProvider, ProviderRegistry } from '@latchkey/identity-provider'
import { createOpenIdProvider } from '@latchkey/provider-openid'
import rolePermissions from '@latchkey/role-permissions'
import { databaseUrl, type Dialect } from '@latchkey/test-databases'
import { startTestIssuer, type TestIssuer, type TokenOptions } from '@latchkey/test-issuer'
import tokenVerifier from '@latchkey/token-verifier'
import usersStore from '@latchkey/users-store'
import Fastify, { type FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import authProfiles, { type AuthProfilesOptions } from '../../dist/index.js'

export const secretKey = 'a secret key of more than 32 characters'

/** One app over a database that others may share. */
export interface Copy {
  app: FastifyInstance
  /** Everything it logged. */
  log (): string
  /** What `/me` answers to a token. */
  me (token: string): Promise<{ status: number, body: { kind?: string, userId?: string, code?: string, reason?: string } }>
  /** Waits until this copy has looked at the database again. */
  untilFresh (): Promise<void>
  close (): Promise<void>
}

export interface Copies {
  url: string
  /** The issuer of the profile `main`, which stands in the configuration. */
  main: TestIssuer
  /** One more copy of the app on the same database; `by` another way to it. */
  open (options?: Partial<AuthProfilesOptions>, by?: string): Promise<Copy>
  /** One more issuer. */
  issuer (): Promise<TestIssuer>
}

/** An adapter that writes down what it is opened with, and whether it is closed. */
export function recordingAdapter () {
  const opened: { options: Record<string, unknown>, closed: boolean }[] = []
  const create = (options: Record<string, unknown>): IdentityProvider => {
    const record = { options, closed: false }
    opened.push(record)
    const { id, type, issuer, clientId } = options as { id: string, type: string, issuer: string, clientId: string }
    return { id, type, issuer: { issuer, clientId, audiences: [clientId] }, close: async () => { record.closed = true } }
  }
  return { opened, registry: { recording: create } as unknown as ProviderRegistry }
}

export async function openCopies (t: Test, dialect: Dialect): Promise<Copies> {
  const apps: FastifyInstance[] = []
  const issuers: TestIssuer[] = []
  // The apps must let go of the database before it is removed.
  const url = await databaseUrl({ teardown: remove => t.teardown(async () => { await Promise.all(apps.map(app => app.close())); await Promise.all(issuers.map(issuer => issuer.close())); await remove() }) }, dialect)
  const issuer = async () => {
    const started = await startTestIssuer()
    issuers.push(started)
    return started
  }
  const main = await issuer()

  return {
    url,
    main,
    issuer,
    open: async (options = {}, by = url) => {
      const lines: string[] = []
      const app = Fastify({ logger: { level: 'info', stream: { write: line => { lines.push(line) } } } })
      apps.push(app)
      await app.register(database, { url: by, maxConnections: 5 })
      await app.register(usersStore)
      await app.register(rolePermissions, { roles: [{ name: 'Editor', permissions: {} }, { name: 'Writer', permissions: {} }] })
      await app.register(tokenVerifier)
      await app.register(authProfiles, {
        profiles: [{ id: 'main', name: 'Main', type: 'openid', issuer: main.issuer, clientId: main.clientId }],
        secretKey,
        ...options,
        providers: { openid: createOpenIdProvider, ...options.providers }
      })
      app.get('/me', { preHandler: async request => { await app.authProfiles.authenticate(request) } }, async ({ principal }) => principal)
      await app.ready()
      return {
        app,
        log: () => lines.join('\n'),
        me: async token => {
          const response = await app.inject({ url: '/me', headers: { authorization: `Bearer ${token}` } })
          return { status: response.statusCode, body: response.json() }
        },
        untilFresh: async () => {
          await new Promise(resolve => setTimeout(resolve, 1050))
          await app.authProfiles.refresh()
        },
        close: async () => { await app.close() }
      }
    }
  }
}

/** The verified identity that a token gives. */
export async function identityOf ({ app }: Copy, issuer: TestIssuer, token: TokenOptions) {
  return await app.tokenVerifier.verify({ log: app.log } as never, await issuer.idToken(token))
}

/** A profile for an issuer, as it is made at run time. */
export function profileFor ({ issuer, clientId }: TestIssuer, given: object = {}) {
  return { name: 'Partner', type: 'openid', selfSignUp: 'open' as const, options: { issuer, clientId }, ...given }
}
