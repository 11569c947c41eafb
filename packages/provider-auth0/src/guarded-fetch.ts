/** More than any honest answer of Auth0. */
const mostBytes = 1024 * 1024

/** The part of `fetch` that is used here. */
export type Fetch = (url: string, options: RequestInit) => Promise<Response>

/**
 * A fetch that gives up in time, follows no redirect and reads only so much.
 *
 * @param timeoutMs milliseconds from the request to the end of the answer's body
 */
export function createGuardedFetch (timeoutMs: number): Fetch {
  return async (url, options) => {
    const response = await fetch(url, { ...options, redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) })
    const body = await readBody(response)
    return new Response(body.length > 0 ? body : null, { status: response.status, headers: response.headers })
  }
}

async function readBody (response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.length
    if (length > mostBytes) throw new Error(`The answer has more than ${mostBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
