import database from '@latchkey/database'
import { databaseUrl, dialects } from '@latchkey/test-databases'
import Fastify from 'fastify'
import t from 'tap'
import auditLog, { type AuditEvent, type NewAuditEvent } from '../dist/index.js'

const ann = { kind: 'user', userId: 'ann', email: 'ann@example.com', roles: [] } as const
const event: NewAuditEvent = { principal: ann, action: 'update', table: 'Users', recordId: 'bob', before: { id: 'bob', firstName: null }, after: { id: 'bob', firstName: 'Bob' } }

for (const dialect of dialects) {
  t.test(dialect, async t => {
    const app = Fastify()
    const url = await databaseUrl({ teardown: remove => t.teardown(async () => { await app.close(); await remove() }) }, dialect)
    await app.register(database, { url })
    await app.register(auditLog)
    await app.ready()

    const record = async (...events: NewAuditEvent[]): Promise<void> => {
      await app.db.transaction().execute(async transaction => { for (const event of events) await app.auditLog.record(transaction, event) })
    }
    const all = async (): Promise<AuditEvent[]> => {
      const rows = await app.db.selectFrom('latchkey_audit_events').select('id').execute()
      return await app.auditLog.read(rows.map(({ id }) => id))
    }
    t.beforeEach(async () => { await app.db.deleteFrom('latchkey_audit_events').execute() })

    t.test('of a change, who, when and the fields that differ are noted', async t => {
      const before = new Date().toISOString()
      await record(event)
      const [noted] = await all()
      t.match(noted, { actorKind: 'user', actorId: 'ann', actorName: 'ann@example.com', action: 'update', table: 'Users', recordId: 'bob' })
      t.strictSame([noted?.before, noted?.after], [{ firstName: null }, { firstName: 'Bob' }])
      t.ok(noted !== undefined && noted.createdAt >= before && noted.createdAt <= new Date().toISOString())
    })

    t.test('of a new record and of a deleted one all is noted', async t => {
      await record({ ...event, action: 'create', before: null }, { ...event, action: 'delete', after: null })
      t.strictSame((await all()).map(({ before, after }) => ({ before, after })).sort((one) => one.before === null ? -1 : 1), [
        { before: null, after: { id: 'bob', firstName: 'Bob' } },
        { before: { id: 'bob', firstName: null }, after: null }
      ])
    })

    t.test('a change of nothing but its time is not noted', async t => {
      await record({ ...event, before: { roles: ['a'], updatedAt: '1' }, after: { roles: ['a'], updatedAt: '2' } })
      t.strictSame(await all(), [])
    })

    t.test('with a transaction that fails, nothing is noted', async t => {
      await t.rejects(app.db.transaction().execute(async transaction => {
        await app.auditLog.record(transaction, event)
        throw new Error('no')
      }), { message: 'no' })
      t.strictSame(await all(), [])
    })

    t.test('an API token, a guest and the operator are told apart', async t => {
      await record(
        { ...event, principal: { kind: 'apiToken', tokenId: 'token', roles: [] } },
        { ...event, principal: { kind: 'guest', roles: [] } },
        { ...event, principal: { kind: 'operator' } })
      t.strictSame((await all()).map(({ actorKind, actorId, actorName }) => [actorKind, actorId, actorName]).sort(), [
        ['apiToken', 'token', null], ['guest', null, null], ['operator', null, null]
      ])
    })

    t.test('of no ids there are no events', async t => {
      t.strictSame(await app.auditLog.read([]), [])
      t.strictSame(await app.auditLog.read(['gone']), [])
    })
  })
}

t.test('options that do not fit are refused by name', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(database, { url: 'sqlite::memory:' })
  app.register(auditLog, { migrat: true } as never)
  await t.rejects(async () => { await app.ready() }, { code: 'AUDIT_LOG_ERR_INVALID_OPTIONS', message: /migrat/ })
})
