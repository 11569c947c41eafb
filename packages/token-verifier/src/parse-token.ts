import { isUtf8 } from 'node:buffer'
import { TOKEN_VERIFIER_ERR_TOKEN_INVALID } from './errors.js'

/** Longer tokens are refused without being parsed. */
export const MAX_TOKEN_LENGTH = 16 * 1024

/** The unverified content of a token. */
export interface ParsedToken {
  readonly header: Readonly<Record<string, unknown>>
  readonly payload: Readonly<Record<string, unknown>>
}

// Allows an empty signature, so that an unsigned token is refused with `bad_signature`.
const compactToken = /^([\w-]+)\.([\w-]+)\.([\w-]*)$/
/** RFC 4648 §3.5: the possible last letters by the segment's length modulo 4, given that the unused bits are zero. */
const lastLetters = [/(?:)/, /(?!)/, /[AQgw]$/, /[AEIMQUYcgkosw048]$/] as const
/** Caches parsed headers, since an issuer's tokens share them. */
const knownHeaders = new Map<string, ParsedToken['header']>()
const MAX_KNOWN_HEADERS = 100

/**
 * Parses a token in JWS compact serialization (RFC 7515 §7.1) strictly: canonical base64url, valid UTF-8, JSON objects
 * without repeated names. With lenient parsing, two programs could read two different tokens from one string.
 *
 * @throws TOKEN_VERIFIER_ERR_TOKEN_INVALID (malformed)
 */
export function parseToken (token: unknown): ParsedToken {
  if (typeof token !== 'string' || token.length > MAX_TOKEN_LENGTH) throw new TOKEN_VERIFIER_ERR_TOKEN_INVALID('malformed')
  const segments = compactToken.exec(token)
  if (segments === null) throw new TOKEN_VERIFIER_ERR_TOKEN_INVALID('malformed')
  const [, header, payload, signature] = segments as unknown as [string, string, string, string]
  checkCanonical(signature)
  return { header: parseHeader(header), payload: parseObject(payload) }
}

function parseHeader (segment: string): ParsedToken['header'] {
  const known = knownHeaders.get(segment)
  if (known !== undefined) return known
  const header = parseObject(segment)
  if (knownHeaders.size === MAX_KNOWN_HEADERS) knownHeaders.clear()
  knownHeaders.set(segment, header)
  return header
}

function parseObject (segment: string): Record<string, unknown> {
  checkCanonical(segment)
  const bytes = Buffer.from(segment, 'base64url')
  try {
    const text = bytes.toString()
    const value: unknown = JSON.parse(text)
    if (isUtf8(bytes) && isObject(value) && !Array.isArray(value) && hasNoRepeatedName(text, value)) return value
  } catch {
    // Refused below, without the parser's message, which would repeat the token.
  }
  throw new TOKEN_VERIFIER_ERR_TOKEN_INVALID('malformed')
}

/** @param segment contains only base64url letters */
function checkCanonical (segment: string): void {
  if (!(lastLetters[segment.length % 4] as RegExp).test(segment)) throw new TOKEN_VERIFIER_ERR_TOKEN_INVALID('malformed')
}

function hasNoRepeatedName (json: string, value: object): boolean {
  return isWrittenAlike(json, value) || countNames(json) === countMembers(value)
}

/** A fast path: most issuers write JSON exactly as `JSON.stringify` does. */
function isWrittenAlike (json: string, value: object): boolean {
  try {
    return JSON.stringify(value) === json
  } catch {
    // Nested too deeply for the stack.
    return false
  }
}

/** Counts the names in a JSON text, including repeated ones. Outside strings, every colon follows a name. */
function countNames (json: string): number {
  return json.replaceAll(/"(?:[^"\\]|\\.)*"/g, '').split(':').length - 1
}

/** Counts the names that remain after parsing, where the last of repeated ones wins. */
function countMembers (root: object): number {
  let count = 0
  // Iterates instead of recursing, because a token can be nested too deeply for the stack.
  const open: object[] = [root]
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    const members = Object.values(value)
    if (!Array.isArray(value)) count += members.length
    for (const member of members) if (isObject(member)) open.push(member)
  }
  return count
}

function isObject (value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
