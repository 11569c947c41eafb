import type { SeenChanges } from '@latchkey/database'

/** Milliseconds for which what another process changed of a user may go unnoticed, where the database does not tell. */
const FRESH_FOR = 1000
/** The same where it does: an operator may have moved to another server, and be told by the old one for as long as it is there. */
const FRESH_FOR_AT_MOST = 60_000

/** When something was read. */
export interface Reading {
  readonly count: number
  readonly until: number
}

/** For how long what was read in the database may be taken for what is there: until anything is changed. */
export interface Readings {
  /** To be asked before reading. */
  begin (): Reading
  holds (reading: Reading): boolean
}

/** @returns `null` where changes are not seen: what is read is worth nothing a moment later */
export function createReadings (changes: SeenChanges | null): Readings | null {
  if (changes === null) return null
  return {
    begin: () => ({ count: changes.count, until: performance.now() + (changes.ofOthers ? FRESH_FOR_AT_MOST : FRESH_FOR) }),
    holds: ({ count, until }) => count === changes.count && performance.now() < until
  }
}
