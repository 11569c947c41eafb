/**
 * What the documentation of these libraries leads to: @fastify/jwt whose secret is get-jwks', mercurius-auth on the field, kysely in the resolver.
 * With the allow-list and the claims that ought to be required.
 */
import fastifyJwt from '@fastify/jwt'
import Sqlite from 'better-sqlite3'
import Fastify from 'fastify'
import buildGetJwks from 'get-jwks'
import { Kysely, SqliteDialect } from 'kysely'
import mercurius from 'mercurius'
import mercuriusAuth from 'mercurius-auth'
import { clientId } from '../inputs.js'

/** @param cache how many verified tokens @fastify/jwt is told to remember; false: none, as is the default */
export async function documented ({ issuers, plainSqlite }, cache) {
  const app = Fastify()
  const jwks = buildGetJwks({ issuersWhitelist: issuers, max: 100, ttl: 60_000 })
  await app.register(fastifyJwt, {
    decode: { complete: true },
    secret: (_request, token) => {
      const { header: { kid, alg }, payload: { iss } } = token
      return jwks.getPublicKey({ kid, domain: iss, alg })
    },
    verify: { algorithms: ['RS256'], allowedIss: issuers, allowedAud: clientId, requiredClaims: ['iss', 'aud', 'exp', 'sub', 'email'], cache }
  })
  const db = new Kysely({ dialect: new SqliteDialect({ database: new Sqlite(plainSqlite) }) })
  await app.register(mercurius, {
    schema: 'directive @auth on FIELD_DEFINITION type User { id: ID, email: String } type Query { user: User @auth, users: [User] @auth }',
    resolvers: {
      Query: {
        user: async (_source, _arguments, { auth }) => await db.selectFrom('users').select(['id', 'email']).where('email', '=', auth.email).executeTakeFirst(),
        users: async () => await db.selectFrom('users').select(['id', 'email']).where('first_name', '=', 'Person').orderBy('created_at').orderBy('id').limit(1000).execute()
      }
    },
    jit: 1
  })
  await app.register(mercuriusAuth, {
    authContext: async ({ reply }) => await reply.request.jwtVerify(),
    applyPolicy: async (_directive, _source, _arguments, { auth }) => auth?.email !== undefined,
    authDirective: 'auth'
  })
  return app
}
