import { queryOptions } from '@tanstack/react-query'
import { graphql } from '../graphql'
import type { MeQuery } from '../graphql/graphql'
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

/** Whether it is certain that the signed-in user has no role with full access: something is not allowed, or not for all records. */
export function lacksFullAccess (me: MeQuery['user'] | undefined): boolean {
  const tables = me?.permissions?.items.filter(({ resourceType }) => resourceType === 'data') ?? []
  return me?.permissions != null && (tables.length === 0 || tables.some(({ permission }) => Object.values(permission as Record<string, { allow?: boolean, filter?: unknown, fields?: unknown }>).some(({ allow, filter, fields }) => allow !== true || filter !== undefined || fields !== undefined)))
}

/** The signed-in user. Users can always read their own record. */
export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: async () => (await ask(MeDocument)).user
})
