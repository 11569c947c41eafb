import type { Tables } from '@latchkey/database'
import type { Kysely } from 'kysely'
import type { KeepingRules } from './constraint-violations.js'
import type { UsersDialect } from './dialects/index.js'
import { USERS_STORE_ERR_IDENTITY_NOT_FOUND, USERS_STORE_ERR_IDENTITY_TAKEN } from './errors.js'
import type { User, UserIdentity } from './user.js'

type Db = Kysely<Tables>

/** The columns of an identity that are kept when it is removed. */
const asBound = ['issuer', 'subject', 'user_id', 'email', 'email_verified', 'created_at'] as const

const keyOf = (userId: string, { issuer, subject }: UserIdentity) => ({ issuer, subject, user_id: userId })

export type IdentityRows = ReturnType<typeof createIdentityRows>

/**
 * The statements on the identities that are bound to users, and on those that were removed. To change them, the caller locks the
 * user first.
 */
export function createIdentityRows ({ toStored }: UsersDialect, keepingRules: KeepingRules) {
  const noted = (email: string, { emailVerified = null }: UserIdentity) => ({ email, email_verified: toStored(emailVerified) as boolean | null })

  /** Deletes the record of a removed identity. @returns the identity as it was bound; `undefined` if it was not removed */
  async function forgetRemoval (db: Db, userId: string, identity: UserIdentity) {
    return await db.deleteFrom('latchkey_removed_identities').where(({ and }) => and(keyOf(userId, identity))).returning(asBound).executeTakeFirst()
  }

  return {
    forgetRemoval,

    /** Oldest first. */
    of: async (db: Db, userId: string): Promise<UserIdentity[]> => await db.selectFrom('latchkey_user_identities').select(['issuer', 'subject'])
      .where('user_id', '=', userId).orderBy('created_at').orderBy('issuer').orderBy('subject').execute(),

    /** Inserts the first identity of a new user. @throws USERS_STORE_ERR_IDENTITY_TAKEN */
    insert: async (db: Db, { id, email, createdAt }: User, identity: UserIdentity): Promise<void> => {
      const insert = db.insertInto('latchkey_user_identities').values({ ...keyOf(id, identity), ...noted(email, identity), created_at: createdAt })
      await keepingRules(() => insert.execute())
    },

    /** Binds an identity, or stores its email (normalized) if it is already bound to this user. @throws USERS_STORE_ERR_IDENTITY_TAKEN */
    bind: async (db: Db, userId: string, identity: UserIdentity, email: string): Promise<void> => {
      const bound = await db.insertInto('latchkey_user_identities')
        .values({ ...keyOf(userId, identity), ...noted(email, identity), created_at: new Date().toISOString() })
        .onConflict(conflict => conflict.columns(['issuer', 'subject'])
          .doUpdateSet({ email: ({ ref }) => ref('excluded.email'), email_verified: ({ ref }) => ref('excluded.email_verified') })
          .whereRef('latchkey_user_identities.user_id', '=', 'excluded.user_id'))
        .returning('user_id')
        .executeTakeFirst()
      if (bound === undefined) throw new USERS_STORE_ERR_IDENTITY_TAKEN()
    },

    /** Stores an email (normalized) if the identity is bound to this user. */
    noteEmail: async (db: Db, userId: string, identity: UserIdentity, email: string): Promise<void> => {
      await db.updateTable('latchkey_user_identities').set(noted(email, identity)).where(({ and }) => and(keyOf(userId, identity))).execute()
    },

    /** @throws USERS_STORE_ERR_IDENTITY_NOT_FOUND if it is not bound to this user */
    remove: async (db: Db, userId: string, identity: UserIdentity): Promise<void> => {
      const bound = await db.deleteFrom('latchkey_user_identities').where(({ and }) => and(keyOf(userId, identity))).returning(asBound).executeTakeFirst()
      if (bound === undefined) throw new USERS_STORE_ERR_IDENTITY_NOT_FOUND()
      // It may have been removed before and then bound again by an instance of an older version, which does not know this table.
      await forgetRemoval(db, userId, identity)
      await db.insertInto('latchkey_removed_identities').values({ ...bound, removed_at: new Date().toISOString() }).execute()
    },

    /** @throws USERS_STORE_ERR_IDENTITY_NOT_FOUND if it was not removed from this user; USERS_STORE_ERR_IDENTITY_TAKEN */
    restore: async (db: Db, userId: string, identity: UserIdentity): Promise<void> => {
      const bound = await forgetRemoval(db, userId, identity)
      if (bound === undefined) throw new USERS_STORE_ERR_IDENTITY_NOT_FOUND()
      await keepingRules(() => db.insertInto('latchkey_user_identities').values(bound).execute())
    },

    isRemoved: async (db: Db, userId: string, identity: UserIdentity): Promise<boolean> =>
      await db.selectFrom('latchkey_removed_identities').select('removed_at').where(({ and }) => and(keyOf(userId, identity))).executeTakeFirst() !== undefined,

    /** Deletes all of a deleted user. The foreign keys do too, unless an SQLite connection provided by the app has foreign keys disabled. */
    deleteAll: async (db: Db, userId: string): Promise<void> => {
      await db.deleteFrom('latchkey_user_identities').where('user_id', '=', userId).execute()
      await db.deleteFrom('latchkey_removed_identities').where('user_id', '=', userId).execute()
    }
  }
}
