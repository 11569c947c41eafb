/** Who a request acts as. `roles` are role ids. */
export type Principal =
  | { readonly kind: 'guest', readonly roles: readonly string[] }
  | { readonly kind: 'user', readonly userId: string, readonly email: string, readonly roles: readonly string[] }
  | { readonly kind: 'apiToken', readonly tokenId: string, readonly roles: readonly string[] }
