/** Milliseconds without another check: from the start of a check, or from the end of a failed one, so that not every request waits for the next. */
const FRESH_FOR = 1000
/** Milliseconds after which waiting ends. A check normally takes a few, and all callers wait for it; after this time they continue with the known data. */
const ANSWERS_WITHIN = 2000

/**
 * Creates a function that keeps data in memory, which was just loaded, in step with changes that other instances make in the database.
 *
 * @param compare checks the database and applies differences, unless `late` is aborted by then: the result may be older than the known data
 * @param report called with an error when the database fails or does not answer, and without one when it works again
 * @returns a function that checks once for all concurrent callers. It never fails and takes at most two seconds; the data in
 *   memory stays in use. It returns `undefined` within a second of the start of the last check, so that requests need not wait.
 *   A caller that waits, a second after a change, sees that change. If a check takes longer than a second, it is that much later
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
      // Not thrown: whoever queries the database directly gets the error.
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

/** @throws what `look` throws, or a timeout */
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
