/**
 * Does something that must not take longer than a time, whatever it waits for.
 *
 * @param timeoutMs milliseconds
 * @param work is given a signal that fires when the time is up, for letting go of what it opened
 * @throws an error named `TimeoutError` when the time is up
 */
export async function withDeadline<Result> (timeoutMs: number, work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const controller = new AbortController()
  let timer: NodeJS.Timeout | undefined
  // Not left to the signal alone: the AWS SDK looks at it while waiting for a response, and not between retries or while looking for credentials.
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(Object.assign(new Error(`No answer within ${timeoutMs} ms`), { name: 'TimeoutError' }))
      controller.abort()
    }, timeoutMs)
  })
  try {
    return await Promise.race([work(controller.signal), late])
  } finally {
    clearTimeout(timer)
  }
}
