// examples/quick-start.ts
import database from '@latchkey/database'
import firstAdministrator from '@latchkey/first-administrator'
import rolePermissions from '@latchkey/role-permissions'
import Fastify from 'fastify'

export const app = Fastify({ logger: { level: process.env.LOG_LEVEL ?? 'info' } })
await app.register(database, { url: process.env.DATABASE_URL ?? 'sqlite::memory:' })
await app.register(rolePermissions)
await app.register(firstAdministrator)

// Your authentication must set request.principal before this.
app.post<{ Body: { code: string } }>('/administrator', async ({ principal, body: { code } }, reply) => {
  if (principal?.kind !== 'user') return await reply.code(403).send({ message: 'Sign in first' })
  const { name } = await app.firstAdministrator.claim(principal.userId, code)
  return { role: name }
})

await app.ready()
const issued = await app.firstAdministrator.issueCode()
// Only the app's owner can read the log.
if (issued !== null) app.log.warn(`There is no administrator yet: sign in and send ${issued.code} to /administrator`)
