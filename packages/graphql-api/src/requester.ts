import type { ApiTokens } from '@latchkey/api-tokens'
import type { AuthProfiles, RequestOrigin, ResolvedUser } from '@latchkey/auth-profiles'
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

/** What a requester is known by. */
export interface Credentials {
  /** The ID token's identity, where it is found out already: there is nothing to wait for. */
  known (): Identity | null
  /** The ID token's identity; `null` without one. @throws what `tokenVerifier` and `apiTokens` throw of a token */
  identity (): Promise<Identity | null>
  /** The API token, once `identity` has been asked. */
  apiToken (): Principal | null
  /** Told who that is. */
  note (principal: Principal): void
  /** The request that they came with; left out where nobody sent one. */
  readonly origin?: RequestOrigin
}

/** Who a request acts as, and as which user: guests and API tokens have none, and somebody who is known by roles alone. */
export type Actor = ResolvedUser | { readonly user: null, readonly principal: Principal }

/** Who sent a request: found out when a field first asks, and once for the whole request. */
export class Requester {
  readonly #services: RequesterServices
  readonly #credentials: Credentials
  readonly #keepMs: number
  #actor: Actor | Promise<Actor> | null = null
  #keptUntil = 0

  /** @param keepMs milliseconds after which it is found out anew; a request ends before, a subscription goes on */
  constructor (services: RequesterServices, credentials: Credentials, keepMs = Infinity) {
    this.#services = services
    this.#credentials = credentials
    this.#keepMs = keepMs
  }

  /** The ID token's identity; `null` without one. @throws what `tokenVerifier.authenticate` and `apiTokens.authenticate` throw */
  identity (): Promise<Identity | null> {
    return this.#credentials.identity()
  }

  /** Where it comes from. */
  get origin (): RequestOrigin | undefined {
    return this.#credentials.origin
  }

  /** The token's user; `null` without a token. @throws what `principal` throws, and GRAPHQL_API_ERR_NOT_FOUND for who has no record */
  async resolved (): Promise<ResolvedUser | null> {
    const actor = await this.#acting()
    if (actor.user !== null) return actor
    if (actor.principal.kind !== 'guest') throw new GRAPHQL_API_ERR_NOT_FOUND('User')
    return null
  }

  /** Who the request acts as. @throws what `authProfiles.resolve` throws, for an ID token without a user */
  async principal (): Promise<Principal> {
    return (await this.#acting()).principal
  }

  /** The same, and as which user, where that needs no waiting. */
  known (): Actor | undefined {
    const actor = this.#acting()
    return actor instanceof Promise ? undefined : actor
  }

  /** From now on the request acts as this one: somebody has signed up with it, or looks as somebody else. */
  become (actor: Actor): void {
    this.#credentials.note(actor.principal)
    this.#keep(actor)
  }

  #acting (): Actor | Promise<Actor> {
    if (this.#actor !== null && performance.now() < this.#keptUntil) return this.#actor
    return this.#keep(this.#findActor())
  }

  #keep (actor: Actor | Promise<Actor>): Actor | Promise<Actor> {
    this.#actor = actor
    this.#keptUntil = performance.now() + this.#keepMs
    return actor
  }

  #findActor (): Actor | Promise<Actor> {
    const identity = this.#credentials.known()
    if (identity === null) return this.#askActor()
    const known = this.#services.authProfiles.known(identity)
    if (known === undefined) return this.#userOf(identity)
    this.#credentials.note(known.principal)
    return known
  }

  async #askActor (): Promise<Actor> {
    const identity = await this.identity()
    if (identity !== null) return await this.#userOf(identity)
    await this.#services.rolePermissions.refresh()
    return { user: null, principal: this.#credentials.apiToken() ?? this.#services.rolePermissions.guest() }
  }

  async #userOf (identity: Identity): Promise<ResolvedUser> {
    const resolved = await this.#services.authProfiles.resolve(identity, this.origin)
    this.#credentials.note(resolved.principal)
    return resolved
  }
}

/** A request's own token, which is verified once for it. */
export function credentialsOf (services: RequesterServices, request: FastifyRequest): Credentials {
  const apiToken = () => request.principal?.kind === 'apiToken' ? request.principal : null
  return {
    // Undefined where Mercurius was registered before the token verifier. A getter would be dear: V8 would keep one shape for each request.
    known: () => request.identity ?? null,
    identity: async () => {
      // Done already, unless the app runs queries from a route of its own.
      if (request.identity == null && apiToken() === null) await authenticate(services, request)
      return request.identity ?? null
    },
    apiToken,
    note: principal => { request.principal = principal },
    origin: request
  }
}

/** Those of a query run inside the process, which nobody sent. */
export const noCredentials: Credentials = { known: () => null, identity: async () => null, apiToken: () => null, note: () => {} }

/**
 * Takes the bearer token of a request for what it is: an API token, where the app has those, or an ID token.
 *
 * @returns `undefined` where that is done at once. Rejects with what `tokenVerifier.authenticate` and `apiTokens.authenticate` throw
 */
export function authenticate (services: Pick<RequesterServices, 'tokenVerifier' | 'authProfiles' | 'apiTokens'>, request: FastifyRequest): Promise<unknown> | undefined {
  const refreshing = services.authProfiles.refresh()
  return refreshing === undefined ? takeToken(services, request) : refreshing.then(() => takeToken(services, request))
}

function takeToken ({ tokenVerifier, apiTokens }: Pick<RequesterServices, 'tokenVerifier' | 'apiTokens'>, request: FastifyRequest): Promise<unknown> | undefined {
  const accepting = apiTokens?.authenticateRequest(request)
  return accepting ? accepting.then(accepted => accepted ? undefined : tokenVerifier.identify(request)) : tokenVerifier.identify(request)
}
