import database from '@latchkey/database'
import { databaseUrl } from '@latchkey/test-databases'
import Fastify from 'fastify'
import { sql } from 'kysely'
import t from 'tap'
import { startServer } from '../dist-demo/running-server.js'
import { folder, latchkey } from './cli/helpers/latchkey.js'

t.test('DATABASE_ANSWER_TIMEOUT_MS limits the statements of the server and of its commands, and the error names it', async t => {
  const env = { DATABASE_URL: await databaseUrl(t, 'postgres'), DATABASE_ANSWER_TIMEOUT_MS: '1000' }
  const server = await startServer({ env })
  t.equal(await server.stop(), 0)
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(database, { url: env.DATABASE_URL })
  const whileLocked = async (table: string, work: () => Promise<void>) => {
    await app.db.transaction().execute(async transaction => {
      await sql`lock table ${sql.table(table)} in access exclusive mode`.execute(transaction)
      await work()
    })
  }
  const noAnswer = /has not answered within 1000 ms.* raise the option answerTimeoutMs \(in the reference app, the variable DATABASE_ANSWER_TIMEOUT_MS\)/

  await whileLocked('latchkey_roles', async () => {
    const failure = await startServer({ env }).then(async started => { await started.stop(); return 'it started' }, (error: Error) => error.message)
    t.match(failure, noAnswer)
    t.match(failure, /: find out what keeps the database busy, or which lock the statement waits for/)
    const { checks } = (await latchkey(env)('doctor', '--json')).json() as { checks: { name: string, state: string, detail: string }[] }
    t.match(checks.at(-1), { name: 'start', state: 'problem', detail: noAnswer })
    const roles = await (await folder(t))('roles.json', [])
    t.match(await latchkey(env)('permissions', 'diff', roles), { code: 2, stderr: noAnswer })
  })
  await whileLocked('latchkey_migrations_users_store', async () => {
    const { checks } = (await latchkey(env)('doctor', '--json')).json() as { checks: { name: string, state: string, detail: string }[] }
    t.match(checks.at(-1), { name: 'database', state: 'problem', detail: noAnswer })
  })
})
