import { LRUCache } from 'lru-cache'

/**
 * Says whether to warn of something now, by its key: once in a while, where a client could otherwise fill the log by asking again and again. At most `max` keys are
 * remembered; the least recently used make room for others, and are warned of again.
 */
export function createWarningLimit ({ everyMs, max }: { readonly everyMs: number, readonly max: number }): (key: string) => boolean {
  const warned = new LRUCache<string, true>({ max, ttl: everyMs })
  return key => {
    // By `get`, which keeps what comes often, and does not prolong its time.
    if (warned.get(key) !== undefined) return false
    warned.set(key, true)
    return true
  }
}
