import { queryOptions } from '@tanstack/react-query'
import { graphql } from '../graphql'
import { ask } from './ask'
import { allOf } from './page-of'

const RoleNamesDocument = graphql(`
  query RoleNames($first: Int, $after: String) {
    rolesList(first: $first, after: $after) { items { id name } }
  }
`)

/** The roles that the signed-in user can read, to choose from. */
export const roleNamesQuery = queryOptions({
  queryKey: ['roles', 'names'],
  queryFn: async () => (await allOf(async place => (await ask(RoleNamesDocument, place)).rolesList.items)).flatMap(({ id, name }) => id == null ? [] : [{ id, name: name ?? id }])
})
