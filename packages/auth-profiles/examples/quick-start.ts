// examples/quick-start.ts
import authProfiles from '@latchkey/auth-profiles'
import database from '@latchkey/database'
import { createOpenIdProvider } from '@latchkey/provider-openid'
import rolePermissions from '@latchkey/role-permissions'
import tokenVerifier from '@latchkey/token-verifier'
import usersStore from '@latchkey/users-store'
import Fastify from 'fastify'

const app = Fastify()
await app.register(database, { url: process.env.DATABASE_URL ?? 'sqlite::memory:' })
await app.register(usersStore)
await app.register(rolePermissions, { roles: [{ name: 'Editor', permissions: {} }] })
await app.register(tokenVerifier)
await app.register(authProfiles, {
  providers: { openid: createOpenIdProvider },
  profiles: [{
    id: 'company-sso',
    name: 'Company SSO',
    type: 'openid',
    issuer: process.env.ISSUER ?? 'https://id.example.com',
    clientId: 'web',
    selfSignUp: { emailDomains: ['example.com'] },
    roles: ['Editor']
  }]
})

// `requireIdentity` refuses requests without a verified token. Checking `identity` only satisfies TypeScript.
app.post<{ Body: { email: string } }>('/sign-up', { preHandler: app.tokenVerifier.requireIdentity }, async ({ identity, body }) =>
  identity && (await app.authProfiles.signUp(identity, { user: { email: body.email } })).user)

app.get('/me', { preHandler: app.authProfiles.authenticate }, async ({ principal }) => principal)

await app.listen({ port: Number(process.env.PORT ?? 3000) })
