import type { FilterVariables } from '@latchkey/record-filter'

/** Who a request acts as. `roles` are role IDs; a guest always has the built-in Guest role instead. */
export type Principal =
  | { readonly kind: 'guest', readonly roles: readonly string[] }
  | { readonly kind: 'user', readonly userId: string, readonly email: string, readonly roles: readonly string[] }
  | { readonly kind: 'apiToken', readonly tokenId: string, readonly roles: readonly string[] }

/** The values of filter variables for this principal. All others have no value. */
export function variablesOf (principal: Principal): FilterVariables {
  switch (principal.kind) {
    case 'guest':
      return {}
    case 'user':
      return { __loggedInUserId: principal.userId, __loggedInUserEmail: principal.email }
    case 'apiToken':
      return { __requestingApiToken: principal.tokenId }
  }
}
