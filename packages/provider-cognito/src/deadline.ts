/**
 * Runs some work with a timeout, whatever it waits for.
 *
 * @param timeoutMs milliseconds
 * @param work receives a signal that fires when the time is up, so that it can release what it opened
 * @throws an error named `TimeoutError` when the time is up
 */
export async function withDeadline<Result> (timeoutMs: number, work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const controller = new AbortController()
  let timer: NodeJS.Timeout | undefined
  // The signal alone is not enough: the AWS SDK ignores it between retries and while it looks for credentials.
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(Object.assign(new Error(`No response within ${timeoutMs} ms`), { name: 'TimeoutError' }))
      controller.abort()
    }, timeoutMs)
  })
  try {
    return await Promise.race([work(controller.signal), late])
  } finally {
    clearTimeout(timer)
  }
}
