// examples/quick-start.ts
import auditLog from '@latchkey/audit-log'
import database from '@latchkey/database'
import usersStore from '@latchkey/users-store'
import Fastify from 'fastify'

export const app = Fastify({ logger: { level: process.env.LOG_LEVEL ?? 'info' } })
await app.register(database, { url: process.env.DATABASE_URL ?? 'sqlite::memory:' })
await app.register(usersStore)
await app.register(auditLog)
await app.ready()

const ann = await app.usersStore.create({ email: `ann-${Date.now()}@example.com` })
const principal = { kind: 'user', userId: ann.id, email: ann.email, roles: [] } as const

// In the transaction of the change, so that both are stored or neither.
await app.usersStore.update(ann.id, { firstName: 'Ann' }, {
  inTransaction: async (transaction, { before, after }) => {
    await app.auditLog.record(transaction, { principal, action: 'update', table: 'Users', recordId: ann.id, before: { ...before }, after: { ...after } })
  }
})

// { actorName: 'ann-…', action: 'update', before: { firstName: null }, after: { firstName: 'Ann' }, … }
console.log(await app.auditLog.read((await app.db.selectFrom('latchkey_audit_events').select('id').execute()).map(({ id }) => id)))
await app.close()
