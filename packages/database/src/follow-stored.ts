import type { Kysely } from 'kysely'
import { createRefresh } from './refresh.js'
import { isSameVersion, readVersion, type StoredVersion } from './version-row.js'

/** Describes data kept in memory, and where it is stored. */
export interface FollowedParts<DB, Stored> {
  readonly db: Kysely<DB>
  /** The SQL name of the `VersionTable` with its version. */
  readonly table: string
  /** The version of the data in memory. */
  known (): StoredVersion
  /** Reads everything, the version first, so that a change in between is detected later instead of missed. */
  load (): Promise<Stored>
  /** Replaces the data in memory. */
  take (stored: Stored): void
  /** Called with an error when the database becomes unavailable, and without one when it is available again. */
  report (error: unknown): void
}

/** Keeps data in memory in step with the database. */
export interface Followed {
  /** Loads changes of other instances. Checks at most once a second, and never fails. `undefined` if there is nothing to wait for (`createRefresh`). An answer that arrives too late for the callers is still applied. */
  refresh (): Promise<void> | undefined
  /** Runs changes of this process one after another. Nothing is loaded meanwhile, so data read before a change never replaces its result. */
  exclusively<Result> (work: () => Promise<Result>): Promise<Result>
  /** Loads changes of others, however recent the last check was. Call it within `exclusively`. */
  catchUp (): Promise<void>
}

/** Keeps versioned data that is entirely in memory in step with the database. */
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
      // Also if nobody waits any more, or a permanently slow database would never be followed. Loads run one after another, so they are never older than the known data.
      if (!await isKnown()) await exclusively(async () => { take(await load()) })
    }, report)
  }
}
