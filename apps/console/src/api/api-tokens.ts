import { queryOptions } from '@tanstack/react-query'
import { graphql } from '../graphql'
import { ask } from './ask'

const TokenNamesDocument = graphql(`
  query TokenNames {
    apiTokensList(first: 1000) { items { id name } }
  }
`)

/** The API tokens that the signed-in user can read, to choose from. */
export const tokenNamesQuery = queryOptions({
  queryKey: ['api tokens', 'names'],
  queryFn: async () => (await ask(TokenNamesDocument)).apiTokensList.items.flatMap(({ id, name }) => id == null ? [] : [{ id, name: name ?? id }])
})
