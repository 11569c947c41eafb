import type { ChangeOptions } from '@latchkey/database'
import type { Principal } from '@latchkey/role-permissions'
import type { FastifyRequest } from 'fastify'
import type { ApiToken, ApiTokenChange, NewApiToken } from './api-token.js'

/** Who a request with an API token acts as. */
export type ApiTokenPrincipal = Extract<Principal, { kind: 'apiToken' }>

/** What `fastify.apiTokens` can do. */
export interface ApiTokens {
  /**
   * Makes a token.
   *
   * @returns its record, and its secret: this is the one time that it can be read
   * @throws API_TOKENS_ERR_INVALID_FIELDS (with `details` by field), API_TOKENS_ERR_NAME_TAKEN, API_TOKENS_ERR_ROLE_NOT_FOUND
   * @throws API_TOKENS_ERR_CONDITION_NOT_MET the new record does not meet `where`, and was not made
   */
  create (token: NewApiToken, options?: ChangeOptions<ApiToken>): Promise<{ readonly token: ApiToken, readonly secret: string }>
  /** All of them, by name. */
  list (): Promise<ApiToken[]>
  find (by: { readonly id: string } | { readonly name: string }): Promise<ApiToken | null>
  /** @throws what `create` throws of fields, and API_TOKENS_ERR_NOT_FOUND where there is none, or none that meets `where` */
  update (id: string, change: ApiTokenChange, options?: ChangeOptions<ApiToken>): Promise<ApiToken>
  /** Refuses the token from now on, for good, and keeps its record. @throws API_TOKENS_ERR_NOT_FOUND */
  revoke (id: string): Promise<ApiToken>
  /** Deletes the record, and so refuses the token. @throws API_TOKENS_ERR_NOT_FOUND where there is none, or none that meets `where` */
  delete (id: string, options?: ChangeOptions<ApiToken>): Promise<void>

  /**
   * Who a secret acts as. One query for each call: nothing is remembered, so that every change holds at once.
   *
   * @throws API_TOKENS_ERR_TOKEN_EXPIRED (401), API_TOKENS_ERR_TOKEN_INVALID (401) with `reason`
   */
  authenticate (secret: string): Promise<ApiTokenPrincipal>

  /** What `authenticate` would say, without it being noted as a use: for people who ask why. @throws what `authenticate` throws */
  lookUp (secret: string): Promise<ApiTokenPrincipal>

  /**
   * Sets `request.principal` where the bearer token of a request is an API token, which begins with `lk_`.
   *
   * @returns whether it is; `false`, at once, leaves the request as it was, with whatever else its `Authorization` header has
   * @throws what `authenticate` throws
   */
  authenticateRequest (request: FastifyRequest): Promise<true> | false
}
