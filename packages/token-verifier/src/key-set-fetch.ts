import type { KeyLocation } from './trusted-issuers.js'
import { isTrustworthyUrl } from './trustworthy-url.js'

/** Fetches the `keys` of an issuer's JWK Set. Always fails when the signal aborts, whatever it is waiting for. */
export type KeySetFetch = (signal: AbortSignal) => Promise<readonly unknown[]>

/** How to ask an issuer. */
export interface Asking {
  /** Aborts the request. */
  readonly signal: AbortSignal
  /** Receives the headers of each document. */
  readonly onAnswer?: (headers: Headers) => void
}

/** Both documents normally have a few kilobytes. */
const MAX_BYTES = 256 * 1024
/** The URL of an issuer's key set almost never changes. */
const DISCOVERY_AGE_MS = 5 * 60_000

/**
 * @param keysAt where the keys are; without it, discovery finds them
 * @param now a monotonic clock in milliseconds
 */
export function createKeySetFetch ({ issuer, keysAt, now, ...told }: { issuer: string, keysAt: KeyLocation, now: () => number } & Omit<Asking, 'signal'>): KeySetFetch {
  if (typeof keysAt === 'function') return async signal => await unlessAborted(keysAt(), signal)
  let discovered: { jwksUri: string, at: number } | undefined

  async function locate (asking: Asking): Promise<string> {
    if (typeof keysAt === 'string') return keysAt
    if (discovered === undefined || now() - discovered.at > DISCOVERY_AGE_MS) {
      discovered = { jwksUri: await discoverKeys(issuer, asking), at: now() }
    }
    return discovered.jwksUri
  }

  return async (signal) => {
    const asking = { ...told, signal }
    try {
      return await fetchKeys(await locate(asking), asking)
    } catch (error) {
      // The key set may have moved.
      discovered = undefined
      throw error
    }
  }
}

/** Functions in the same process can hang too. */
async function unlessAborted<Value> (promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => { reject(new Error('The keys function did not return in time', { cause: signal.reason })) }, { once: true })
  })
  return await Promise.race([promise, aborted])
}

/**
 * Asks an issuer where its keys are (OpenID Connect Discovery 1.0 §4).
 *
 * @returns the `jwks_uri`
 * @throws errors for an operator, which repeat nothing of the response
 */
export async function discoverKeys (issuer: string, asking: Asking): Promise<string> {
  const document = await fetchJson(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, asking)
  if (document.issuer !== issuer) throw new Error('The discovery document names another issuer. Write the issuer exactly as the provider does')
  const { jwks_uri: jwksUri } = document
  if (typeof jwksUri !== 'string' || !isTrustworthyUrl(jwksUri, issuer)) throw new Error('The discovery document names no jwks_uri with https')
  return jwksUri
}

/**
 * Fetches a JWK Set (RFC 7517 §5).
 *
 * @returns its `keys`, unchecked
 * @throws as `discoverKeys` does
 */
export async function fetchKeys (jwksUri: string, asking: Asking): Promise<readonly unknown[]> {
  const { keys } = await fetchJson(jwksUri, asking)
  if (!Array.isArray(keys)) throw new Error('The key set has no list of keys')
  return keys
}

async function fetchJson (url: string, { signal, onAnswer }: Asking): Promise<Record<string, unknown>> {
  if (!isTrustworthyUrl(url)) throw new Error(`${url} cannot be used: it must be an https URL (http is allowed only for a loopback address)`)
  // Redirects are refused like any other status but 200: keys must come from the issuer itself.
  const response = await reached(url, fetch(url, { signal, redirect: 'manual', headers: { accept: 'application/json' } }))
  if (response.status !== 200 || response.body === null) {
    await response.body?.cancel()
    throw new Error(`${url} answered with status ${response.status}`)
  }
  onAnswer?.(response.headers)
  const text = await reached(url, readText(response.body as AsyncIterable<Uint8Array>))
  if (text === null) throw new Error(`${url} answered with more than ${MAX_BYTES} bytes`)
  const document = parseJson(text)
  if (typeof document !== 'object' || document === null) throw new Error(`${url} did not respond with a JSON object`)
  return document as Record<string, unknown>
}

/** @throws network errors, with their code */
async function reached<Value> (url: string, answer: Promise<Value>): Promise<Value> {
  try {
    return await answer
  } catch (error) {
    const { message, cause } = error as { message: string, cause?: { code?: string } }
    throw new Error(`${url} could not be reached (${cause?.code ?? message})`, { cause: error })
  }
}

/** @returns `null` if the body is too long */
async function readText (body: AsyncIterable<Uint8Array>): Promise<string | null> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > MAX_BYTES) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

function parseJson (text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
