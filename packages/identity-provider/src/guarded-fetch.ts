import { describeUrlMistake } from './provider-url.js'

/** No genuine response from a provider is this large. */
const mostBytes = 1024 * 1024

/** The part of `fetch` that adapters use. */
export type Fetch = (url: string, options: RequestInit) => Promise<Response>

/**
 * Creates a `fetch` for requests to a provider. It has a timeout, follows no redirects, limits the size of a response, and
 * sends nothing to an unsafe address. Every address is checked, because some come from a provider's discovery document.
 *
 * @param timeoutMs milliseconds from the request to the end of the response body
 */
export function createGuardedFetch (timeoutMs: number): Fetch {
  return async (url, options) => {
    const mistake = describeUrlMistake(url)
    if (mistake !== null) throw new Error(`The provider's endpoint URL ${mistake}`)
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
    if (length > mostBytes) throw new Error(`The provider sent a response of more than ${mostBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
