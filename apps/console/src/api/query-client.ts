import { QueryClient } from '@tanstack/react-query'
import { UnreachableError } from './api-error'

/** Only requests that did not reach the API are retried: it would refuse the others again. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: { retry: (failures, error) => error instanceof UnreachableError && failures < 2, retryDelay: 500, staleTime: 5_000, refetchOnWindowFocus: false, networkMode: 'always' },
    mutations: { networkMode: 'always' }
  }
})
