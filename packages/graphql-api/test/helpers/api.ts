import authProfiles, { type AuthProfilesOptions, type ProfileConfig } from '@latchkey/auth-profiles'
import database from '@latchkey/database'
import type { IdentityProvider } from '@latchkey/identity-provider'
import rolePermissions, { type RolePermissions } from '@latchkey/role-permissions'
import { databaseUrl, type Dialect } from '@latchkey/test-databases'
import { startTestIssuer, type TestIssuer, type TokenOptions } from '@latchkey/test-issuer'
import tokenVerifier from '@latchkey/token-verifier'
import usersStore, { type User, type UsersStoreOptions } from '@latchkey/users-store'
import Fastify, { LogController, type FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import graphqlApi, { type GraphqlApiOptions } from '../../dist/index.js'

/** What a client gets. */
export interface Answer {
  status: number
  headers: Record<string, unknown>
  data: Record<string, unknown> | null | undefined
  errors: AnsweredError[] | undefined
}

export interface AnsweredError {
  message: string
  code: string
  path?: (string | number)[]
  details?: Record<string, unknown>
  extensions: Record<string, unknown>
}

export interface Ask {
  token?: string | undefined
  variables?: Record<string, unknown> | undefined
  operationName?: string | undefined
  headers?: Record<string, string> | undefined
}

export interface TestApi {
  app: FastifyInstance
  issuer: TestIssuer
  /** What the app logged, by line. */
  logs: Record<string, unknown>[]
  /** Sends a query as clients do. */
  ask (query: string, options?: Ask): Promise<Answer>
  /** A user that exists, with these roles, and a token of it. */
  user (subject: string, options?: { roles?: string[], user?: Partial<User> }): Promise<{ user: User, token: string }>
  /** Makes a role. */
  role (name: string, permissions: RolePermissions): Promise<void>
  token (options?: TokenOptions): Promise<string>
}

export interface ApiOptions {
  /** An existing database, for another instance. The caller closes the app. */
  url?: string
  profiles?: (Partial<Omit<ProfileConfig, 'id'>> & { id?: string })[]
  usersStore?: UsersStoreOptions
  graphqlApi?: GraphqlApiOptions
  administratorEmail?: string
  authProfiles?: Partial<AuthProfilesOptions>
  /** Registers what the app has before anything of Latchkey. */
  first?: (app: FastifyInstance) => Promise<void>
  /** Registers what the app has of its own before the API. */
  before?: (app: FastifyInstance) => Promise<void>
  /** Adds what the app has of its own once the API is there. */
  after?: (app: FastifyInstance) => void
}

/** The smallest adapter there can be: one that only says what its tokens look like. */
export function createIssuerOnlyProvider ({ id, type, issuer, clientId }: { id: string, type: string, issuer: string, clientId: string }): IdentityProvider {
  return { id, type, issuer: { issuer, clientId, audiences: [clientId] } }
}

/** The whole API on a fresh database, with one issuer, whose tokens belong to the profile `main` unless `profiles` says otherwise. */
export async function openApi (t: Test, dialect: Dialect = 'sqlite', options: ApiOptions = {}): Promise<TestApi> {
  const issuer = await startTestIssuer()
  t.teardown(() => issuer.close())
  const logs: Record<string, unknown>[] = []
  const app = Fastify({ logger: { level: 'info', stream: { write: line => { logs.push(JSON.parse(line)) } } }, logController: new LogController({ disableRequestLogging: true }) })
  // The app must let go of its database before that is removed.
  const url = options.url ?? await databaseUrl({ teardown: remove => t.teardown(async () => { await app.close(); await remove() }) }, dialect)
  await options.first?.(app)
  await app.register(database, { url })
  await app.register(usersStore, options.usersStore ?? {})
  await app.register(rolePermissions)
  await app.register(tokenVerifier)
  await app.register(authProfiles, {
    providers: { test: createIssuerOnlyProvider },
    ...options.authProfiles,
    profiles: (options.profiles ?? [{}]).map(profile => ({ id: 'main', name: 'Main', type: 'test', issuer: issuer.issuer, clientId: issuer.clientId, ...profile })),
    ...options.administratorEmail !== undefined && { administratorEmail: options.administratorEmail }
  })
  await options.before?.(app)
  await app.register(graphqlApi, options.graphqlApi ?? {})
  options.after?.(app)
  await app.ready()

  return {
    app,
    issuer,
    logs,
    ask: async (query, { token, variables, operationName, headers } = {}) => {
      const response = await app.inject({
        method: 'POST',
        url: '/graphql',
        headers: { ...token !== undefined && { authorization: `Bearer ${token}` }, ...headers },
        payload: { query, variables, operationName }
      })
      return { status: response.statusCode, headers: response.headers, ...response.json<Pick<Answer, 'data' | 'errors'>>() }
    },
    user: async (subject, { roles = [], user: fields } = {}) => {
      const email = `${subject}@example.com`
      const user = await app.usersStore.create({ email, ...fields }, { identity: { issuer: issuer.issuer, subject, emailVerified: true } })
      await app.rolePermissions.assign(user.id, roles.map(name => app.rolePermissions.find({ name })?.id ?? `no role ${name}`))
      return { user, token: await issuer.idToken({ subject, email }) }
    },
    role: async (name, permissions) => { await app.rolePermissions.create({ name, permissions }) },
    token: async options => await issuer.idToken(options)
  }
}

/** An error as the API gives it, for `t.match`. */
export function error (code: string, rest: Record<string, unknown> = {}): Record<string, unknown> {
  return { code, ...rest, extensions: { code, ...rest.extensions as object } }
}
