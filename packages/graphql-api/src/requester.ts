import type { ApiTokens } from '@latchkey/api-tokens'
import type { AuthProfiles, RequestOrigin, ResolvedUser } from '@latchkey/auth-profiles'
import type { Principal, RolePermissionsService } from '@latchkey/role-permissions'
import type { Identity, TokenVerifier } from '@latchkey/token-verifier'
import type { FastifyRequest } from 'fastify'
import { GRAPHQL_API_ERR_NOT_FOUND } from './errors.js'

/** The services that determine a requester. */
export interface RequesterServices {
  readonly tokenVerifier: TokenVerifier
  readonly authProfiles: AuthProfiles
  readonly rolePermissions: RolePermissionsService
  /** If the app has them. */
  readonly apiTokens?: ApiTokens
}

/** The credentials of a request. */
export interface Credentials {
  /** The ID token's identity, if it is already verified. */
  known (): Identity | null
  /** The ID token's identity; `null` without one. @throws what `tokenVerifier` and `apiTokens` throw for a token */
  identity (): Promise<Identity | null>
  /** The API token's principal, after `identity` was called. */
  apiToken (): Principal | null
  /** Receives the principal once it is known. */
  note (principal: Principal): void
  /** The request with the credentials, if there is one. */
  readonly origin?: RequestOrigin
}

/** The principal of a request, and its user. Guests, API tokens and subjects given only by roles have no user. */
export type Actor = ResolvedUser | { readonly user: null, readonly principal: Principal }

/** Who sent a request. Determined when a field first needs it, once for the whole request. */
export class Requester {
  readonly #services: RequesterServices
  readonly #credentials: Credentials
  readonly #keepMs: number
  #actor: Actor | Promise<Actor> | null = null
  #keptUntil = 0
  #acceptedUntil = 0

  /** @param keepMs milliseconds after which it is determined again; matters only for subscriptions */
  constructor (services: RequesterServices, credentials: Credentials, keepMs = Infinity) {
    this.#services = services
    this.#credentials = credentials
    this.#keepMs = keepMs
  }

  /** The ID token's identity; `null` without one. @throws what `tokenVerifier.authenticate` and `apiTokens.authenticate` throw */
  identity (): Promise<Identity | null> {
    return this.#credentials.identity()
  }

  /** Where the request came from. */
  get origin (): RequestOrigin | undefined {
    return this.#credentials.origin
  }

  /** The token's user; `null` without a token. @throws what `principal` throws, and GRAPHQL_API_ERR_NOT_FOUND for a principal without a user */
  async resolved (): Promise<ResolvedUser | null> {
    const actor = await this.#acting()
    if (actor.user !== null) return actor
    if (actor.principal.kind !== 'guest') throw new GRAPHQL_API_ERR_NOT_FOUND('User')
    return null
  }

  /** The principal of the request. @throws what `authProfiles.resolve` throws, for an ID token without a user */
  async principal (): Promise<Principal> {
    return (await this.#acting()).principal
  }

  /**
   * Checks that the token is still accepted and, if the principal was determined before, that its user still is.
   *
   * @throws what `identity` throws, and what `principal` throws
   */
  async assertAccepted (): Promise<void> {
    if (this.#actor !== null) await this.principal()
    else if (performance.now() >= this.#acceptedUntil) {
      await this.identity()
      this.#acceptedUntil = performance.now() + this.#keepMs
    }
  }

  /** The principal and user, if they are known without waiting. */
  known (): Actor | undefined {
    const actor = this.#acting()
    return actor instanceof Promise ? undefined : actor
  }

  /** The request now acts as this one: after a sign-up, or to view as somebody else. */
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

/** The token of a request, verified once. */
export function credentialsOf (services: RequesterServices, request: FastifyRequest): Credentials {
  const apiToken = () => request.principal?.kind === 'apiToken' ? request.principal : null
  return {
    // Undefined if Mercurius was registered before the token verifier. Not a getter, which would give each request its own hidden class in V8.
    known: () => request.identity ?? null,
    identity: async () => {
      // Already done, unless the app runs queries from its own route.
      if (request.identity == null && apiToken() === null) await authenticate(services, request)
      return request.identity ?? null
    },
    apiToken,
    note: principal => { request.principal = principal },
    origin: request
  }
}

/** The credentials of a query that the app runs itself. */
export const noCredentials: Credentials = { known: () => null, identity: async () => null, apiToken: () => null, note: () => {} }

/**
 * Verifies the bearer token of a request, as an API token (if the app has them) or as an ID token.
 *
 * @returns `undefined` if this needs no waiting. Rejects with what `tokenVerifier.authenticate` and `apiTokens.authenticate` throw
 */
export function authenticate (services: Pick<RequesterServices, 'tokenVerifier' | 'authProfiles' | 'apiTokens'>, request: FastifyRequest): Promise<unknown> | undefined {
  const refreshing = services.authProfiles.refresh()
  return refreshing === undefined ? takeToken(services, request) : refreshing.then(() => takeToken(services, request))
}

function takeToken ({ tokenVerifier, apiTokens }: Pick<RequesterServices, 'tokenVerifier' | 'apiTokens'>, request: FastifyRequest): Promise<unknown> | undefined {
  const accepting = apiTokens?.authenticateRequest(request)
  return accepting ? accepting.then(accepted => accepted ? undefined : tokenVerifier.identify(request)) : tokenVerifier.identify(request)
}
