import { queryOptions } from '@tanstack/react-query'
import { graphql } from '../graphql'
import { ApiError } from './api-error'
import { ask } from './ask'

const AdministratorNeededDocument = graphql(`
  query AdministratorNeeded { administratorNeeded }
`)

/** Whether nobody may do everything yet, as in a new app. Anybody may ask. */
export const administratorNeededQuery = queryOptions({
  queryKey: ['administrator needed'],
  queryFn: async () => {
    try {
      return (await ask(AdministratorNeededDocument)).administratorNeeded
    } catch (error) {
      // An app of one's own may come to its administrators in another way, and not know the question.
      if (error instanceof ApiError) return false
      throw error
    }
  },
  staleTime: 60_000
})
