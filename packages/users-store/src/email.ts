import { domainToASCII } from 'node:url'
import { USERS_STORE_ERR_INVALID_EMAIL } from './errors.js'

/** RFC 5321 §4.5.3.1.1. */
const MAX_LOCAL_BYTES = 64
/** RFC 5321 §4.5.3.1.3: a path has at most 256 octets, including two angle brackets. */
const MAX_BYTES = 254
/** An address of at most `MAX_BYTES` is never longer than this before its domain is converted to ASCII, unless it is padded. */
const MAX_RAW_LENGTH = 1024

/** A dot-atom (RFC 5321 §4.1.2), plus all non-ASCII characters (RFC 6531 §3.3). */
const LOCAL_PART = /^[\w!#$%&'*+/=?^`{|}~\-\u{80}-\u{10FFFF}]+(?:\.[\w!#$%&'*+/=?^`{|}~\-\u{80}-\u{10FFFF}]+)*$/u
/**
 * The characters a domain may contain. `domainToASCII` parses its argument as the host of a URL, where `%65` is an e,
 * `:80` is a port and `/` ends the host. Other ASCII characters must therefore be refused first.
 */
const WRITTEN_DOMAIN = /^[a-z0-9.\-\u{80}-\u{10FFFF}]+$/iu
/** RFC 1035 §2.3.1, RFC 1123 §2.1. */
const LABEL = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/

/**
 * Returns the form in which an email is stored and compared. Surrounding white space is removed, the domain is
 * converted to ASCII (IDNA, UTS #46), and ASCII letters of the local part are lowercased. Nothing else is folded or
 * normalized, so two mailboxes never become one.
 *
 * Two forms that RFC 5321 allows are refused: quoted local parts (`"a b"@example.com`) and address literals
 * (`a@[192.0.2.1]`). Identity providers do not issue them, and they have many spellings for one mailbox.
 *
 * @param raw as a person typed it or a token contains it
 * @throws USERS_STORE_ERR_INVALID_EMAIL (400); `details.email` says why
 */
export function normalizeEmail (raw: string): string {
  if (typeof raw !== 'string') throw new USERS_STORE_ERR_INVALID_EMAIL('must be a string')
  const email = raw.trim()
  if (email.length > MAX_RAW_LENGTH) throw new USERS_STORE_ERR_INVALID_EMAIL(`must be at most ${MAX_BYTES} bytes long`)
  if (/[\p{Control}\p{Surrogate}]/u.test(email)) throw new USERS_STORE_ERR_INVALID_EMAIL('must not contain control characters')
  if (/\s/.test(email)) throw new USERS_STORE_ERR_INVALID_EMAIL('must not contain white space')
  const at = email.lastIndexOf('@')
  if (at === -1) throw new USERS_STORE_ERR_INVALID_EMAIL('must contain an @')

  const normalized = `${normalizeLocalPart(email.slice(0, at))}@${normalizeDomain(email.slice(at + 1))}`
  if (Buffer.byteLength(normalized) > MAX_BYTES) throw new USERS_STORE_ERR_INVALID_EMAIL(`must be at most ${MAX_BYTES} bytes long`)
  return normalized
}

function normalizeLocalPart (local: string): string {
  if (!LOCAL_PART.test(local)) throw new USERS_STORE_ERR_INVALID_EMAIL('must have only letters, digits and unquoted symbols, separated by single dots, before the @')
  if (Buffer.byteLength(local) > MAX_LOCAL_BYTES) throw new USERS_STORE_ERR_INVALID_EMAIL(`must have at most ${MAX_LOCAL_BYTES} bytes before the @`)
  // Not toLowerCase(): it would turn the Kelvin sign (U+212A) into a k.
  return local.replace(/[A-Z]/g, letter => letter.toLowerCase())
}

function normalizeDomain (domain: string): string {
  const ascii = WRITTEN_DOMAIN.test(domain) ? domainToASCII(domain) : ''
  const labels = ascii.split('.')
  if (!labels.every(label => LABEL.test(label))) throw new USERS_STORE_ERR_INVALID_EMAIL('must have a valid domain after the @')
  // An IPv4 address; `domainToASCII` also turns 0x7f.1 into one. No top-level domain is all digits.
  if (/^\d+$/.test(labels.at(-1) as string)) throw new USERS_STORE_ERR_INVALID_EMAIL('must have a domain after the @, not an IP address')
  return ascii
}
