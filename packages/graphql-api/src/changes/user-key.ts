import type { UsersStore } from '@latchkey/users-store'
import { randomUUID } from 'node:crypto'
import { readRecordKey } from './record-key.js'

/** How clients name a user. */
export interface UserKey {
  readonly id?: string | null
  readonly email?: string | null
}

/**
 * The id of the named user. If there is no such user, an id that nobody has: the change then fails after the same queries as
 * for a user whom the requester may not change. Otherwise, anyone could measure which emails have a user.
 *
 * @param one one place where the input may name the user, like `other`; if both do, they must agree
 * @throws GRAPHQL_API_ERR_INVALID_ARGUMENT
 */
export async function idOfUser (usersStore: UsersStore, one: UserKey | null | undefined, other: UserKey | null | undefined): Promise<string> {
  const { id, by: email } = readRecordKey('email', one, other)
  if (email === null) return id as string
  const found = await usersStore.findByEmail(email)
  return found === null || (id !== null && found.id !== id) ? randomUUID() : found.id
}
