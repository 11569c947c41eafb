/** Lets something happen often at once but rarely in the long run. */
export interface TokenBucket {
  /** Whether it may happen now. */
  take (): boolean
}

/**
 * @param capacity how often at once
 * @param refillMs after how many milliseconds once more
 * @param now a clock in milliseconds that never goes back
 */
export function createTokenBucket ({ capacity, refillMs, now }: { capacity: number, refillMs: number, now: () => number }): TokenBucket {
  let filled = capacity
  let asOf = now()
  return {
    take () {
      const time = now()
      filled = Math.min(capacity, filled + (time - asOf) / refillMs)
      asOf = time
      if (filled < 1) return false
      filled--
      return true
    }
  }
}
