import { LRUCache } from 'lru-cache'

/**
 * Tells whether to log a warning about `key` now, so that a client that keeps asking cannot fill the log. It remembers at most
 * `max` keys; beyond that, the least recently used one is warned about again.
 *
 * @param everyMs milliseconds between two warnings about the same key
 */
export function createWarningLimit ({ everyMs, max }: { readonly everyMs: number, readonly max: number }): (key: string) => boolean {
  const warned = new LRUCache<string, true>({ max, ttl: everyMs })
  return key => {
    // Unlike `has`, `get` marks the key as recently used; neither extends its time.
    if (warned.get(key) !== undefined) return false
    warned.set(key, true)
    return true
  }
}
