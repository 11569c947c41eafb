import type { UsersStore } from '@latchkey/users-store'
import { GRAPHQL_API_ERR_NOT_FOUND } from '../errors.js'
import { readRecordKey } from './record-key.js'

/** How clients name a user. */
export interface UserKey {
  readonly id?: string | null
  readonly email?: string | null
}

/**
 * The id of the named user.
 *
 * @param one one place where the input may name the user, like `other`; if both do, they must agree
 * @throws GRAPHQL_API_ERR_INVALID_ARGUMENT, GRAPHQL_API_ERR_NOT_FOUND
 */
export async function idOfUser (usersStore: UsersStore, one: UserKey | null | undefined, other: UserKey | null | undefined): Promise<string> {
  const { id, by: email } = readRecordKey('email', one, other)
  if (email === null) return id as string
  const found = await usersStore.findByEmail(email)
  if (found === null || (id !== null && found.id !== id)) throw new GRAPHQL_API_ERR_NOT_FOUND('User')
  return found.id
}
