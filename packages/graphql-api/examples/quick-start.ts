// examples/quick-start.ts
import authProfiles from '@latchkey/auth-profiles'
import database from '@latchkey/database'
import graphqlApi from '@latchkey/graphql-api'
import { createOpenIdProvider } from '@latchkey/provider-openid'
import rolePermissions from '@latchkey/role-permissions'
import tokenVerifier from '@latchkey/token-verifier'
import usersStore from '@latchkey/users-store'
import Fastify from 'fastify'

export const app = Fastify({ logger: true })
await app.register(database, { url: process.env.DATABASE_URL ?? 'sqlite::memory:' })
await app.register(usersStore, { columns: { nickname: { type: 'string' } } })
await app.register(rolePermissions)
await app.register(tokenVerifier)
await app.register(authProfiles, {
  providers: { openid: createOpenIdProvider },
  profiles: [{ id: 'sso', name: 'Company SSO', type: 'openid', issuer: process.env.ISSUER ?? 'https://id.example.com', clientId: 'web' }]
})
await app.register(graphqlApi, { ide: true })

await app.listen({ port: Number(process.env.PORT ?? 4000) })
