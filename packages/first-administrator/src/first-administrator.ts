import type { Tables } from '@latchkey/database'
import type { Role, RolePermissionsService } from '@latchkey/role-permissions'
import type { Kysely, Transaction } from 'kysely'
import { hashOf, newCode } from './code.js'
import { FIRST_ADMINISTRATOR_ERR_NOT_NEEDED, FIRST_ADMINISTRATOR_ERR_TOO_MANY_TRIES, FIRST_ADMINISTRATOR_ERR_WRONG_CODE } from './errors.js'
import { takeTry } from './tries.js'

/** A new code, returned only this once. */
export interface IssuedCode {
  /** `XXXX-XXXX-XXXX-XXXX` */
  readonly code: string
  readonly expiresAt: Date
}

export interface ClaimOptions {
  /** Runs in the transaction that assigns the role, and rolls it back by throwing. It must query only through `transaction`. */
  readonly inTransaction?: (transaction: Transaction<Tables>, role: Role) => Promise<void>
}

/** The decorator `fastify.firstAdministrator`. */
export interface FirstAdministrator {
  /**
   * Whether no user has a role with full access. Concurrent calls share one query, because anyone can ask. The answer that
   * there is an administrator is cached for a second only, because the app's code may delete the last one.
   */
  needed (): Promise<boolean>
  /**
   * Creates a code that is valid for 24 hours, in every instance, until there is an administrator. Show it only to the owner of
   * the app. Only its hash is stored.
   *
   * @returns `null` if there is an administrator; earlier codes then become invalid
   */
  issueCode (): Promise<IssuedCode | null>
  /** Invalidates all codes, for apps that create the first administrator in another way. */
  withdrawCodes (): Promise<void>
  /**
   * Makes a user the first administrator by a code: assigns them a role with full access. Of concurrent calls, only one succeeds.
   *
   * @param userId of an authenticated user
   * @param code in any case, with or without dashes
   * @returns the role
   * @throws FIRST_ADMINISTRATOR_ERR_NOT_NEEDED (409), FIRST_ADMINISTRATOR_ERR_TOO_MANY_TRIES (429), FIRST_ADMINISTRATOR_ERR_WRONG_CODE (400)
   * @throws ROLE_PERMISSIONS_ERR_NO_ADMINISTRATOR_ROLE (409) if no role has full access
   * @throws ROLE_PERMISSIONS_ERR_USER_NOT_FOUND (404) if the user was deleted; the code stays valid
   */
  claim (userId: string, code: string, options?: ClaimOptions): Promise<Role>
}

const LIFETIME_MS = 24 * 60 * 60_000
/** Milliseconds until checking again whether there still is an administrator. */
const FRESH_FOR = 1000

export function createFirstAdministrator (db: Kysely<Tables>, rolePermissions: RolePermissionsService): FirstAdministrator {
  let settledUntil = 0
  let looking: Promise<boolean> | undefined

  /** Later calls must not share a check that started before. */
  function settle (): void {
    settledUntil = performance.now() + FRESH_FOR
    looking = undefined
  }

  /** @returns whether an administrator is needed */
  async function look (): Promise<boolean> {
    try {
      const administrated = await rolePermissions.administrated()
      if (administrated) settle()
      else settledUntil = 0
      return !administrated
    } finally {
      looking = undefined
    }
  }

  /** Deletes all codes: with an administrator they are no longer needed. */
  async function endCodes (within: Kysely<Tables>): Promise<void> {
    await within.deleteFrom('latchkey_administrator_codes').execute()
    await within.deleteFrom('latchkey_administrator_tries').execute()
  }

  const service: FirstAdministrator = {
    needed: async () => {
      if (performance.now() < settledUntil) return false
      looking ??= look()
      return await looking
    },

    issueCode: async () => {
      if (!await look()) {
        await endCodes(db)
        return null
      }
      const code = newCode()
      const expiresAt = new Date(Date.now() + LIFETIME_MS)
      await db.insertInto('latchkey_administrator_codes').values({ code_hash: hashOf(code) as string, expires_at: expiresAt.toISOString() }).execute()
      return { code, expiresAt }
    },

    withdrawCodes: async () => { await endCodes(db) },

    claim: async (userId, code, { inTransaction } = {}) => {
      // The cached answer does not count as a try, because it needs no query.
      if (performance.now() < settledUntil) throw new FIRST_ADMINISTRATOR_ERR_NOT_NEEDED()
      if (!await takeTry(db, userId)) throw new FIRST_ADMINISTRATOR_ERR_TOO_MANY_TRIES()
      const hash = hashOf(code)
      // Checked before the transaction, which blocks all other changes of roles.
      if (hash === null || !await isGood(db, hash)) {
        if (await look()) throw new FIRST_ADMINISTRATOR_ERR_WRONG_CODE()
        // Another user has become administrator, so the code may have been right. Don't keep the try.
        await endCodes(db)
        throw new FIRST_ADMINISTRATOR_ERR_NOT_NEEDED()
      }
      const given = await db.transaction().execute(async transaction => {
        const role = await rolePermissions.assignFirstAdministrator(userId, transaction)
        if (role === null) throw new FIRST_ADMINISTRATOR_ERR_NOT_NEEDED()
        if (!await isGood(transaction, hash)) throw new FIRST_ADMINISTRATOR_ERR_WRONG_CODE()
        await endCodes(transaction)
        await inTransaction?.(transaction, role)
        return role
      })
      settle()
      return given
    }
  }
  return service
}

async function isGood (db: Kysely<Tables>, hash: string): Promise<boolean> {
  const found = await db.selectFrom('latchkey_administrator_codes').select('code_hash').where('code_hash', '=', hash).where('expires_at', '>', new Date().toISOString()).executeTakeFirst()
  return found !== undefined
}
