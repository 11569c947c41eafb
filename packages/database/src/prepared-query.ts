import type { CompiledQuery, Kysely } from 'kysely'
import { createHash } from 'node:crypto'

/**
 * SQL texts that are worth a prepared statement, and the name each has on a PostgreSQL connection.
 * Filled by `prepareQuery` only, so it holds as many entries as the code has hot queries.
 */
const statementNames = new Map<string, string>()

/** The name under which a connection keeps this SQL prepared, or nothing for SQL that is not hot. */
export function statementName (sql: string): string | undefined {
  return statementNames.get(sql)
}

/** Runs hot SQL on a connection that is in no transaction. */
export type RunHotQuery = (sql: string, parameters: readonly unknown[]) => Promise<unknown[]>

/** By Kysely's adapter, which an instance shares with all that is made from it. */
const runners = new WeakMap<object, RunHotQuery>()

/** Has hot queries of this instance run past Kysely, which is as long about a query as a lookup by index is. */
export function runHotQueriesBy<DB> (db: Kysely<DB>, run: RunHotQuery): void {
  runners.set(db.getExecutor().adapter, run)
}

/** Nothing where the query must see what its transaction sees, or plugins change what it gives. */
function runnerOf<DB> (db: Kysely<DB>): RunHotQuery | undefined {
  const { adapter, plugins } = db.getExecutor()
  return db.isTransaction || plugins.length > 0 ? undefined : runners.get(adapter)
}

/** A query whose SQL is written and prepared once, and run with other parameters each time. */
export interface PreparedQuery<Row> {
  readonly sql: string
  /** Runs it with the parameters in the order in which they stand in the SQL. */
  all (parameters: readonly unknown[]): Promise<Row[]>
}

/**
 * Compiles a query once. Kysely compiles and prepares a query at every execution, which costs more
 * than a lookup by index does; what runs at every request is prepared by this instead.
 *
 * @param db the database to run it on
 * @param query a compiled query; the values it was built with are placeholders for the real ones
 */
export function prepareQuery<DB, Row> (db: Kysely<DB>, query: CompiledQuery<Row>): PreparedQuery<Row> {
  const { sql } = query
  if (!statementNames.has(sql)) {
    statementNames.set(sql, `latchkey_${createHash('sha256').update(sql).digest('hex').slice(0, 32)}`)
  }
  const run = runnerOf(db) as ((sql: string, parameters: readonly unknown[]) => Promise<Row[]>) | undefined
  return {
    sql,
    all: async parameters => run === undefined ? (await db.executeQuery<Row>({ ...query, parameters })).rows : await run(sql, parameters)
  }
}
