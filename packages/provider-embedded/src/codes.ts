import type { Tables } from '@latchkey/database'
import type { Kysely } from 'kysely'
import { randomInt, timingSafeEqual } from 'node:crypto'
import type { AttemptPolicy, Attempts } from './attempts.js'
import { hashSecret, randomSecret, type Secrets } from './secrets.js'
import type { CodesTable } from './tables.js'

export type CodePurpose = 'confirm' | 'reset' | 'invite'

/** Where a code was requested: the profile's client, and the hosted sign-in if there was one. */
export interface CodeOrigin {
  readonly clientId: string
  readonly interactionUid: string | null
}

/** A code to enter and the token of a link. Using either one uses up both. */
export interface IssuedCode {
  readonly code: string
  readonly linkToken: string
}

export interface CodeOwner extends CodeOrigin {
  readonly accountId: string
  readonly email: string
}

export interface Codes {
  /** Replaces any earlier code for the same address and purpose. */
  issue (purpose: CodePurpose, owner: CodeOwner): Promise<IssuedCode>
  /**
   * @param network where the attempt comes from
   * @returns the code's owner, or `undefined` if the code is wrong, used or expired, or was tried too often from this network or from all
   */
  useCode (purpose: CodePurpose, email: string, code: string, network?: string): Promise<CodeOwner | undefined>
  /** Does not use up the link, because mail scanners follow links too. @returns `undefined` for an unknown link; `expired` for an old one */
  readLink (purpose: CodePurpose, linkToken: string): Promise<(CodeOwner & { expired: boolean }) | undefined>
  useLink (purpose: CodePurpose, linkToken: string): Promise<CodeOwner | undefined>
}

/** Whether a text has the form of a link token. */
export const isLinkToken = (text: string): boolean => /^[\w-]{43}$/.test(text)

export const CODE_MINUTES: Record<CodePurpose, number> = { confirm: 24 * 60, reset: 30, invite: 7 * 24 * 60 }

/** How many of the million possible codes one network may guess. Counted by network, so that a stranger can't use up the owner's attempts. */
const NETWORK_TRIES: AttemptPolicy = { free: 5, firstDelayMs: 24 * 60 * 60_000, maxDelayMs: 24 * 60 * 60_000 }
/** How many guesses all networks together have. */
const MAX_TRIES = 25

export function createCodes (db: Kysely<Tables>, secrets: Secrets, attempts: Attempts): Codes {
  /** The delete decides which of simultaneous uses wins. */
  async function take (purpose: CodePurpose, linkHash: string): Promise<CodeOwner | undefined> {
    const row = await db.deleteFrom('latchkey_embedded_codes')
      .where('purpose', '=', purpose).where('link_hash', '=', linkHash).where('expires_at', '>', new Date().toISOString())
      .returningAll().executeTakeFirst()
    return row === undefined ? undefined : toOwner(row)
  }

  const macOf = (purpose: CodePurpose, email: string, code: string) => secrets.mac(`code:${purpose}`, `${email}\0${code}`)
  return {
    async issue (purpose, { accountId, email, clientId, interactionUid }) {
      const code = String(randomInt(0, 1_000_000)).padStart(6, '0')
      const linkToken = randomSecret()
      const row = {
        account_id: accountId,
        code_hash: macOf(purpose, email, code),
        link_hash: hashSecret(linkToken),
        tries: 0,
        client_id: clientId,
        interaction_uid: interactionUid,
        expires_at: new Date(Date.now() + CODE_MINUTES[purpose] * 60_000).toISOString()
      }
      await db.insertInto('latchkey_embedded_codes').values({ purpose, email, ...row })
        .onConflict(conflict => conflict.columns(['purpose', 'email']).doUpdateSet(row)).execute()
      return { code, linkToken }
    },
    async useCode (purpose, email, code, network = 'unknown') {
      const current = await db.selectFrom('latchkey_embedded_codes').select('link_hash').where('purpose', '=', purpose).where('email', '=', email).executeTakeFirst()
      // Without a code the same work is done, so that the timing reveals nothing.
      const linkHash = current?.link_hash ?? `none:${purpose}:${email}`
      const mayTry = await attempts.take(`code:${linkHash}|${network}`, NETWORK_TRIES)
      // One statement counts the attempt and reads the code, so that simultaneous guesses are all counted.
      const row = await db.updateTable('latchkey_embedded_codes')
        .set(({ eb }) => ({ tries: eb('tries', '+', 1) }))
        .where('purpose', '=', purpose).where('link_hash', '=', mayTry ? linkHash : '')
        .where('tries', '<', MAX_TRIES).where('expires_at', '>', new Date().toISOString())
        .returningAll().executeTakeFirst()
      const given = Buffer.from(macOf(purpose, email, code.replaceAll(/\s/g, '')))
      if (row === undefined || !timingSafeEqual(given, Buffer.from(row.code_hash))) return undefined
      return await take(purpose, row.link_hash)
    },
    async readLink (purpose, linkToken) {
      const row = await db.selectFrom('latchkey_embedded_codes').selectAll()
        .where('purpose', '=', purpose).where('link_hash', '=', hashSecret(linkToken)).executeTakeFirst()
      return row === undefined ? undefined : { ...toOwner(row), expired: row.expires_at <= new Date().toISOString() }
    },
    useLink: async (purpose, linkToken) => await take(purpose, hashSecret(linkToken))
  }
}

function toOwner (row: CodesTable): CodeOwner {
  return { accountId: row.account_id, email: row.email, clientId: row.client_id, interactionUid: row.interaction_uid }
}
