import type { ApiTokens } from '@latchkey/api-tokens'
import type { AuthProfiles, ResolvedUser } from '@latchkey/auth-profiles'
import type { Principal, RolePermissionsService } from '@latchkey/role-permissions'
import type { Identity, TokenVerifier } from '@latchkey/token-verifier'
import type { FastifyRequest } from 'fastify'
import { GRAPHQL_API_ERR_NOT_FOUND } from './errors.js'

/** What a requester is found out with. */
export interface RequesterServices {
  readonly tokenVerifier: TokenVerifier
  readonly authProfiles: AuthProfiles
  readonly rolePermissions: RolePermissionsService
  /** Where the app has them. */
  readonly apiTokens?: ApiTokens
}

/** Who a request acts as, and as which user: guests and API tokens have none. */
type Actor = ResolvedUser | { readonly user: null, readonly principal: Principal }

/** Who sent a request: found out when a field first asks, and once for the whole request. */
export class Requester {
  readonly #services: RequesterServices
  /** `null` for a query run inside the process, which nobody sent. */
  readonly #request: FastifyRequest | null
  #actor: Promise<Actor> | null = null

  constructor (services: RequesterServices, request: FastifyRequest | null) {
    this.#services = services
    this.#request = request
  }

  /** The ID token's identity; `null` without one. @throws what `tokenVerifier.authenticate` and `apiTokens.authenticate` throw */
  async identity (): Promise<Identity | null> {
    if (this.#request === null) return null
    // Done already, unless the app runs queries from a route of its own.
    if (this.#request.identity === null && this.#apiToken() === null) await authenticate(this.#services, this.#request)
    return this.#request.identity
  }

  /** The token's user; `null` without a token. @throws what `principal` throws, and GRAPHQL_API_ERR_NOT_FOUND for an API token */
  async resolved (): Promise<ResolvedUser | null> {
    const actor = await this.#acting()
    if (actor.user !== null) return actor
    if (actor.principal.kind === 'apiToken') throw new GRAPHQL_API_ERR_NOT_FOUND('User')
    return null
  }

  /** Who the request acts as. @throws what `authProfiles.resolve` throws, for an ID token without a user */
  async principal (): Promise<Principal> {
    return (await this.#acting()).principal
  }

  /** From now on the request acts as this user: somebody has signed up with it. */
  become (resolved: ResolvedUser): void {
    this.#actor = Promise.resolve(this.#remember(resolved))
  }

  async #acting (): Promise<Actor> {
    this.#actor ??= this.#findActor()
    return await this.#actor
  }

  async #findActor (): Promise<Actor> {
    const identity = await this.identity()
    if (identity !== null) return this.#remember(await this.#services.authProfiles.resolve(identity))
    await this.#services.rolePermissions.refresh()
    return { user: null, principal: this.#apiToken() ?? this.#services.rolePermissions.guest() }
  }

  /** The API token that the request was authenticated by. */
  #apiToken (): Principal | null {
    const principal = this.#request?.principal
    return principal?.kind === 'apiToken' ? principal : null
  }

  #remember (resolved: ResolvedUser): ResolvedUser {
    if (this.#request !== null) this.#request.principal = resolved.principal
    return resolved
  }
}

/**
 * Takes the bearer token of a request for what it is: an API token, where the app has those, or an ID token.
 *
 * @throws what `tokenVerifier.authenticate` and `apiTokens.authenticate` throw
 */
export async function authenticate ({ tokenVerifier, authProfiles, apiTokens }: Pick<RequesterServices, 'tokenVerifier' | 'authProfiles' | 'apiTokens'>, request: FastifyRequest): Promise<void> {
  await authProfiles.refresh()
  if (apiTokens !== undefined && await apiTokens.authenticateRequest(request)) return
  await tokenVerifier.authenticate(request)
}
