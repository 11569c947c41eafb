import type { ChangeOptions } from '@latchkey/database'
import type { Principal } from '@latchkey/role-permissions'
import type { FastifyRequest } from 'fastify'
import type { ApiToken, ApiTokenChange, NewApiToken } from './api-token.js'

/** Who a request with an API token acts as. */
export type ApiTokenPrincipal = Extract<Principal, { kind: 'apiToken' }>

/** The decorator `fastify.apiTokens`. */
export interface ApiTokens {
  /**
   * Creates a token.
   *
   * @returns its record and its secret, which can be read only this once
   * @throws API_TOKENS_ERR_INVALID_FIELDS (with `details` by field), API_TOKENS_ERR_NAME_TAKEN, API_TOKENS_ERR_ROLE_NOT_FOUND
   * @throws API_TOKENS_ERR_CONDITION_NOT_MET if the new record does not meet `where`; it is not created
   */
  create (token: NewApiToken, options?: ChangeOptions<ApiToken>): Promise<{ readonly token: ApiToken, readonly secret: string }>
  /** All tokens, by name. */
  list (): Promise<ApiToken[]>
  find (by: { readonly id: string } | { readonly name: string }): Promise<ApiToken | null>
  /** @throws what `create` throws about fields, and API_TOKENS_ERR_NOT_FOUND if there is no such token, or none that meets `where` */
  update (id: string, change: ApiTokenChange, options?: ChangeOptions<ApiToken>): Promise<ApiToken>
  /** Permanently refuses the token, and keeps its record. @throws API_TOKENS_ERR_NOT_FOUND */
  revoke (id: string): Promise<ApiToken>
  /** Deletes the token, which is refused from then on. @throws API_TOKENS_ERR_NOT_FOUND if there is no such token, or none that meets `where` */
  delete (id: string, options?: ChangeOptions<ApiToken>): Promise<void>

  /**
   * Returns the principal of a secret. One query per call, without a cache, so every change applies at once.
   *
   * @throws API_TOKENS_ERR_TOKEN_EXPIRED (401), API_TOKENS_ERR_TOKEN_INVALID (401) with `reason`
   */
  authenticate (secret: string): Promise<ApiTokenPrincipal>

  /** Like `authenticate`, but does not record a use. For diagnosis. @throws what `authenticate` throws */
  lookUp (secret: string): Promise<ApiTokenPrincipal>

  /**
   * Sets `request.principal` if the request's bearer token is an API token, which starts with `lk_`.
   *
   * @returns whether it is. `false` (without a promise) leaves the request unchanged, whatever else its `Authorization` header has
   * @throws what `authenticate` throws
   */
  authenticateRequest (request: FastifyRequest): Promise<true> | false
}
