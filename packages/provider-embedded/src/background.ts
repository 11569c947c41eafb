import type { ProviderLog } from '@latchkey/identity-provider'

/** Work that an answer does not wait for, so that its time tells nobody whether there was any. */
export interface Background {
  /** Starts work; pieces with the same key run one after another, so that what was asked for last wins. */
  run (key: string, what: string, work: () => Promise<void>): void
  /** Waits for all of it. */
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
