import { isStorableText, prepareQuery, type ChangeOptions, type PreparedQuery, type Tables } from '@latchkey/database'
import type { Expression, Insertable, Kysely, SqlBool, Updateable } from 'kysely'
import { randomUUID } from 'node:crypto'
import { usersDialectOf } from './dialects/index.js'
import { normalizeEmail } from './email.js'
import {
  USERS_STORE_ERR_EMAIL_TAKEN, USERS_STORE_ERR_IDENTITY_REMOVED, USERS_STORE_ERR_IDENTITY_TAKEN, USERS_STORE_ERR_INVALID_EMAIL,
  USERS_STORE_ERR_INVALID_USER, USERS_STORE_ERR_USER_NOT_FOUND
} from './errors.js'
import { createIdentityRows } from './identity-rows.js'
import type { UsersTable } from './tables.js'
import type { User, UserIdentity } from './user.js'
import { columnName, rowToUser, userColumns, type Columns, type UserRow } from './user-row.js'
import { checkIdentity, createUserValidation, type StoredValues } from './user-validation.js'
import type { InTransaction, UsersStore } from './users-store.js'

/** How many times an update is attempted if the database aborts it because of a deadlock. */
const MAX_ATTEMPTS = 5

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
  const identities = createIdentityRows(dialect)
  const validation = createUserValidation(columns)
  const selection = userColumns(columns)
  const fieldOf = new Map(Object.keys(columns).map(field => [columnName(field), field]))

  const onDelete: InTransaction[] = []

  const byId = prepareQuery(db, db.selectFrom('latchkey_users').select(selection).where('id', '=', '').compile())
  const byEmail = prepareQuery(db, db.selectFrom('latchkey_users').select(selection).where('email', '=', '').compile())
  const byIdentity = prepareQuery(db, db
    .selectFrom('latchkey_user_identities as identity')
    .innerJoin('latchkey_users', 'latchkey_users.id', 'identity.user_id')
    .select(selection)
    .where('identity.issuer', '=', '')
    .where('identity.subject', '=', '')
    .compile())

  async function find (query: PreparedQuery<UserRow>, parameters: readonly string[]): Promise<User | null> {
    // Text that cannot be stored matches no user. PostgreSQL fails on NUL, and both databases read a lone surrogate as U+FFFD.
    if (!parameters.every(isStorableText)) return null
    const [row] = await query.all(parameters)
    return row === undefined ? null : rowToUser(row, columns)
  }

  /** Runs a statement and translates constraint violations into this package's errors. */
  async function keepingRules<Result> (statement: () => Promise<Result>): Promise<Result> {
    try {
      return await statement()
    } catch (error) {
      const violation = dialect.violationOf(error)
      if (violation === null) throw error
      if (violation.kind === 'email') throw new USERS_STORE_ERR_EMAIL_TAKEN()
      if (violation.kind === 'identity') throw new USERS_STORE_ERR_IDENTITY_TAKEN()
      const field = fieldOf.get(violation.column ?? '') ?? 'user'
      throw Object.assign(new USERS_STORE_ERR_INVALID_USER({ [field]: 'violates a database constraint' }), { cause: error })
    }
  }

  async function insertUser (db: Kysely<Tables>, values: StoredValues): Promise<User> {
    const now = new Date().toISOString()
    const row = { id: randomUUID(), created_at: now, updated_at: now, ...stored(values) }
    const inserted = await db.insertInto('latchkey_users').values(row as Insertable<UsersTable>).returning(selection).executeTakeFirstOrThrow()
    return rowToUser(inserted, columns)
  }

  async function updateUser (db: Kysely<Tables>, id: string, values: StoredValues): Promise<User | null> {
    const change = { ...stored(values), updated_at: new Date().toISOString() }
    const row = await db.updateTable('latchkey_users').set(change as Updateable<UsersTable>).where('id', '=', id).returning(selection).executeTakeFirst()
    return row === undefined ? null : rowToUser(row, columns)
  }

  /** Reads and locks a user: nobody else can change it until the end of the transaction. */
  async function hold (db: Kysely<Tables>, id: string, where: Expression<SqlBool> | null): Promise<User> {
    const query = db.updateTable('latchkey_users').set(({ ref }) => ({ id: ref('id') })).where('latchkey_users.id', '=', id)
    const row = await (where === null ? query : query.where(where)).returning(selection).executeTakeFirst()
    if (row === undefined) throw new USERS_STORE_ERR_USER_NOT_FOUND()
    return rowToUser(row, columns)
  }

  /** @param work makes the change itself; returns `null` if it deletes the record */
  async function changing<After extends User | null> (id: string, { where = null, inTransaction }: ChangeOptions<User>, work: (db: Kysely<Tables>) => Promise<After>): Promise<After> {
    if (!isStorableText(id)) throw new USERS_STORE_ERR_USER_NOT_FOUND()
    return await againAfterDeadlock(() => database.transaction().execute(async transaction => {
      const db = transaction.withoutPlugins()
      const before = await hold(db, id, where)
      const after = await work(db)
      await inTransaction?.(transaction, { before, after })
      if (after === null) for (const work of onDelete) await work(transaction, before)
      return after
    }))
  }

  /**
   * Changes the identities of a user, which stays locked meanwhile. The second of two concurrent changes sees the
   * result of the first.
   *
   * @param work makes the change itself
   */
  async function changingIdentities (userId: string, { where = null, inTransaction }: ChangeOptions<readonly UserIdentity[]>, work: (db: Kysely<Tables>) => Promise<void>): Promise<void> {
    if (!isStorableText(userId)) throw new USERS_STORE_ERR_USER_NOT_FOUND()
    await database.transaction().execute(async transaction => {
      const db = transaction.withoutPlugins()
      await hold(db, userId, where)
      const before = await identities.of(db, userId)
      await work(db)
      await inTransaction?.(transaction, { before, after: await identities.of(db, userId) })
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

  function stored (values: StoredValues): StoredValues {
    return Object.fromEntries(Object.entries(values).map(([column, value]) => [column, dialect.toStored(value)]))
  }

  const store: UsersStore = {
    columns,
    findById: id => find(byId, [id]),
    findByIdentity: ({ issuer, subject }) => find(byIdentity, [issuer, subject]),

    findByEmail: async (email) => {
      try {
        return await find(byEmail, [normalizeEmail(email)])
      } catch (error) {
        if (error instanceof USERS_STORE_ERR_INVALID_EMAIL) return null
        throw error
      }
    },

    identitiesOf: async userId => isStorableText(userId) ? await identities.of(db, userId) : [],

    check: user => { validation.newUser(user) },

    create: async (user, { identity, inTransaction } = {}) => {
      const values = validation.newUser(user)
      if (identity !== undefined) checkIdentity(identity)
      return await database.transaction().execute(async transaction => {
        const db = transaction.withoutPlugins()
        const created = await keepingRules(() => insertUser(db, values))
        if (identity !== undefined) await keepingRules(() => identities.insert(db, created, identity))
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
      await changingIdentities(userId, options, db => keepingRules(() => identities.restore(db, userId, identity)))
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
      const updated = options === undefined
        ? isStorableText(id) ? await keepingRules(() => againAfterDeadlock(() => updateUser(db, id, values))) : null
        : await changing(id, options, db => keepingRules(() => updateUser(db, id, values)))
      if (updated === null) throw new USERS_STORE_ERR_USER_NOT_FOUND()
      return updated
    },

    delete: async (id, options = {}) => {
      await changing(id, options, async db => {
        await db.deleteFrom('latchkey_users').where('id', '=', id).execute()
        await identities.deleteAll(db, id)
        return null
      })
    },

    onDelete: work => { onDelete.push(work) }
  }
  return Object.freeze(store)
}
