import { isUtf8 } from 'node:buffer'
import { TOKEN_VERIFIER_ERR_TOKEN_INVALID } from './errors.js'

/** Longer tokens are refused unread. */
export const MAX_TOKEN_LENGTH = 16 * 1024

/** What a token says before anything of it is verified. */
export interface ParsedToken {
  readonly header: Readonly<Record<string, unknown>>
  readonly payload: Readonly<Record<string, unknown>>
}

// An empty signature passes here, so that an unsigned token is refused for what it is.
const compactToken = /^([\w-]+)\.([\w-]+)\.([\w-]*)$/
/** RFC 4648 §3.5: by the length of a segment modulo 4, which letters can be its last, where the bits that are left over are zero. */
const lastLetters = [/(?:)/, /(?!)/, /[AQgw]$/, /[AEIMQUYcgkosw048]$/] as const
/** An issuer's tokens begin alike. */
const knownHeaders = new Map<string, ParsedToken['header']>()
const MAX_KNOWN_HEADERS = 100

/**
 * Reads a token in JWS compact serialization (RFC 7515 §7.1) to the letter: canonical base64url, valid UTF-8, JSON
 * objects without repeated names. A lenient reader lets two programs see two different tokens in one string.
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
    // Said below, without the parser's message: it repeats the token.
  }
  throw new TOKEN_VERIFIER_ERR_TOKEN_INVALID('malformed')
}

/** @param segment of letters of base64url */
function checkCanonical (segment: string): void {
  if (!(lastLetters[segment.length % 4] as RegExp).test(segment)) throw new TOKEN_VERIFIER_ERR_TOKEN_INVALID('malformed')
}

function hasNoRepeatedName (json: string, value: object): boolean {
  return isWrittenAlike(json, value) || countNames(json) === countMembers(value)
}

/** Most issuers write JSON as is done here, with each name once. */
function isWrittenAlike (json: string, value: object): boolean {
  try {
    return JSON.stringify(value) === json
  } catch {
    // Nested deeper than the stack is.
    return false
  }
}

/** How many names a JSON text has, repeated ones included: outside of strings, a colon ends a name and nothing else. */
function countNames (json: string): number {
  return json.replaceAll(/"(?:[^"\\]|\\.)*"/g, '').split(':').length - 1
}

/** How many names are left of them after parsing, where the last of repeated ones wins. */
function countMembers (root: object): number {
  let count = 0
  // A list of its own rather than recursion: a token can nest deeper than the stack is.
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
