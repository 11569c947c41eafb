import type { CompiledQuery, Kysely } from 'kysely'
import { createHash } from 'node:crypto'

/**
 * SQL texts that are worth a prepared statement, and the name each has on a PostgreSQL connection.
 * Filled by `prepareQuery` only, so it holds as many entries as the code has hot queries.
 */
const statementNames = new Map<string, string>()

/** The name under which a connection keeps this SQL prepared, or `undefined` if it is not hot. */
export function statementName (sql: string): string | undefined {
  return statementNames.get(sql)
}

/** A query that is compiled and prepared once, and run with different parameters. */
export interface PreparedQuery<Row> {
  readonly sql: string
  /** Runs it with the parameters in the order of the SQL. */
  all (parameters: readonly unknown[]): Promise<Row[]>
}

/**
 * Compiles a query once. Kysely compiles and prepares a query at every execution, which costs more than an index lookup.
 * Use it for queries that run at every request.
 *
 * @param db the database to run it on
 * @param query a compiled query; the values it was built with are placeholders for the real ones
 */
export function prepareQuery<DB, Row> (db: Kysely<DB>, query: CompiledQuery<Row>): PreparedQuery<Row> {
  const { sql } = query
  if (!statementNames.has(sql)) {
    statementNames.set(sql, `latchkey_${createHash('sha256').update(sql).digest('hex').slice(0, 32)}`)
  }
  return {
    sql,
    all: async (parameters) => (await db.executeQuery<Row>({ ...query, parameters })).rows
  }
}
