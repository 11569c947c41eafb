import type { KeyLocation } from './trusted-issuers.js'
import { isTrustworthyUrl } from './trustworthy-url.js'

/** Asks an issuer for the `keys` of its JWK Set. Fails when the signal aborts, whatever it is waiting for. */
export type KeySetFetch = (signal: AbortSignal) => Promise<readonly unknown[]>

/** How an issuer is asked. */
export interface Asking {
  /** When it is given up. */
  readonly signal: AbortSignal
  /** Told of the headers of each document that came. */
  readonly onAnswer?: (headers: Headers) => void
}

/** Both documents are a few kilobytes; who answers more is not what was asked. */
const MAX_BYTES = 256 * 1024
/** An issuer's key set moves about never, so that asking where it is once in a while is enough. */
const DISCOVERY_AGE_MS = 5 * 60_000

/**
 * @param keysAt where the keys are; without it the issuer is asked
 * @param now a clock in milliseconds that never goes back
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
      // It may have moved.
      discovered = undefined
      throw error
    }
  }
}

/** A function of the same process may hang as well as a server. */
async function unlessAborted<Value> (promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => { reject(new Error('The keys were not given in time', { cause: signal.reason })) }, { once: true })
  })
  return await Promise.race([promise, aborted])
}

/**
 * Asks an issuer where its keys are (OpenID Connect Discovery 1.0 §4).
 *
 * @returns the `jwks_uri`
 * @throws in words for an operator, which repeat nothing of what was answered
 */
export async function discoverKeys (issuer: string, asking: Asking): Promise<string> {
  const document = await fetchJson(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, asking)
  if (document.issuer !== issuer) throw new Error('The discovery document is of another issuer: write the issuer as the provider does, to the letter')
  const { jwks_uri: jwksUri } = document
  if (typeof jwksUri !== 'string' || !isTrustworthyUrl(jwksUri, issuer)) throw new Error('The discovery document names no jwks_uri with https')
  return jwksUri
}

/**
 * Asks for a JWK Set (RFC 7517 §5).
 *
 * @returns its `keys`, whatever is among them
 * @throws as `discoverKeys` does
 */
export async function fetchKeys (jwksUri: string, asking: Asking): Promise<readonly unknown[]> {
  const { keys } = await fetchJson(jwksUri, asking)
  if (!Array.isArray(keys)) throw new Error('The key set has no list of keys')
  return keys
}

async function fetchJson (url: string, { signal, onAnswer }: Asking): Promise<Record<string, unknown>> {
  if (!isTrustworthyUrl(url)) throw new Error(`${url} is not asked: it must be an https URL (http on a loopback address only)`)
  // A redirect is an answer like any other that is not 200: keys come from the issuer itself.
  const response = await reached(url, fetch(url, { signal, redirect: 'manual', headers: { accept: 'application/json' } }))
  if (response.status !== 200 || response.body === null) {
    await response.body?.cancel()
    throw new Error(`${url} answered with status ${response.status}`)
  }
  onAnswer?.(response.headers)
  const text = await reached(url, readText(response.body as AsyncIterable<Uint8Array>))
  if (text === null) throw new Error(`${url} answered with more than ${MAX_BYTES} bytes`)
  const document = parseJson(text)
  if (typeof document !== 'object' || document === null) throw new Error(`${url} answered with something else than a JSON object`)
  return document as Record<string, unknown>
}

/** @throws what went wrong on the way, with its reason */
async function reached<Value> (url: string, answer: Promise<Value>): Promise<Value> {
  try {
    return await answer
  } catch (error) {
    const { message, cause } = error as { message: string, cause?: { code?: string } }
    throw new Error(`${url} could not be asked (${cause?.code ?? message})`, { cause: error })
  }
}

/** @returns `null` for what is too long */
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
