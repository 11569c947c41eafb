import type { UsersStore } from '@latchkey/users-store'
import { GRAPHQL_API_ERR_NOT_FOUND } from '../errors.js'
import { readRecordKey } from './record-key.js'

/** Which user is meant, as clients say it. */
export interface UserKey {
  readonly id?: string | null
  readonly email?: string | null
}

/**
 * The id of the user who is meant.
 *
 * @param one where an input has it, and `other`: both may say it, if they say the same
 * @throws GRAPHQL_API_ERR_INVALID_ARGUMENT, GRAPHQL_API_ERR_NOT_FOUND
 */
export async function idOfUser (usersStore: UsersStore, one: UserKey | null | undefined, other: UserKey | null | undefined): Promise<string> {
  const { id, by: email } = readRecordKey('email', one, other)
  if (email === null) return id as string
  const found = await usersStore.findByEmail(email)
  if (found === null || (id !== null && found.id !== id)) throw new GRAPHQL_API_ERR_NOT_FOUND('User')
  return found.id
}
