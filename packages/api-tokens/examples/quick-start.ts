// examples/quick-start.ts
import apiTokens from '@latchkey/api-tokens'
import database from '@latchkey/database'
import rolePermissions from '@latchkey/role-permissions'
import Fastify from 'fastify'

export const app = Fastify({ logger: { level: process.env.LOG_LEVEL ?? 'info' } })
// For persistent tokens: sqlite:./data/app.db, or postgres://user:password@localhost:5432/app
await app.register(database, { url: process.env.DATABASE_URL ?? 'sqlite::memory:' })
await app.register(rolePermissions, {
  roles: [{ name: 'Reporter', permissions: { custom: { functions: { sendReport: { allow: true } } } } }]
})
await app.register(apiTokens)
app.rolePermissions.declareFunction('sendReport')

app.addHook('onRequest', async (request, reply) => {
  if (await app.apiTokens.authenticateRequest(request)) return
  // Other authentication goes here. Without any, refuse all other credentials: only a request without credentials is a guest.
  if (request.headers.authorization !== undefined) return await reply.code(401).send({ message: 'Token invalid' })
})

app.post('/reports', { preHandler: app.rolePermissions.guard('call', { function: 'sendReport' }) }, async ({ principal }) => ({ sentBy: principal }))

await app.listen({ port: Number(process.env.PORT ?? 3000) })

const { id } = app.rolePermissions.find({ name: 'Reporter' }) ?? app.rolePermissions.administrator()
if (await app.apiTokens.find({ name: 'Nightly report' }) === null) {
  const { secret } = await app.apiTokens.create({ name: 'Nightly report', roles: [id], expiresAt: '2099-12-31' })
  // Shown only this once: nobody can read it again.
  console.log(`curl -X POST localhost:3000/reports -H 'authorization: Bearer ${secret}'`)
}
