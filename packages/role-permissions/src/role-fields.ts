import { ROLE_PERMISSIONS_ERR_INVALID_ROLE } from './errors.js'

const LONGEST_NAME = 100
const LONGEST_DESCRIPTION = 1000

/**
 * Checks a role's name.
 *
 * @param name of any type, because it may come from a client
 * @returns what is wrong, or `undefined`
 */
export function mistakeInName (name: unknown): string | undefined {
  if (typeof name !== 'string' || name.trim() === '') return 'must be a non-empty string'
  if (name.length > LONGEST_NAME) return `must have at most ${LONGEST_NAME} characters`
  if (name !== name.trim()) return 'must not begin or end with white space'
  if (/[\p{Control}\p{Surrogate}]/u.test(name)) return 'must not contain control characters'
}

/** Checks a role's description. @returns what is wrong, or `undefined` */
export function mistakeInDescription (description: unknown): string | undefined {
  if (description === null) return undefined
  if (typeof description !== 'string') return 'must be a string or null'
  if (description.length > LONGEST_DESCRIPTION) return `must have at most ${LONGEST_DESCRIPTION} characters`
  if (/[\0\p{Surrogate}]/u.test(description)) return 'must not contain NUL characters'
}

/** @throws ROLE_PERMISSIONS_ERR_INVALID_ROLE with `details` by field. Omitted fields are not checked */
export function checkRoleFields (fields: { readonly name?: unknown, readonly description?: unknown }): void {
  const mistakes = {
    name: fields.name === undefined ? undefined : mistakeInName(fields.name),
    description: fields.description === undefined ? undefined : mistakeInDescription(fields.description)
  }
  const details = Object.fromEntries(Object.entries(mistakes).filter(([, mistake]) => mistake !== undefined))
  const said = Object.entries(details).map(([field, mistake]) => `${field} ${mistake}`)
  if (said.length > 0) throw Object.assign(new ROLE_PERMISSIONS_ERR_INVALID_ROLE(said.join('; ')), { details })
}
