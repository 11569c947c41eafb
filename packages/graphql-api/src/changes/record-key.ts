import { GRAPHQL_API_ERR_INVALID_ARGUMENT } from '../errors.js'

/** How an input names a record: by its id or another unique field. */
type Key<Name extends string> = { readonly [Field in 'id' | Name]?: string | null }

/**
 * Reads which record a change names, in `data` or in `filter`. If both an id and a name are given, the record must have both.
 *
 * @param name the other unique field
 * @throws GRAPHQL_API_ERR_INVALID_ARGUMENT
 */
export function readRecordKey<Name extends 'name' | 'email'> (name: Name, one: Key<Name> | null | undefined, other: Key<Name> | null | undefined): { readonly id: string | null, readonly by: string | null } {
  const [id, by] = [one?.id ?? other?.id ?? null, one?.[name] ?? other?.[name] ?? null]
  if (id === null && by === null) throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ filter: `must have id or ${name}` })
  if (one?.id != null && other?.id != null && one.id !== other.id) throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ id: 'must be the same in data and in filter' })
  return { id, by }
}
