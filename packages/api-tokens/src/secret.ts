import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** The prefix of every secret. No ID token has it, because a JWT starts with the base64url of `{`. */
export const PREFIX = 'lk_'
const BYTES = 32
const SECRET = /^lk_[\w-]{43}$/

/** 32 random bytes in base64url after the prefix. */
export function newSecret (): string {
  return PREFIX + randomBytes(BYTES).toString('base64url')
}

/** Whether a value looks like a secret. Others are refused without a query. */
export function isSecret (value: unknown): value is string {
  // Checks the length first, because anyone can send megabytes.
  return typeof value === 'string' && value.length === PREFIX.length + 43 && SECRET.test(value)
}

/** The stored form of a secret. It needs no salt and no slow hash, because nobody can guess 256 random bits. */
export function hashOf (secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

/** Compares two hashes in constant time. */
export function isSameHash (one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other))
}
