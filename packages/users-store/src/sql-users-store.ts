import { isStorableText, type ChangeOptions, type Tables } from '@latchkey/database'
import type { Kysely } from 'kysely'
import { createKeepingRules } from './constraint-violations.js'
import { usersDialectOf } from './dialects/index.js'
import { normalizeEmail } from './email.js'
import { USERS_STORE_ERR_IDENTITY_REMOVED, USERS_STORE_ERR_USER_NOT_FOUND } from './errors.js'
import { createIdentityRows } from './identity-rows.js'
import type { User } from './user.js'
import { createUserFinders } from './user-finders.js'
import type { Columns } from './user-row.js'
import { createUserStatements } from './user-statements.js'
import { createUserTransactions } from './user-transactions.js'
import { checkIdentity, createUserValidation } from './user-validation.js'
import type { InTransaction, UsersStore } from './users-store.js'

/**
 * Creates the users store on a database that is already migrated.
 *
 * @param database SQLite or PostgreSQL; its Kysely plugins do not affect the store's own queries
 * @param columns the app's own columns, which must already exist
 */
export function createSqlUsersStore (database: Kysely<Tables>, columns: Columns): UsersStore {
  // The app's Kysely plugins, such as CamelCasePlugin, would rename the columns of the rows.
  const db = database.withoutPlugins()
  const dialect = usersDialectOf(db)
  const keepingRules = createKeepingRules(dialect, columns)
  const identities = createIdentityRows(dialect, keepingRules)
  const users = createUserStatements(dialect, columns, keepingRules)
  const { againAfterDeadlock, changing, changingIdentities } = createUserTransactions(database, dialect, users, identities)
  const validation = createUserValidation(columns)
  const onDelete: InTransaction[] = []

  const store: UsersStore = {
    columns,
    ...createUserFinders(db, columns),

    identitiesOf: async userId => isStorableText(userId) ? await identities.of(db, userId) : [],

    check: user => { validation.newUser(user) },

    create: async (user, { identity, inTransaction } = {}) => {
      const values = validation.newUser(user)
      if (identity !== undefined) checkIdentity(identity)
      return await database.transaction().execute(async transaction => {
        const db = transaction.withoutPlugins()
        const created = await users.insert(db, values)
        if (identity !== undefined) await identities.insert(db, created, identity)
        await inTransaction?.(transaction, created)
        return created
      })
    },

    bindIdentity: async (userId, identity, email, { evenIfRemoved = false, ...options } = {}) => {
      checkIdentity(identity)
      const normalized = normalizeEmail(email)
      await changingIdentities(userId, options, async db => {
        if (evenIfRemoved) await identities.forgetRemoval(db, userId, identity)
        else if (await identities.isRemoved(db, userId, identity)) throw new USERS_STORE_ERR_IDENTITY_REMOVED()
        await identities.bind(db, userId, identity, normalized)
      })
    },

    removeIdentity: async (userId, identity, options = {}) => {
      checkIdentity(identity)
      await changingIdentities(userId, options, async db => { await identities.remove(db, userId, identity) })
    },

    restoreIdentity: async (userId, identity, options = {}) => {
      checkIdentity(identity)
      await changingIdentities(userId, options, async db => { await identities.restore(db, userId, identity) })
    },

    isRemoved: async (userId, identity) => {
      if (![userId, identity.issuer, identity.subject].every(isStorableText)) return false
      return await identities.isRemoved(db, userId, identity)
    },

    noteEmail: async (userId, identity, email) => {
      checkIdentity(identity)
      const normalized = normalizeEmail(email)
      if (isStorableText(userId)) await identities.noteEmail(db, userId, identity, normalized)
    },

    update: async (id, change, options) => {
      const values = validation.change(change)
      if (options !== undefined) return await changing(id, options, db => users.update(db, id, values))
      if (!isStorableText(id)) throw new USERS_STORE_ERR_USER_NOT_FOUND()
      return await againAfterDeadlock(() => users.update(db, id, values))
    },

    delete: async (id, { where, inTransaction } = {}) => {
      const finish: ChangeOptions<User>['inTransaction'] = async (transaction, change) => {
        await inTransaction?.(transaction, change)
        for (const work of onDelete) await work(transaction, change.before as User)
      }
      await changing(id, { where, inTransaction: finish }, async db => {
        await users.delete(db, id)
        await identities.deleteAll(db, id)
        return null
      })
    },

    onDelete: work => { onDelete.push(work) }
  }
  return Object.freeze(store)
}
