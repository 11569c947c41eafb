/** Milliseconds for which what is in memory is not compared with the database again. */
const FRESH_FOR = 1000

/**
 * Makes the function by which something in memory, read a moment ago, follows what other copies of the app change in the database.
 *
 * @param compare looks, and takes over what is otherwise there
 * @param report told, with the error, when the database can no longer be asked, and without one when it can again
 * @returns a function that compares, once for all who ask meanwhile, and never fails: what is in memory is the best there is.
 *   Within a second of the last time it gives `undefined`, so that who asks in every request need not wait
 */
export function createRefresh (compare: () => Promise<void>, report: (error: unknown) => void): () => Promise<void> | undefined {
  let freshUntil = performance.now() + FRESH_FOR
  let looking: Promise<void> | undefined
  let failing = false

  async function look (): Promise<void> {
    try {
      await compare()
      if (failing) report(undefined)
      failing = false
    } catch (error) {
      // Who asks the database itself will be told.
      if (!failing) report(error)
      failing = true
    } finally {
      freshUntil = performance.now() + FRESH_FOR
      looking = undefined
    }
  }

  return () => {
    if (looking === undefined && performance.now() >= freshUntil) looking = look()
    return looking
  }
}
