import type { FastifyBaseLogger } from 'fastify'
import type { Batch, PendingActivity } from './pending-activity.js'

const EVERY_MS = 1000

/** Writes pending activity a second after the first item arrived, or sooner if there is a lot. */
export interface RegularWriting {
  /** Call it after adding something. */
  added (): void
  /** Writes everything left. Anything that cannot be written is lost, which is logged. */
  close (): Promise<void>
}

export function writeRegularly (pending: PendingActivity, write: (batch: Batch) => Promise<void>, log: FastifyBaseLogger): RegularWriting {
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> | undefined
  /** Consecutive failures. The first is not logged, because concurrent writes of instances can conflict. */
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
    // Not the error itself, because its details contain values.
    const { message, code } = error as Error & { code?: string }
    if (failures === 2) log.error({ err: { message, code } }, 'Activity cannot be written to the database. It is kept in memory, up to a limit, until the database is back')
  }

  function succeeded (): void {
    const dropped = pending.takeDropped()
    if (failures > 1) log.info({ dropped }, 'Activity is written to the database again')
    else if (dropped > 0) log.warn({ dropped }, 'Too much activity at once for the memory limit: some of it was dropped from the activity log')
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
      // Waits for the running write, then writes what arrived meanwhile or must be retried.
      await flush()
      if (!pending.isEmpty) await flush()
      clearTimeout(timer)
      const dropped = pending.takeDropped() + pending.signIns
      if (!pending.isEmpty) log.error({ dropped }, 'Activity could not be written before the app closed, and is lost')
    }
  }
}
