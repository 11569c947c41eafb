// examples/quick-start.ts
import database, { migrate } from '@latchkey/database'
import Fastify from 'fastify'
import { sql } from 'kysely'

declare module '@latchkey/database' {
  interface Tables {
    notes: { id: string, text: string }
  }
}

const app = Fastify()
await app.register(database, { url: process.env.DATABASE_URL ?? 'sqlite::memory:' })

await migrate(app.db, 'my-app', {
  '001-notes': { up: async db => { await sql`create table notes (id text primary key, text text not null)`.execute(db) } }
})

app.get('/notes', async () => await app.db.selectFrom('notes').selectAll().execute())

await app.listen({ port: Number(process.env.PORT ?? 3000) })
