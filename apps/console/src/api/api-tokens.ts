import { queryOptions } from '@tanstack/react-query'
import { graphql } from '../graphql'
import { ask } from './ask'
import { allOf } from './page-of'

const TokenNamesDocument = graphql(`
  query TokenNames($first: Int, $after: String) {
    apiTokensList(first: $first, after: $after) { items { id name } }
  }
`)

/** The API tokens that the signed-in user can read, to choose from. */
export const tokenNamesQuery = queryOptions({
  queryKey: ['api tokens', 'names'],
  queryFn: async () => (await allOf(async place => (await ask(TokenNamesDocument, place)).apiTokensList.items)).flatMap(({ id, name }) => id == null ? [] : [{ id, name: name ?? id }])
})
