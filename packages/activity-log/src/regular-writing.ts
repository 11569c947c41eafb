import type { FastifyBaseLogger } from 'fastify'
import type { Batch, PendingActivity } from './pending-activity.js'

const EVERY_MS = 1000

/** Writes what is pending a second after the first of it came, and sooner where that is much. */
export interface RegularWriting {
  /** To be told after something was added. */
  added (): void
  /** Writes all that is left; what cannot be written is lost, and logged. */
  close (): Promise<void>
}

export function writeRegularly (pending: PendingActivity, write: (batch: Batch) => Promise<void>, log: FastifyBaseLogger): RegularWriting {
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> | undefined
  /** Failures in a row. The first is no news: copies that write the same at once may be told to try again. */
  let failures = 0

  async function writeAll (): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    while (!pending.isEmpty) {
      const batch = pending.take()
      try {
        await write(batch)
      } catch (error) {
        pending.settle(batch, false)
        failed(error)
        return
      }
      pending.settle(batch, true)
      succeeded()
    }
  }

  function failed (error: unknown): void {
    failures++
    // Not the error itself, whose details repeat values.
    const { message, code } = error as Error & { code?: string }
    if (failures === 2) log.error({ err: { message, code } }, 'Activity cannot be written to the database: it is kept in memory, within bounds, until it can')
  }

  function succeeded (): void {
    const dropped = pending.takeDropped()
    if (failures > 1) log.info({ dropped }, 'Activity is written to the database again')
    else if (dropped > 0) log.warn({ dropped }, 'More happened at once than is kept in memory: some of it is not in the activity log')
    failures = 0
  }

  /** Never fails. */
  const flush = async (): Promise<void> => {
    writing ??= writeAll().finally(() => {
      writing = undefined
      if (!pending.isEmpty) schedule()
    })
    await writing
  }

  function schedule (): void {
    timer ??= setTimeout(flush, EVERY_MS).unref()
  }

  return {
    added: () => {
      if (pending.isLarge && failures === 0) flush()
      else schedule()
    },
    close: async () => {
      // What was being written already, and what came meanwhile or is to be tried again.
      await flush()
      if (!pending.isEmpty) await flush()
      clearTimeout(timer)
      const dropped = pending.takeDropped() + pending.signIns
      if (!pending.isEmpty) log.error({ dropped }, 'Activity could not be written before the end: it is lost')
    }
  }
}
