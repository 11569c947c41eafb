import type { IdentityProvider } from '@latchkey/identity-provider'

/** Milliseconds for which requests that already use an adapter may finish with it. */
const GRACE = 30_000

/** Retires and closes adapters that are no longer in use. */
export interface AdapterEnds {
  /** Retires an adapter immediately. It is closed after the grace period, when the requests that use it have ended. */
  letGo (provider: IdentityProvider): void
  /** Closes all retired adapters now, even if requests still use them. */
  close (): Promise<void>
}

/** @param report receives the error if an adapter cannot be closed */
export function createAdapterEnds (report: (error: unknown) => void): AdapterEnds {
  const waiting = new Map<NodeJS.Timeout, () => Promise<void>>()
  return {
    letGo: provider => {
      provider.retire?.()
      if (provider.close === undefined) return
      const end = async () => {
        waiting.delete(timer)
        await provider.close?.().catch(report)
      }
      const timer = setTimeout(end, GRACE).unref()
      waiting.set(timer, end)
    },
    close: async () => {
      for (const timer of waiting.keys()) clearTimeout(timer)
      await Promise.all([...waiting.values()].map(async end => { await end() }))
    }
  }
}
