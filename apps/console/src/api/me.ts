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
      roles { items { id name permissions } }
      permissions { items { resource resourceType permission } }
    }
  }
`)

/** A role of the signed-in user. Users can always read the permissions of their own roles. */
export type OwnRole = Pick<NonNullable<NonNullable<MeQuery['user']>['roles']>['items'][number], 'id' | 'permissions'>

/** Whether one of these roles has full access. */
export function hasFullAccess (roles: readonly Pick<OwnRole, 'permissions'>[]): boolean {
  return roles.some(({ permissions }) => (permissions as { readonly all?: true } | null)?.all === true)
}

/** The signed-in user. Users can always read their own record. */
export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: async () => (await ask(MeDocument)).user
})
