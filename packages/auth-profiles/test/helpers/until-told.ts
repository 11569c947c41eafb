import { seenChanges, type SeenChanges, type Tables } from '@latchkey/database'
import type { Kysely } from 'kysely'
import { setTimeout as wait } from 'node:timers/promises'

/** The tables of which changes are told. */
export const TABLES = ['latchkey_users', 'latchkey_user_identities', 'latchkey_user_roles']

/** Until what is remembered is remembered until it is changed. */
export async function untilTold (db: Kysely<Tables>, tables = TABLES): Promise<void> {
  const changes = seenChanges(db, tables) as SeenChanges
  for (let tries = 0; tries < 1000; tries++) {
    // It listens while somebody asks.
    if (changes.count >= 0 && changes.ofOthers) {
      // What was done before is told of by then.
      await wait(50)
      return
    }
    await wait(10)
  }
  throw new Error('It is not told what others change')
}
