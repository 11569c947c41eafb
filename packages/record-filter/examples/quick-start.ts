// examples/quick-start.ts
import { compileFilter, parseFilter, type FilterableTable } from '@latchkey/record-filter'
import Sqlite from 'better-sqlite3'
import { Kysely, SqliteDialect } from 'kysely'

const db = new Kysely<{ notes: { id: string, title: string, author_id: string } }>({
  dialect: new SqliteDialect({ database: new Sqlite(':memory:') })
})
await db.schema.createTable('notes').addColumn('id', 'text').addColumn('title', 'text').addColumn('author_id', 'text').execute()
await db.insertInto('notes').values([
  { id: '1', title: 'Draft: a plan', author_id: 'ann' },
  { id: '2', title: 'Shopping', author_id: 'ann' },
  { id: '3', title: 'Draft: a letter', author_id: 'bob' }
]).execute()

// What filters can refer to: the names that clients use, and the columns behind them.
const notes: FilterableTable = {
  name: 'Notes',
  table: 'notes',
  fields: {
    id: { column: 'id', type: 'id' },
    title: { column: 'title', type: 'string' },
    authorId: { column: 'author_id', type: 'id' }
  }
}

// Once, when the filter is saved or received. An invalid filter is refused here.
const filter = parseFilter({ title: { starts_with: 'Draft' }, authorId: { is_self: true } }, notes)

// For each query, with the values of variables.
const condition = compileFilter(filter, { dialect: 'sqlite', variables: { __loggedInUserId: 'ann' } })
console.log(await db.selectFrom('notes').select(['id', 'title']).where(condition).execute())
// [ { id: '1', title: 'Draft: a plan' } ]

await db.destroy()
