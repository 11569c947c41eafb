import { hash, verify } from '@node-rs/argon2'
import { errors } from '@latchkey/identity-provider'

const MIN_CHARACTERS = 8
/** Beyond any real password; bounds the work of one request. */
const MAX_BYTES = 256

/** argon2id with 19 MiB and two passes, as the OWASP Password Storage Cheat Sheet recommends. */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/**
 * Refuses a password that is too short, too long, in the list of common ones, or the email itself.
 *
 * @throws IDENTITY_PROVIDER_ERR_WEAK_PASSWORD saying which rule it breaks
 */
export async function checkPassword (password: string, email: string): Promise<void> {
  // Unpacked when the first password is chosen: that takes longer than much else at the start.
  const { commonPasswords } = await import('./common-passwords.js')
  const broken = brokenRule(password, email, commonPasswords)
  if (broken !== null) throw new errors.IDENTITY_PROVIDER_ERR_WEAK_PASSWORD(broken)
}

function brokenRule (password: string, email: string, common: ReadonlySet<string>): string | null {
  if ([...password].length < MIN_CHARACTERS) return `The password is too short: use at least ${MIN_CHARACTERS} characters.`
  if (Buffer.byteLength(password) > MAX_BYTES) return `The password is too long: use at most ${MAX_BYTES} bytes.`
  const lower = password.toLowerCase()
  if (common.has(lower)) return 'The password is one of those that are guessed first: choose another one.'
  if (lower === email.toLowerCase() || lower === email.slice(0, email.lastIndexOf('@')).toLowerCase()) return 'The password must not be the email address: choose another one.'
  return null
}

/** Hashes a password on a thread of its own, off the event loop. */
export async function hashPassword (password: string): Promise<string> {
  return await hash(password, parameters)
}

/** A hash that no password fits, of the same cost as every other. */
const nobody = hash('nobody has this password', parameters)

/**
 * Whether a password fits a hash; takes the same time when there is no account to compare it with.
 *
 * @param passwordHash `undefined` where the account is unknown
 */
export async function fitsPassword (password: string, passwordHash: string | undefined): Promise<boolean> {
  const tooLong = Buffer.byteLength(password) > MAX_BYTES
  const fits = await verify(passwordHash ?? await nobody, tooLong ? '' : password)
  return fits && passwordHash !== undefined && !tooLong
}
