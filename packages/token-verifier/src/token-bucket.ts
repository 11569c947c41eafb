/** A rate limit that allows bursts. */
export interface TokenBucket {
  /** Takes one token. @returns whether there was one */
  take (): boolean
}

/**
 * @param capacity the largest burst
 * @param refillMs milliseconds until one token is added
 * @param now a monotonic clock in milliseconds
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
