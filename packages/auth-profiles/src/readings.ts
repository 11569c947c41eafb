import type { SeenChanges } from '@latchkey/database'

/** When something was read, and how long it is valid. */
export interface Reading {
  readonly count: number
  readonly until: number
}

/** Tells how long data read from the database stays valid: until anything changes. */
export interface Readings {
  /** Call it before reading. */
  begin (): Reading
  holds (reading: Reading): boolean
}

/** @returns `null` if changes cannot be observed, so that nothing may be cached */
export function createReadings (changes: Pick<SeenChanges, 'count' | 'holdsForMs'> | null): Readings | null {
  if (changes === null) return null
  return {
    begin: () => ({ count: changes.count, until: performance.now() + changes.holdsForMs }),
    holds: ({ count, until }) => count === changes.count && performance.now() < until
  }
}
