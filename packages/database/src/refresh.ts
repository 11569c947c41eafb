/** Milliseconds for which what is in memory is not compared with the database again: from the beginning of a look, or from the end of one that failed, so that not everybody waits for the next. */
const FRESH_FOR = 1000
/** Milliseconds after which a look is given up. It takes a few, and all who ask wait for it; who waited so long goes on with what is known. */
const ANSWERS_WITHIN = 2000

/**
 * Makes the function by which something in memory, read a moment ago, follows what other copies of the app change in the database.
 *
 * @param compare looks, and takes over what is otherwise there, unless `late` says by then that nobody waits any more: what was read may be older than what is known
 * @param report told, with the error, when the database can no longer be asked, or does not answer, and without one when it can again
 * @returns a function that compares, once for all who ask meanwhile, and never fails nor takes longer than two seconds: what is in memory is the best there is.
 *   Within a second of when it last began to look it gives `undefined`, so that who asks in every request need not wait. So whoever asks a second after a change, and waits, is told of it; where a look takes
 *   longer than a second, whoever asks so long after
 */
export function createRefresh (compare: (late: AbortSignal) => Promise<void>, report: (error: unknown) => void): () => Promise<void> | undefined {
  let freshUntil = performance.now() + FRESH_FOR
  let looking: Promise<void> | undefined
  let failing = false

  async function look (): Promise<void> {
    freshUntil = performance.now() + FRESH_FOR
    try {
      await inTime(compare)
      if (failing) report(undefined)
      failing = false
    } catch (error) {
      // Who asks the database itself will be told.
      if (!failing) report(error)
      failing = true
      freshUntil = performance.now() + FRESH_FOR
    } finally {
      looking = undefined
    }
  }

  return () => {
    if (looking === undefined && performance.now() >= freshUntil) looking = look()
    return looking
  }
}

/** @throws what `look` throws, or that it took too long */
async function inTime (look: (late: AbortSignal) => Promise<void>): Promise<void> {
  const late = new AbortController()
  const looked = look(late.signal)
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      late.abort()
      reject(new Error(`The database has not answered within ${ANSWERS_WITHIN} ms`))
    }, ANSWERS_WITHIN)
  })
  try {
    await Promise.race([looked, tooLate])
  } finally {
    clearTimeout(timer)
  }
}
