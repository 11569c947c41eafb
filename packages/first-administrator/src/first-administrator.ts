import type { Tables } from '@latchkey/database'
import type { Role, RolePermissionsService } from '@latchkey/role-permissions'
import type { Kysely, Transaction } from 'kysely'
import { hashOf, newCode } from './code.js'
import { FIRST_ADMINISTRATOR_ERR_NOT_NEEDED, FIRST_ADMINISTRATOR_ERR_TOO_MANY_TRIES, FIRST_ADMINISTRATOR_ERR_WRONG_CODE } from './errors.js'
import { takeTry } from './tries.js'

/** A code that is told this once. */
export interface IssuedCode {
  /** `XXXX-XXXX-XXXX-XXXX` */
  readonly code: string
  readonly expiresAt: Date
}

export interface ClaimOptions {
  /** Runs in the transaction that gives the role; what it throws undoes it. It must query by `transaction` only. */
  readonly inTransaction?: (transaction: Transaction<Tables>, role: Role) => Promise<void>
}

/** What `fastify.firstAdministrator` can do. */
export interface FirstAdministrator {
  /**
   * Whether no user has a role that may do everything. It is looked up once for all who ask at the same time, since anybody may. That there is one is
   * believed for a second; code of the app may delete the record of the last one.
   */
  needed (): Promise<boolean>
  /**
   * Makes a code that is good for 24 hours, in every copy of the app, until there is an administrator. Give it to nobody but the owner of the app: it is
   * stored as a hash alone.
   *
   * @returns `null` where no administrator is needed; all codes of before end then
   */
  issueCode (): Promise<IssuedCode | null>
  /** Ends all codes, where the first administrator is to come to be in another way. */
  withdrawCodes (): Promise<void>
  /**
   * Makes a user the first administrator, by a code: gives them a role that may do everything. Of any number at once one succeeds.
   *
   * @param userId of a user who has proven who they are
   * @param code in any case, with or without dashes
   * @returns the role
   * @throws FIRST_ADMINISTRATOR_ERR_NOT_NEEDED (409), FIRST_ADMINISTRATOR_ERR_TOO_MANY_TRIES (429), FIRST_ADMINISTRATOR_ERR_WRONG_CODE (400)
   * @throws ROLE_PERMISSIONS_ERR_NO_ADMINISTRATOR_ROLE (409) no role may do everything
   * @throws ROLE_PERMISSIONS_ERR_USER_NOT_FOUND (404) the user was deleted; the code stays good
   */
  claim (userId: string, code: string, options?: ClaimOptions): Promise<Role>
}

const LIFETIME_MS = 24 * 60 * 60_000
/** Milliseconds for which it is not looked again whether there still is an administrator. */
const FRESH_FOR = 1000

export function createFirstAdministrator (db: Kysely<Tables>, rolePermissions: RolePermissionsService): FirstAdministrator {
  let settledUntil = 0
  let looking: Promise<boolean> | undefined

  /** Who asks from here on does not share a look that began before. */
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

  /** With an administrator the codes have done their work, whoever made that one. */
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
      // What is known counts no try, since it costs nothing: whatever asks the database comes after it.
      if (performance.now() < settledUntil) throw new FIRST_ADMINISTRATOR_ERR_NOT_NEEDED()
      if (!await takeTry(db, userId)) throw new FIRST_ADMINISTRATOR_ERR_TOO_MANY_TRIES()
      const hash = hashOf(code)
      // Before the transaction, in which everybody else who changes roles waits.
      if (hash === null || !await isGood(db, hash)) {
        if (await look()) throw new FIRST_ADMINISTRATOR_ERR_WRONG_CODE()
        // Somebody may have become it meanwhile, and the code was right. The try was for nothing, and nothing stays of it.
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
