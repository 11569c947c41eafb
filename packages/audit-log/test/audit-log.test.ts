import database from '@latchkey/database'
import { databaseUrl, dialects } from '@latchkey/test-databases'
import Fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'
import auditLog, { type AuditEvent, type AuditLogOptions, type NewAuditEvent } from '../dist/index.js'

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

    t.test('a change is recorded with who, when and the fields that differ', async t => {
      const before = new Date().toISOString()
      await record(event)
      const [noted] = await all()
      t.match(noted, { actorKind: 'user', actorId: 'ann', actorName: 'ann@example.com', action: 'update', table: 'Users', recordId: 'bob' })
      t.strictSame([noted?.before, noted?.after], [{ firstName: null }, { firstName: 'Bob' }])
      t.ok(noted !== undefined && noted.createdAt >= before && noted.createdAt <= new Date().toISOString())
    })

    t.test('a new and a deleted record are recorded completely', async t => {
      await record({ ...event, action: 'create', before: null }, { ...event, action: 'delete', after: null })
      t.strictSame((await all()).map(({ before, after }) => ({ before, after })).sort((one) => one.before === null ? -1 : 1), [
        { before: null, after: { id: 'bob', firstName: 'Bob' } },
        { before: { id: 'bob', firstName: null }, after: null }
      ])
    })

    t.test('a change of nothing but updatedAt is not recorded', async t => {
      await record({ ...event, before: { roles: ['a'], updatedAt: '1' }, after: { roles: ['a'], updatedAt: '2' } })
      t.strictSame(await all(), [])
    })

    t.test('a failed transaction records nothing', async t => {
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

    t.test('no IDs give no events', async t => {
      t.strictSame(await app.auditLog.read([]), [])
      t.strictSame(await app.auditLog.read(['gone']), [])
    })
  })
}

t.test('options that do not fit are refused by name', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(database, { url: 'sqlite::memory:' })
  app.register(auditLog, { migrat: true, keepDays: 0 } as never)
  await t.rejects(async () => { await app.ready() }, { code: 'AUDIT_LOG_ERR_INVALID_OPTIONS', message: /migrat is not an option; keepDays must be/ })
})

for (const dialect of dialects) {
  t.test(`${dialect}: events that are older than they are kept are deleted; without keepDays none is`, async t => {
    // An hour is over at once.
    const schedule = setTimeout
    t.intercept(globalThis, 'setTimeout', { value: Object.assign((work: () => void, ms = 0, ...given: []) => schedule(work, ms >= 60_000 ? 50 : ms, ...given), schedule) })
    const pass = async (ms: number) => { await new Promise(resolve => schedule(resolve, ms)) }
    const apps: FastifyInstance[] = []
    const url = await databaseUrl({ teardown: remove => t.teardown(async () => { await Promise.all(apps.map(async app => { await app.close() })); await remove() }) }, dialect)
    const open = async (options: AuditLogOptions) => {
      const app = Fastify()
      apps.push(app)
      await app.register(database, { url })
      await app.register(auditLog, options)
      await app.ready()
      return app
    }
    const { db } = await open({})
    const row = (id: string, days: number) => ({ id, created_at: new Date(Date.now() - days * 24 * 60 * 60_000).toISOString(), actor_kind: 'guest', actor_id: null, actor_name: null, action: 'update', resource: 'Users', record_id: 'bob', before: null, after: null })
    const ids = async () => (await db.selectFrom('latchkey_audit_events').select('id').orderBy('id').execute()).map(({ id }) => id)
    await db.insertInto('latchkey_audit_events').values([row('old', 8), row('young', 6)]).execute()
    await pass(300)
    t.strictSame(await ids(), ['old', 'young'])

    const deleting = await open({ keepDays: 7 })
    while ((await ids()).length > 1) await pass(20)
    t.strictSame(await ids(), ['young'])

    await deleting.close()
    await db.insertInto('latchkey_audit_events').values(row('later', 8)).execute()
    await pass(300)
    t.strictSame(await ids(), ['later', 'young'], 'and not after the app is closed')
  })
}
