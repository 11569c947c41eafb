import { deleteOldRegularly, type Tables } from '@latchkey/database'
import type { ProviderLog } from '@latchkey/identity-provider'
import type { Kysely } from 'kysely'

/**
 * Deletes expired records every hour. Any number of instances of the app can do so at once.
 *
 * @returns `stop`, to be awaited before the database is closed
 */
export function removeExpiredRegularly (db: Kysely<Tables>, log: ProviderLog): { stop (): Promise<void> } {
  return deleteOldRegularly<Tables>(db, [
    { table: 'latchkey_embedded_records', key: ['model', 'id'], time: 'expires_at', keepDays: 0 },
    { table: 'latchkey_embedded_attempts', key: ['key'], time: 'expires_at', keepDays: 0 },
    // Expired codes are kept for a week, so that someone who follows an old link can be sent a new one.
    { table: 'latchkey_embedded_codes', key: ['purpose', 'email'], time: 'expires_at', keepDays: 7 },
    { table: 'latchkey_embedded_outbox', key: ['id'], time: 'sent_at', keepDays: 1 }
  ], error => { log.error({ err: error }, 'Deleting expired records failed; trying again in an hour') })
}
