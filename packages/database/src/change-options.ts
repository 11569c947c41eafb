import type { Expression, SqlBool, Transaction } from 'kysely'
import type { Tables } from './index.js'

/** A record before and after a change. `null` if it did not exist. */
export interface Change<Item> {
  readonly before: Item | null
  readonly after: Item | null
}

/** Options for changing a record of a store. */
export interface ChangeOptions<Item> {
  /**
   * A condition on the store's table, by the table's own name. A record that does not meet it is treated as missing.
   * `null`: no condition.
   */
  readonly where?: Expression<SqlBool> | null
  /**
   * Runs in the transaction after the change; if it throws, the change is rolled back. It must query only through
   * `transaction`: on SQLite, any other query waits for the single connection, which this transaction holds.
   */
  readonly inTransaction?: (transaction: Transaction<Tables>, change: Change<Item>) => Promise<void>
}
