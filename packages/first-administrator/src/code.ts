import { createHash, randomBytes } from 'node:crypto'

/** Crockford's base 32, without ambiguous letters. Each letter is five bits. */
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
/** 16 × 5 = 80 bits. */
const LENGTH = 16
/** Letters that people type by mistake for similar ones. */
const takenFor: Readonly<Record<string, string>> = { O: '0', I: '1', L: '1' }

/** A random code in its displayed form: `XXXX-XXXX-XXXX-XXXX`. */
export function newCode (): string {
  return [...randomBytes(LENGTH)].map((byte, index) => `${index > 0 && index % 4 === 0 ? '-' : ''}${LETTERS[byte % LETTERS.length]}`).join('')
}

/**
 * The stored form of a code, which can be typed in any case, with or without dashes and spaces. It needs no salt and no slow
 * hash, because nobody can guess 80 random bits.
 *
 * @returns `null` if the text is not a code
 */
export function hashOf (text: string): string | null {
  // Checks the length first, because anyone can send megabytes.
  if (text.length > 4 * LENGTH) return null
  const code = text.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll(/[OIL]/g, letter => takenFor[letter] as string)
  return code.length === LENGTH && [...code].every(letter => LETTERS.includes(letter)) ? createHash('sha256').update(code).digest('hex') : null
}
