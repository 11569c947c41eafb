import type { Expression, SqlBool, Transaction } from 'kysely'
import type { Tables } from './index.js'

/** A record as it was and as it is; `null` where there was none before, or is none after. */
export interface Change<Item> {
  readonly before: Item | null
  readonly after: Item | null
}

/** What whoever changes a record of a store may add to the change. */
export interface ChangeOptions<Item> {
  /**
   * A condition on the store's table, by the table's own name: a record that does not meet it is not there for this change.
   * `null`: none.
   */
  readonly where?: Expression<SqlBool> | null
  /**
   * Runs in the transaction of the change, after it; what it throws undoes the change. It must query by `transaction` only:
   * any other query waits on SQLite for the one connection, which this transaction holds.
   */
  readonly inTransaction?: (transaction: Transaction<Tables>, change: Change<Item>) => Promise<void>
}
