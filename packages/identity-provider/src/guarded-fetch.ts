import { describeUrlMistake } from './provider-url.js'

/** More than any honest answer of a provider. */
const mostBytes = 1024 * 1024

/** The part of `fetch` that adapters use. */
export type Fetch = (url: string, options: RequestInit) => Promise<Response>

/**
 * A fetch for what a provider is asked: it gives up in time, follows no redirect, reads only so much, and sends nothing to
 * an address that is not safe, whoever named it; some come from a provider's discovery document.
 *
 * @param timeoutMs milliseconds from the request to the end of the answer's body
 */
export function createGuardedFetch (timeoutMs: number): Fetch {
  return async (url, options) => {
    const mistake = describeUrlMistake(url)
    if (mistake !== null) throw new Error(`The provider has an endpoint that ${mistake}`)
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
    if (length > mostBytes) throw new Error(`The provider answered with more than ${mostBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
