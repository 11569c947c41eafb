import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** What every secret begins with, and no ID token does: a JWT begins with the base64url of `{`. */
export const PREFIX = 'lk_'
const BYTES = 32
const SECRET = /^lk_[\w-]{43}$/

/** 32 random bytes in base64url after the prefix. */
export function newSecret (): string {
  return PREFIX + randomBytes(BYTES).toString('base64url')
}

/** Whether something has the form of a secret; what has not is not worth a query. */
export function isSecret (value: unknown): value is string {
  // The length first, since a stranger may send megabytes.
  return typeof value === 'string' && value.length === PREFIX.length + 43 && SECRET.test(value)
}

/** What is stored of a secret. No salt and no slow hash: nobody can guess 256 random bits. */
export function hashOf (secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

/** Compares two hashes in a time that tells nothing of where they differ. */
export function isSameHash (one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other))
}
