import { createHash, randomBytes } from 'node:crypto'

/** Crockford's: no letter of it can be taken for another one. 32, so that each is five bits. */
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
/** 16 times five: 80 bits. */
const LENGTH = 16
/** What people type where they cannot tell it from what stands there. */
const takenFor: Readonly<Record<string, string>> = { O: '0', I: '1', L: '1' }

/** A random code, as it is shown: `XXXX-XXXX-XXXX-XXXX`. */
export function newCode (): string {
  return [...randomBytes(LENGTH)].map((byte, index) => `${index > 0 && index % 4 === 0 ? '-' : ''}${LETTERS[byte % LETTERS.length]}`).join('')
}

/**
 * What is stored of a code, however it is written: in any case, with or without dashes and spaces. No salt and no slow hash: nobody can guess 80
 * random bits.
 *
 * @returns `null` for what is no code
 */
export function hashOf (text: string): string | null {
  // The length first, since a stranger may send megabytes.
  if (text.length > 4 * LENGTH) return null
  const code = text.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll(/[OIL]/g, letter => takenFor[letter] as string)
  return code.length === LENGTH && [...code].every(letter => LETTERS.includes(letter)) ? createHash('sha256').update(code).digest('hex') : null
}
