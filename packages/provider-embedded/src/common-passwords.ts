import { dictionary } from '@zxcvbn-ts/language-common'

/** The most common passwords, in lower case. */
export const commonPasswords: ReadonlySet<string> = new Set(dictionary['passwords-common'])
