import type { IdentityProvider, ProviderDependencies } from '@latchkey/identity-provider'
import database from '@latchkey/database'
import rolePermissions from '@latchkey/role-permissions'
import { databaseUrl, type Dialect } from '@latchkey/test-databases'
import { startTestIssuer, type TestIssuer, type TokenOptions } from '@latchkey/test-issuer'
import tokenVerifier, { type Identity } from '@latchkey/token-verifier'
import usersStore from '@latchkey/users-store'
import Fastify, { type FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import authProfiles, { type AuthProfilesOptions, type ProfileConfig } from '../../dist/index.js'

/** The smallest adapter there can be: one that only says what its tokens look like. */
export function createIssuerOnlyProvider (options: { id: string, type: string, issuer: string, clientId: string }, _dependencies?: ProviderDependencies): IdentityProvider {
  const { id, type, issuer, clientId } = options
  return { id, type, issuer: { issuer, clientId, audiences: [clientId] } }
}

export interface TestApp {
  app: FastifyInstance
  issuers: TestIssuer[]
  /** The verified identity of a token of an issuer. */
  identity (issuer: number, options?: TokenOptions): Promise<Identity>
  /** What another process would have open on the same database. */
  copy (): Promise<FastifyInstance>
}

type Part = Partial<Omit<ProfileConfig, 'id'>> & { id?: string }

/** An app with one issuer and profile for each of `profiles`, on a fresh database; `after` registers what comes after the plugin. */
export async function startApp (t: Test, dialect: Dialect, profiles: Part[] = [{}], options: Partial<AuthProfilesOptions> = {}, after: (app: FastifyInstance) => Promise<void> = async () => {}): Promise<TestApp> {
  const issuers = await Promise.all(profiles.map(async () => await startTestIssuer()))
  t.teardown(() => Promise.all(issuers.map(issuer => issuer.close())))
  const app = Fastify()
  const copies: FastifyInstance[] = []
  // Teardowns run in the order they are given: the app must let go of its database first.
  const url = await databaseUrl({ teardown: remove => t.teardown(async () => { await Promise.all([app, ...copies].map(one => one.close())); await remove() }) }, dialect)
  await app.register(database, { url })
  await app.register(usersStore)
  await app.register(rolePermissions, { roles: [{ name: 'Editor', permissions: {} }] })
  await app.register(tokenVerifier)
  await app.register(authProfiles, {
    providers: { test: createIssuerOnlyProvider },
    profiles: profiles.map((part, index) => ({ id: `p${index}`, name: `Profile ${index}`, type: 'test', issuer: issuers[index]?.issuer, clientId: issuers[index]?.clientId, ...part })),
    ...options
  })
  await after(app)
  app.get('/me', { preHandler: async request => { await app.authProfiles.authenticate(request) } }, async ({ principal }) => principal)
  app.post('/identity', async request => await app.tokenVerifier.verify(request, request.body as string))
  await app.ready()

  return {
    app,
    issuers,
    copy: async () => {
      const copy = Fastify()
      copies.push(copy)
      await copy.register(database, { url })
      await copy.register(usersStore)
      await copy.register(rolePermissions, { roles: [{ name: 'Editor', permissions: {} }] })
      await copy.ready()
      return copy
    },
    identity: async (index, token) => {
      const response = await app.inject({ method: 'POST', url: '/identity', headers: { 'content-type': 'text/plain' }, body: await (issuers[index] as TestIssuer).idToken(token) })
      if (response.statusCode !== 200) throw new Error(response.body)
      return response.json()
    }
  }
}
