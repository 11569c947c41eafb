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

/** The user of the token, whom everybody signed in may read. */
export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: async () => (await ask(MeDocument)).user
})
