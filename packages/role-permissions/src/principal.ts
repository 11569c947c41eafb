import type { FilterVariables } from '@latchkey/record-filter'

/** Who a request acts as. `roles` are role ids; a guest has the built-in Guest role, whatever stands here. */
export type Principal =
  | { readonly kind: 'guest', readonly roles: readonly string[] }
  | { readonly kind: 'user', readonly userId: string, readonly email: string, readonly roles: readonly string[] }
  | { readonly kind: 'apiToken', readonly tokenId: string, readonly roles: readonly string[] }

/** What the variables of filters stand for when this principal asks; the others have no value. */
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
