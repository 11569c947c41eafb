import { queryOptions } from '@tanstack/react-query'
import { graphql } from '../graphql'
import { ask } from './ask'

const MeDocument = graphql(`
  query Me {
    user {
      id
      email
      firstName
      lastName
      roles { items { id name } }
      permissions { items { resource resourceType permission } }
    }
  }
`)

/** The signed-in user. Users can always read their own record. */
export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: async () => (await ask(MeDocument)).user
})
