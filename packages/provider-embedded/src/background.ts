import type { ProviderLog } from '@latchkey/identity-provider'

/** Work that a response doesn't wait for, so that its timing doesn't reveal whether there was any. */
export interface Background {
  /** Starts work. Work with the same key runs in order, so that the last request wins. */
  run (key: string, what: string, work: () => Promise<void>): void
  /** Waits for all work to finish. */
  settled (): Promise<void>
}

export function createBackground (log: ProviderLog): Background {
  const running = new Map<string, Promise<void>>()
  return {
    run (key, what, work) {
      const mine = (running.get(key) ?? Promise.resolve())
        .then(work)
        .catch((error: unknown) => { log.error({ err: error }, `${what} failed`) })
        .finally(() => { if (running.get(key) === mine) running.delete(key) })
      running.set(key, mine)
    },
    settled: async () => { await Promise.all(running.values()) }
  }
}
