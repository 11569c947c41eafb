import type { IdentityProvider } from '@latchkey/identity-provider'

/** Milliseconds in which requests that have an adapter already may finish with it. */
const GRACE = 30_000

/** How adapters end that were in use. */
export interface AdapterEnds {
  /** Takes an adapter out of use at once. It is closed when the requests that have it have ended. */
  letGo (provider: IdentityProvider): void
  /** Closes those that were let go of, whoever still has them. */
  close (): Promise<void>
}

/** @param report told what an adapter could not be closed for */
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
