import { hash, verify } from '@node-rs/argon2'
import { errors } from '@latchkey/identity-provider'

const MIN_CHARACTERS = 8
/** Longer than any real password. Limits the work of one request. */
const MAX_BYTES = 256

/** argon2id with 19 MiB and two passes, as the OWASP Password Storage Cheat Sheet recommends. */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/**
 * Refuses a password that is too short, too long, in the list of common ones, or the email address.
 *
 * @throws IDENTITY_PROVIDER_ERR_WEAK_PASSWORD saying which rule it breaks
 */
export async function checkPassword (password: string, email: string): Promise<void> {
  // Loaded when the first password is chosen, because it is slow and would delay startup.
  const { commonPasswords } = await import('./common-passwords.js')
  const broken = brokenRule(password, email, commonPasswords)
  if (broken !== null) throw new errors.IDENTITY_PROVIDER_ERR_WEAK_PASSWORD(broken)
}

function brokenRule (password: string, email: string, common: ReadonlySet<string>): string | null {
  if ([...password].length < MIN_CHARACTERS) return `The password is too short. Use at least ${MIN_CHARACTERS} characters.`
  if (Buffer.byteLength(password) > MAX_BYTES) return `The password is too long. Use at most ${MAX_BYTES} bytes.`
  const lower = password.toLowerCase()
  if (common.has(lower)) return 'The password is too common and easy to guess. Choose another one.'
  if (lower === email.toLowerCase() || lower === email.slice(0, email.lastIndexOf('@')).toLowerCase()) return 'The password is too close to the email address. Choose another one.'
  return null
}

/** Hashes a password on another thread, off the event loop. */
export async function hashPassword (password: string): Promise<string> {
  return await hash(password, parameters)
}

/** Compared with when there is no account, at the same cost as any other hash. */
const nobody = hash('nobody has this password', parameters)

/**
 * Whether a password matches a hash. Takes the same time if there is no account.
 *
 * @param passwordHash `undefined` if there is no account
 */
export async function fitsPassword (password: string, passwordHash: string | undefined): Promise<boolean> {
  const tooLong = Buffer.byteLength(password) > MAX_BYTES
  const fits = await verify(passwordHash ?? await nobody, tooLong ? '' : password)
  return fits && passwordHash !== undefined && !tooLong
}
