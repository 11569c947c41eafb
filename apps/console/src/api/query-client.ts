import { QueryClient } from '@tanstack/react-query'
import { UnreachableError } from './api-error'

/** What the API refuses it refuses again; only what did not reach it is asked once more. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: { retry: (failures, error) => error instanceof UnreachableError && failures < 2, retryDelay: 500, staleTime: 5_000, refetchOnWindowFocus: false, networkMode: 'always' },
    mutations: { networkMode: 'always' }
  }
})
