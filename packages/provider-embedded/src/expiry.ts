import { deleteOldRegularly, type Tables } from '@latchkey/database'
import type { ProviderLog } from '@latchkey/identity-provider'
import type { Kysely } from 'kysely'

/**
 * Removes what has expired, each hour. Any number of copies of the app may do so.
 *
 * @returns `stop`, to be awaited before the database is closed
 */
export function removeExpiredRegularly (db: Kysely<Tables>, log: ProviderLog): { stop (): Promise<void> } {
  return deleteOldRegularly<Tables>(db, [
    { table: 'latchkey_embedded_records', key: ['model', 'id'], time: 'expires_at', keepDays: 0 },
    { table: 'latchkey_embedded_attempts', key: ['key'], time: 'expires_at', keepDays: 0 },
    // A code that has expired is kept a while, so that whoever follows its link can be sent a new one.
    { table: 'latchkey_embedded_codes', key: ['purpose', 'email'], time: 'expires_at', keepDays: 7 },
    { table: 'latchkey_embedded_outbox', key: ['id'], time: 'sent_at', keepDays: 1 }
  ], error => { log.error({ err: error }, 'Removing expired records failed: it is tried again in an hour') })
}
