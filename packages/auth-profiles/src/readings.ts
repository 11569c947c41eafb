import type { SeenChanges } from '@latchkey/database'

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
export function createReadings (changes: Pick<SeenChanges, 'count' | 'holdsForMs'> | null): Readings | null {
  if (changes === null) return null
  return {
    begin: () => ({ count: changes.count, until: performance.now() + changes.holdsForMs }),
    holds: ({ count, until }) => count === changes.count && performance.now() < until
  }
}
