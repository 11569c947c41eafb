import { isStorableText, prepareQuery, type ChangeOptions, type PreparedQuery, type Tables } from '@latchkey/database'
import { sql, type Expression, type Insertable, type Kysely, type SqlBool, type Updateable } from 'kysely'
import { randomUUID } from 'node:crypto'
import { usersDialectOf } from './dialects/index.js'
import { normalizeEmail } from './email.js'
import {
  USERS_STORE_ERR_EMAIL_TAKEN, USERS_STORE_ERR_IDENTITY_TAKEN, USERS_STORE_ERR_INVALID_EMAIL, USERS_STORE_ERR_INVALID_USER,
  USERS_STORE_ERR_USER_NOT_FOUND
} from './errors.js'
import type { UsersTable } from './tables.js'
import type { User, UserIdentity } from './user.js'
import { columnName, rowToUser, userColumns, type Columns, type UserRow } from './user-row.js'
import { checkIdentity, createUserValidation, type StoredValues } from './user-validation.js'
import type { InTransaction, UsersStore } from './users-store.js'

/** How often an update is tried that the database gave up as one side of a deadlock. */
const MAX_ATTEMPTS = 5

/**
 * The users store on a database whose tables are there.
 *
 * @param database on SQLite or PostgreSQL; plugins it has do not touch the store's own queries
 * @param columns the app's own columns, which are there too
 */
export function createSqlUsersStore (database: Kysely<Tables>, columns: Columns): UsersStore {
  // A CamelCasePlugin, for example, would rename the columns of the rows.
  const db = database.withoutPlugins()
  const dialect = usersDialectOf(db)
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
    // What cannot be stored is nobody's; PostgreSQL would answer NUL with an error, and both would read U+FFFD for a lone surrogate.
    if (!parameters.every(isStorableText)) return null
    const [row] = await query.all(parameters)
    return row === undefined ? null : rowToUser(row, columns)
  }

  /** Runs one statement of ours, and says what of the tables' rules it broke. */
  async function keepingRules<Result> (statement: () => Promise<Result>): Promise<Result> {
    try {
      return await statement()
    } catch (error) {
      const violation = dialect.violationOf(error)
      if (violation === null) throw error
      if (violation.kind === 'email') throw new USERS_STORE_ERR_EMAIL_TAKEN()
      if (violation.kind === 'identity') throw new USERS_STORE_ERR_IDENTITY_TAKEN()
      const field = fieldOf.get(violation.column ?? '') ?? 'user'
      throw Object.assign(new USERS_STORE_ERR_INVALID_USER({ [field]: 'breaks a rule of the database' }), { cause: error })
    }
  }

  async function insertUser (db: Kysely<Tables>, values: StoredValues): Promise<User> {
    const now = new Date().toISOString()
    const row = { id: randomUUID(), created_at: now, updated_at: now, ...stored(values) }
    const inserted = await db.insertInto('latchkey_users').values(row as Insertable<UsersTable>).returning(selection).executeTakeFirstOrThrow()
    return rowToUser(inserted, columns)
  }

  async function insertIdentity (db: Kysely<Tables>, user: User, { issuer, subject, emailVerified = null }: UserIdentity): Promise<void> {
    await db.insertInto('latchkey_user_identities')
      .values({ issuer, subject, user_id: user.id, email: user.email, email_verified: dialect.toStored(emailVerified) as boolean | null, created_at: user.createdAt })
      .execute()
  }

  async function updateUser (db: Kysely<Tables>, id: string, values: StoredValues): Promise<User | null> {
    const change = { ...stored(values), updated_at: new Date().toISOString() }
    const row = await db.updateTable('latchkey_users').set(change as Updateable<UsersTable>).where('id', '=', id).returning(selection).executeTakeFirst()
    return row === undefined ? null : rowToUser(row, columns)
  }

  async function identitiesOf (db: Kysely<Tables>, userId: string): Promise<UserIdentity[]> {
    return await db.selectFrom('latchkey_user_identities').select(['issuer', 'subject'])
      .where('user_id', '=', userId).orderBy('created_at').orderBy('issuer').orderBy('subject').execute()
  }

  /**
   * One statement, so that neither the user's deletion nor somebody else's binding can come between.
   *
   * @param email normalised
   * @returns whether it is bound to the user now: not where the user is not there, or the identity is another one's
   */
  async function bind (db: Kysely<Tables>, userId: string, { issuer, subject, emailVerified = null }: UserIdentity, email: string): Promise<boolean> {
    const bound = await db.insertInto('latchkey_user_identities')
      .columns(['issuer', 'subject', 'user_id', 'email', 'email_verified', 'created_at'])
      .expression(from => from.selectFrom('latchkey_users')
        .select(({ val }) => [
          val(issuer).as('issuer'), val(subject).as('subject'), 'id', val(email).as('email'),
          // Alone, PostgreSQL would take it for text.
          sql<boolean | null>`cast(${dialect.toStored(emailVerified)} as boolean)`.as('email_verified'),
          val(new Date().toISOString()).as('created_at')
        ])
        .where('id', '=', userId))
      .onConflict(conflict => conflict.columns(['issuer', 'subject'])
        .doUpdateSet({ email: ({ ref }) => ref('excluded.email'), email_verified: ({ ref }) => ref('excluded.email_verified') })
        .whereRef('latchkey_user_identities.user_id', '=', 'excluded.user_id'))
      .returning('user_id')
      .executeTakeFirst()
      .catch((error: unknown) => {
        // The user was deleted meanwhile.
        if (dialect.violationOf(error)?.kind === 'reference') return undefined
        throw error
      })
    return bound !== undefined
  }

  /** Reads a user for a change: until the end of the transaction nobody else changes it. */
  async function hold (db: Kysely<Tables>, id: string, where: Expression<SqlBool> | null): Promise<User> {
    const query = db.updateTable('latchkey_users').set(({ ref }) => ({ id: ref('id') })).where('latchkey_users.id', '=', id)
    const row = await (where === null ? query : query.where(where)).returning(selection).executeTakeFirst()
    if (row === undefined) throw new USERS_STORE_ERR_USER_NOT_FOUND()
    return rowToUser(row, columns)
  }

  /** @param work of the change itself; `null` where no record is left */
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

  /** Two users who take each other's email at once wait for each other: one of them starts again. */
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

    identitiesOf: async (userId) => {
      if (!isStorableText(userId)) return []
      return await identitiesOf(db, userId)
    },

    check: user => { validation.newUser(user) },

    create: async (user, { identity, inTransaction } = {}) => {
      const values = validation.newUser(user)
      if (identity !== undefined) checkIdentity(identity)
      return await database.transaction().execute(async transaction => {
        const db = transaction.withoutPlugins()
        const created = await keepingRules(() => insertUser(db, values))
        if (identity !== undefined) await keepingRules(() => insertIdentity(db, created, identity))
        await inTransaction?.(transaction, created)
        return created
      })
    },

    bindIdentity: async (userId, identity, email, options) => {
      checkIdentity(identity)
      const normalized = normalizeEmail(email)
      if (!isStorableText(userId)) throw new USERS_STORE_ERR_USER_NOT_FOUND()
      if (options === undefined) {
        if (await bind(db, userId, identity, normalized)) return
        if (await store.findById(userId) === null) throw new USERS_STORE_ERR_USER_NOT_FOUND()
        throw new USERS_STORE_ERR_IDENTITY_TAKEN()
      }
      await database.transaction().execute(async transaction => {
        const db = transaction.withoutPlugins()
        // Of two that bind the same at once, the second one sees what the first has done.
        await hold(db, userId, null)
        const before = await identitiesOf(db, userId)
        if (!await bind(db, userId, identity, normalized)) throw new USERS_STORE_ERR_IDENTITY_TAKEN()
        await options.inTransaction?.(transaction, { before, after: await identitiesOf(db, userId) })
      })
    },

    noteEmail: async (userId, identity, email) => {
      checkIdentity(identity)
      const { issuer, subject, emailVerified = null } = identity
      const noted = { email: normalizeEmail(email), email_verified: dialect.toStored(emailVerified) as boolean | null }
      if (!isStorableText(userId)) return
      await db.updateTable('latchkey_user_identities').set(noted)
        .where('issuer', '=', issuer).where('subject', '=', subject).where('user_id', '=', userId).execute()
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
        // The foreign key does the same, unless an SQLite connection of the app's own has foreign keys off.
        await db.deleteFrom('latchkey_user_identities').where('user_id', '=', id).execute()
        return null
      })
    },

    onDelete: work => { onDelete.push(work) }
  }
  return Object.freeze(store)
}
