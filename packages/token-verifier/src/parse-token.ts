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
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

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
  decode(signature)
  return { header: parseObject(header), payload: parseObject(payload) }
}

function decode (segment: string): Buffer {
  const bytes = Buffer.from(segment, 'base64url')
  if (bytes.toString('base64url') !== segment) throw new TOKEN_VERIFIER_ERR_TOKEN_INVALID('malformed')
  return bytes
}

function parseObject (segment: string): Record<string, unknown> {
  const bytes = decode(segment)
  try {
    const text = utf8.decode(bytes)
    const value: unknown = JSON.parse(text)
    if (isObject(value) && !Array.isArray(value) && countNames(text) === countMembers(value)) return value
  } catch {
    // Said below, without the parser's message: it repeats the token.
  }
  throw new TOKEN_VERIFIER_ERR_TOKEN_INVALID('malformed')
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
