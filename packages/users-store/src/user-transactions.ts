import { isStorableText, type ChangeOptions, type Tables } from '@latchkey/database'
import type { Expression, Kysely, SqlBool, Transaction } from 'kysely'
import type { UsersDialect } from './dialects/index.js'
import { USERS_STORE_ERR_USER_NOT_FOUND } from './errors.js'
import type { IdentityRows } from './identity-rows.js'
import type { User, UserIdentity } from './user.js'
import type { UserStatements } from './user-statements.js'

type Db = Kysely<Tables>

/** How many times an update is attempted if the database aborts it because of a deadlock. */
const MAX_ATTEMPTS = 5

/** The transactions that change a user, who stays locked meanwhile: the second of two concurrent changes sees the result of the first. */
export function createUserTransactions (database: Db, dialect: UsersDialect, users: UserStatements, identities: IdentityRows) {
  /** @param work gets the user as it was, and the transaction without the app's Kysely plugins and with them */
  async function holding<Result> (id: string, where: Expression<SqlBool> | null, work: (before: User, db: Db, transaction: Transaction<Tables>) => Promise<Result>): Promise<Result> {
    if (!isStorableText(id)) throw new USERS_STORE_ERR_USER_NOT_FOUND()
    return await database.transaction().execute(async transaction => {
      const db = transaction.withoutPlugins()
      return await work(await users.hold(db, id, where), db, transaction)
    })
  }

  /** Two concurrent updates that swap the emails of two users deadlock; one of them is retried. */
  async function againAfterDeadlock<Result> (statement: () => Promise<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await statement()
      } catch (error) {
        if (attempt === MAX_ATTEMPTS || !dialect.isDeadlock(error)) throw error
      }
    }
  }

  return {
    againAfterDeadlock,

    /** @param work makes the change itself; returns `null` if it deletes the record */
    changing: async <After extends User | null>(id: string, { where = null, inTransaction }: ChangeOptions<User>, work: (db: Db) => Promise<After>): Promise<After> =>
      await againAfterDeadlock(() => holding(id, where, async (before, db, transaction) => {
        const after = await work(db)
        await inTransaction?.(transaction, { before, after })
        return after
      })),

    /** @param work makes the change itself */
    changingIdentities: async (userId: string, { where = null, inTransaction }: ChangeOptions<readonly UserIdentity[]>, work: (db: Db) => Promise<void>): Promise<void> => {
      await holding(userId, where, async (_user, db, transaction) => {
        const before = await identities.of(db, userId)
        await work(db)
        await inTransaction?.(transaction, { before, after: await identities.of(db, userId) })
      })
    }
  }
}
