import { queryOptions } from '@tanstack/react-query'
import { graphql } from '../graphql'
import { ask } from './ask'

const RoleNamesDocument = graphql(`
  query RoleNames {
    rolesList(first: 1000) { items { id name } }
  }
`)

/** The roles that the signed-in user can read, to choose from. */
export const roleNamesQuery = queryOptions({
  queryKey: ['roles', 'names'],
  queryFn: async () => (await ask(RoleNamesDocument)).rolesList.items.flatMap(({ id, name }) => id == null ? [] : [{ id, name: name ?? id }])
})
