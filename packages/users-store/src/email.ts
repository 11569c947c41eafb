import { domainToASCII } from 'node:url'
import { USERS_STORE_ERR_INVALID_EMAIL } from './errors.js'

/** RFC 5321 §4.5.3.1.1. */
const MAX_LOCAL_BYTES = 64
/** RFC 5321 §4.5.3.1.3: a path is 256 octets, of which the angle brackets are two. */
const MAX_BYTES = 254
/** No address of at most `MAX_BYTES` is longer than this before its domain becomes ASCII, short of padding. */
const MAX_RAW_LENGTH = 1024

/** A dot-atom: RFC 5321 §4.1.2, with every character beyond ASCII as RFC 6531 §3.3 allows. */
const LOCAL_PART = /^[\w!#$%&'*+/=?^`{|}~\-\u{80}-\u{10FFFF}]+(?:\.[\w!#$%&'*+/=?^`{|}~\-\u{80}-\u{10FFFF}]+)*$/u
/**
 * What a domain may be written with. `domainToASCII` reads its argument as the host of a URL, where `%65` is
 * an e, `:80` a port and `/` the end: ASCII characters that no domain has must not get there.
 */
const WRITTEN_DOMAIN = /^[a-z0-9.\-\u{80}-\u{10FFFF}]+$/iu
/** RFC 1035 §2.3.1, RFC 1123 §2.1. */
const LABEL = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/

/**
 * The one form under which an email is stored and compared: surrounding white space removed, the domain in its
 * ASCII form (IDNA, UTS #46), ASCII letters of the local part in lower case. Nothing else is folded or
 * normalised, so that two mailboxes never become one.
 *
 * Refused although RFC 5321 has them: quoted local parts (`"a b"@example.com`) and address literals
 * (`a@[192.0.2.1]`), which identity providers do not issue and which have many spellings for one mailbox.
 *
 * @param raw as somebody typed it or a token says it
 * @throws USERS_STORE_ERR_INVALID_EMAIL (400), whose `details.email` says why
 */
export function normalizeEmail (raw: string): string {
  if (typeof raw !== 'string') throw new USERS_STORE_ERR_INVALID_EMAIL('must be a string')
  const email = raw.trim()
  if (email.length > MAX_RAW_LENGTH) throw new USERS_STORE_ERR_INVALID_EMAIL(`must have at most ${MAX_BYTES} bytes`)
  if (/[\p{Control}\p{Surrogate}]/u.test(email)) throw new USERS_STORE_ERR_INVALID_EMAIL('must have no control characters')
  if (/\s/.test(email)) throw new USERS_STORE_ERR_INVALID_EMAIL('must have no white space')
  const at = email.lastIndexOf('@')
  if (at === -1) throw new USERS_STORE_ERR_INVALID_EMAIL('must have an @')

  const normalized = `${normalizeLocalPart(email.slice(0, at))}@${normalizeDomain(email.slice(at + 1))}`
  if (Buffer.byteLength(normalized) > MAX_BYTES) throw new USERS_STORE_ERR_INVALID_EMAIL(`must have at most ${MAX_BYTES} bytes`)
  return normalized
}

function normalizeLocalPart (local: string): string {
  if (!LOCAL_PART.test(local)) throw new USERS_STORE_ERR_INVALID_EMAIL('must have letters, digits or unquoted symbols, joined by single dots, before the @')
  if (Buffer.byteLength(local) > MAX_LOCAL_BYTES) throw new USERS_STORE_ERR_INVALID_EMAIL(`must have at most ${MAX_LOCAL_BYTES} bytes before the @`)
  // Not toLowerCase(): that would make the Kelvin sign U+212A a k.
  return local.replace(/[A-Z]/g, letter => letter.toLowerCase())
}

function normalizeDomain (domain: string): string {
  const ascii = WRITTEN_DOMAIN.test(domain) ? domainToASCII(domain) : ''
  const labels = ascii.split('.')
  if (!labels.every(label => LABEL.test(label))) throw new USERS_STORE_ERR_INVALID_EMAIL('must have a valid domain after the @')
  // An IPv4 address, which `domainToASCII` makes of 0x7f.1 too. No top-level domain is all digits.
  if (/^\d+$/.test(labels.at(-1) as string)) throw new USERS_STORE_ERR_INVALID_EMAIL('must have a domain after the @, not an address')
  return ascii
}
