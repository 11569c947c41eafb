import type { Tables } from '@latchkey/database'
import type { Kysely } from 'kysely'
import { randomUUID } from 'node:crypto'
import type { AccountsTable } from './tables.js'

/** Someone who can sign in with a password. */
export interface Account {
  /** The `sub` of the account's tokens. */
  readonly id: string
  /** Normalized. */
  readonly email: string
  readonly emailVerified: boolean
  readonly passwordHash: string
  readonly firstName: string | null
  readonly lastName: string | null
}

export interface Accounts {
  findById (id: string): Promise<Account | undefined>
  findByEmail (email: string): Promise<Account | undefined>
  /** @returns the new account, or `undefined` if the email is taken */
  create (account: { email: string, passwordHash: string, firstName: string | null, lastName: string | null }): Promise<Account | undefined>
  /** Confirms the address, if the password is still this one. @returns whether it is */
  confirm (id: string, passwordHash: string): Promise<boolean>
  /**
   * Replaces an unconfirmed account, which may be a stranger's, for someone who has proven the address or who invites its
   * owner. The account gets a new id and keeps nothing.
   *
   * @returns the new id, or `undefined` if the account was confirmed in the meantime
   */
  replace (id: string, account: { passwordHash: string, names: Names, confirmed: boolean }): Promise<string | undefined>
  /** Sets the password. Ends all sign-ins with the old one, except one grant, and all codes for a new password. */
  setPassword (id: string, passwordHash: string, change?: PasswordChange): Promise<void>
  /** Deletes the account with its sessions, tokens and codes. */
  delete (id: string): Promise<void>
}

export interface PasswordChange {
  /** Also confirms the address and keeps the id, so use it only if nobody else can have had the account. */
  readonly confirmed?: boolean
  /** The account's new names. Omit them to keep the current ones. */
  readonly names?: Names | undefined
  readonly keepGrant?: string | null
}

export type Names = Pick<Account, 'firstName' | 'lastName'>

export function createAccounts (db: Kysely<Tables>): Accounts {
  const now = () => new Date().toISOString()
  const select = () => db.selectFrom('latchkey_embedded_accounts').selectAll()
  return {
    findById: async id => toAccount(await select().where('id', '=', id).executeTakeFirst()),
    findByEmail: async email => toAccount(await select().where('email', '=', email).executeTakeFirst()),
    async create ({ email, passwordHash, firstName, lastName }) {
      const row = await db.insertInto('latchkey_embedded_accounts')
        .values({ id: randomUUID(), email, email_verified: 0, password_hash: passwordHash, first_name: firstName, last_name: lastName, created_at: now(), updated_at: now() })
        .onConflict(conflict => conflict.column('email').doNothing())
        .returningAll()
        .executeTakeFirst()
      return toAccount(row)
    },
    async confirm (id, passwordHash) {
      const { numUpdatedRows } = await db.updateTable('latchkey_embedded_accounts').set({ email_verified: 1, updated_at: now() })
        .where('id', '=', id).where('password_hash', '=', passwordHash).executeTakeFirst()
      return numUpdatedRows > 0n
    },
    async replace (id, { passwordHash, names, confirmed }) {
      return await db.transaction().execute(async trx => {
        const newId = randomUUID()
        const { numUpdatedRows } = await trx.updateTable('latchkey_embedded_accounts')
          .set({ id: newId, password_hash: passwordHash, email_verified: confirmed ? 1 : 0, first_name: names.firstName, last_name: names.lastName, created_at: now(), updated_at: now() })
          .where('id', '=', id).where('email_verified', '=', 0).executeTakeFirst()
        if (numUpdatedRows === 0n) return undefined
        await trx.deleteFrom('latchkey_embedded_codes').where('account_id', '=', id).execute()
        await trx.deleteFrom('latchkey_embedded_records').where('account_id', '=', id).execute()
        return newId
      })
    },
    async setPassword (id, passwordHash, { confirmed = false, names, keepGrant = null } = {}) {
      await db.transaction().execute(async trx => {
        await trx.updateTable('latchkey_embedded_accounts')
          .set({ password_hash: passwordHash, updated_at: now(), ...(confirmed ? { email_verified: 1 } : {}), ...(names === undefined ? {} : { first_name: names.firstName, last_name: names.lastName }) })
          .where('id', '=', id).execute()
        // Earlier emails must no longer let anyone in.
        await trx.deleteFrom('latchkey_embedded_codes').where('account_id', '=', id).where('purpose', 'in', confirmed ? ['reset', 'invite', 'confirm'] : ['reset', 'invite']).execute()
        await trx.deleteFrom('latchkey_embedded_records')
          .where('account_id', '=', id)
          .where(({ eb, not, and, or }) => keepGrant === null
            ? eb.lit(true)
            : not(or([and([eb('grant_id', 'is not', null), eb('grant_id', '=', keepGrant)]), and([eb('model', '=', 'Grant'), eb('id', '=', keepGrant)])])))
          .execute()
      })
    },
    async delete (id) {
      await db.transaction().execute(async trx => {
        await trx.deleteFrom('latchkey_embedded_codes').where('account_id', '=', id).execute()
        await trx.deleteFrom('latchkey_embedded_records').where('account_id', '=', id).execute()
        await trx.deleteFrom('latchkey_embedded_accounts').where('id', '=', id).execute()
      })
    }
  }
}

function toAccount (row: AccountsTable | undefined): Account | undefined {
  if (row === undefined) return undefined
  return {
    id: row.id,
    email: row.email,
    emailVerified: row.email_verified === 1,
    passwordHash: row.password_hash,
    firstName: row.first_name,
    lastName: row.last_name
  }
}
