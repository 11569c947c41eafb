import { dictionary } from '@zxcvbn-ts/language-common'

/** Passwords that are guessed first, in small letters. */
export const commonPasswords: ReadonlySet<string> = new Set(dictionary['passwords-common'])
