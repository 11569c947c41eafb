import { queryOptions } from '@tanstack/react-query'
import { graphql } from '../graphql'
import { ApiError } from './api-error'
import { ask } from './ask'

const AdministratorNeededDocument = graphql(`
  query AdministratorNeeded { administratorNeeded }
`)

/** Whether no user has full access yet, as in a new app. Guests can query this too. */
export const administratorNeededQuery = queryOptions({
  queryKey: ['administrator needed'],
  queryFn: async () => {
    try {
      return (await ask(AdministratorNeededDocument)).administratorNeeded
    } catch (error) {
      // An app that creates its administrators in another way doesn't have this field.
      if (error instanceof ApiError) return false
      throw error
    }
  },
  staleTime: 60_000
})
