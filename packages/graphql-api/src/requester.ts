import type { AuthProfiles, ResolvedUser } from '@latchkey/auth-profiles'
import type { Principal, RolePermissionsService } from '@latchkey/role-permissions'
import type { Identity, TokenVerifier } from '@latchkey/token-verifier'
import type { FastifyRequest } from 'fastify'

/** What a requester is found out with. */
export interface RequesterServices {
  readonly tokenVerifier: TokenVerifier
  readonly authProfiles: AuthProfiles
  readonly rolePermissions: RolePermissionsService
}

/** Who sent a request: found out when a field first asks, and once for the whole request. */
export class Requester {
  readonly #services: RequesterServices
  /** `null` for a query run inside the process, which nobody sent. */
  readonly #request: FastifyRequest | null
  #resolved: Promise<ResolvedUser | null> | null = null

  constructor (services: RequesterServices, request: FastifyRequest | null) {
    this.#services = services
    this.#request = request
  }

  /** The token's identity; `null` without a token. @throws what `tokenVerifier.authenticate` throws */
  async identity (): Promise<Identity | null> {
    if (this.#request === null) return null
    // Done already, unless the app runs queries from a route of its own.
    if (this.#request.identity === null) await this.#services.tokenVerifier.authenticate(this.#request)
    return this.#request.identity
  }

  /** The token's user; `null` without a token. @throws what `authProfiles.resolve` throws, for a token without a user */
  async resolved (): Promise<ResolvedUser | null> {
    this.#resolved ??= this.#resolve()
    return await this.#resolved
  }

  /** Who the request acts as. @throws what `resolved` throws */
  async principal (): Promise<Principal> {
    return (await this.resolved())?.principal ?? this.#services.rolePermissions.guest()
  }

  /** From now on the request acts as this user: somebody has signed up with it. */
  become (resolved: ResolvedUser): void {
    this.#resolved = Promise.resolve(this.#remember(resolved))
  }

  async #resolve (): Promise<ResolvedUser | null> {
    const identity = await this.identity()
    if (identity !== null) return this.#remember(await this.#services.authProfiles.resolve(identity))
    await this.#services.rolePermissions.refresh()
    return null
  }

  #remember (resolved: ResolvedUser): ResolvedUser {
    if (this.#request !== null) this.#request.principal = resolved.principal
    return resolved
  }
}
