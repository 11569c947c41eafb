import type { Kysely } from 'kysely'
import { createRefresh } from './refresh.js'
import { isSameVersion, readVersion, type StoredVersion } from './version-row.js'

/** What of the app is kept in memory, and where it is stored. */
export interface FollowedParts<DB, Stored> {
  readonly db: Kysely<DB>
  /** Where its version is: the SQL name of a `VersionTable`. */
  readonly table: string
  /** The version of what is in memory. */
  known (): StoredVersion
  /** Reads all of it, the version first: a change in between is then seen as one more change, and not missed. */
  load (): Promise<Stored>
  /** Puts it into memory. */
  take (stored: Stored): void
  /** Told when the database can no longer be asked, and, without an error, when it can again. */
  report (error: unknown): void
}

/** What is kept in memory, as it follows what is stored. */
export interface Followed {
  /** Takes over what other copies of the app changed; looks at most once a second, and never fails. `undefined` where that was done already (`createRefresh`). What comes too late for who waits is taken over when it comes. */
  refresh (): Promise<void> | undefined
  /** Runs changes of this process one after the other, and nothing is taken over meanwhile: what was read before a change never replaces what it took. */
  exclusively<Result> (work: () => Promise<Result>): Promise<Result>
  /** Takes over what others changed, whenever it was compared last: within `exclusively`. */
  catchUp (): Promise<void>
}

/** Has something that is stored with a version, and kept in memory whole, follow what is stored. */
export function followStored<DB, Stored> ({ db, table, known, load, take, report }: FollowedParts<DB, Stored>): Followed {
  let working: Promise<unknown> = Promise.resolve()

  async function exclusively<Result> (work: () => Promise<Result>): Promise<Result> {
    const done = working.then(work)
    working = done.catch(() => {})
    return await done
  }
  async function isKnown (): Promise<boolean> {
    return isSameVersion(await readVersion(db, table), known())
  }

  return {
    exclusively,
    catchUp: async () => { if (!await isKnown()) take(await load()) },
    refresh: createRefresh(async () => {
      // Also when nobody waits for it any more: all is loaded one after the other, and so never older than what is known. A database that is slow for long would be followed by nobody otherwise.
      if (!await isKnown()) await exclusively(async () => { take(await load()) })
    }, report)
  }
}
