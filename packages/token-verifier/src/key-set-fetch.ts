import type { KeyLocation } from './trusted-issuers.js'
import { isTrustworthyUrl } from './trustworthy-url.js'

/** Asks an issuer for the `keys` of its JWK Set. Fails when the signal aborts, whatever it is waiting for. */
export type KeySetFetch = (signal: AbortSignal) => Promise<readonly unknown[]>

/** Both documents are a few kilobytes; who answers more is not what was asked. */
const MAX_BYTES = 256 * 1024
/** An issuer's key set moves about never, so that asking where it is once in a while is enough. */
const DISCOVERY_AGE_MS = 5 * 60_000

/**
 * @param keysAt where the keys are; without it the issuer is asked (OpenID Connect Discovery 1.0 §4)
 * @param now a clock in milliseconds that never goes back
 * @param onAnswer told of the headers of each document that came
 */
export function createKeySetFetch ({ issuer, keysAt, now, onAnswer = () => {} }: { issuer: string, keysAt: KeyLocation, now: () => number, onAnswer?: (headers: Headers) => void }): KeySetFetch {
  if (typeof keysAt === 'function') return async signal => await unlessAborted(keysAt(), signal)
  let discovered: { jwksUri: string, at: number } | undefined

  async function locate (signal: AbortSignal): Promise<string> {
    if (typeof keysAt === 'string') return keysAt
    if (discovered === undefined || now() - discovered.at > DISCOVERY_AGE_MS) {
      discovered = { jwksUri: await discover(issuer, signal, onAnswer), at: now() }
    }
    return discovered.jwksUri
  }

  return async (signal) => {
    try {
      const document = await fetchJson(await locate(signal), signal, onAnswer)
      if (!Array.isArray(document.keys)) throw new Error('The key set has no list of keys')
      return document.keys
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

async function discover (issuer: string, signal: AbortSignal, onAnswer: (headers: Headers) => void): Promise<string> {
  const document = await fetchJson(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, signal, onAnswer)
  if (document.issuer !== issuer) throw new Error('The discovery document is of another issuer than the one that was asked')
  const { jwks_uri: jwksUri } = document
  if (typeof jwksUri !== 'string' || !isTrustworthyUrl(jwksUri, issuer)) throw new Error('The discovery document names no jwks_uri with https')
  return jwksUri
}

async function fetchJson (url: string, signal: AbortSignal, onAnswer: (headers: Headers) => void): Promise<Record<string, unknown>> {
  // A redirect is an answer like any other that is not 200: keys come from the issuer itself.
  const response = await fetch(url, { signal, redirect: 'manual', headers: { accept: 'application/json' } })
  if (response.status !== 200 || response.body === null) {
    await response.body?.cancel()
    throw new Error(`${url} answered with status ${response.status}`)
  }
  onAnswer(response.headers)
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    bytes += chunk.length
    if (bytes > MAX_BYTES) throw new Error(`${url} answered with more than ${MAX_BYTES} bytes`)
    chunks.push(chunk)
  }
  const document = parseJson(Buffer.concat(chunks).toString())
  if (typeof document !== 'object' || document === null) throw new Error(`${url} answered with something else than a JSON object`)
  return document as Record<string, unknown>
}

function parseJson (text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
