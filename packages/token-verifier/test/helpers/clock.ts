/** A clock that a test moves. */
export interface TestClock {
  readonly now: () => number
  advance (milliseconds: number): void
}

export function createClock (start = 0): TestClock {
  let time = start
  return { now: () => time, advance: milliseconds => { time += milliseconds } }
}
