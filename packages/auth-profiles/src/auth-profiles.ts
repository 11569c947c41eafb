import type { ChangeOptions, Tables } from '@latchkey/database'
import type { IdentityProvider } from '@latchkey/identity-provider'
import type { Principal } from '@latchkey/role-permissions'
import type { Identity } from '@latchkey/token-verifier'
import type { NewUser, User } from '@latchkey/users-store'
import type { FastifyRequest } from 'fastify'
import type { Transaction } from 'kysely'
import type { Standing } from './identity-resolution.js'
import type { AuthenticationSettings, AuthenticationSettingsChange } from './authentication-settings.js'
import type { CheckStep } from './connection-check.js'
import type { AuthenticationProfile, LeftOutProfile, NewProfile, ProfileChange } from './profile.js'
import type { TokenExamination } from './token-examination.js'

/** The API of `fastify.authProfiles`. */
export interface AuthProfiles {
  /** All profiles in order, configured ones first. The first profile is the default. */
  list (): readonly AuthenticationProfile[]
  find (by: { id: string } | { name: string }): AuthenticationProfile | null
  /** The opened adapter of a profile. @throws AUTH_PROFILES_ERR_PROFILE_NOT_FOUND */
  provider (profileId: string): IdentityProvider
  /** The stored profiles that cannot be opened, and why. Nobody can sign in with them. */
  leftOut (): readonly LeftOutProfile[]
  /**
   * Loads changes of profiles and settings made by other instances, at most once a second. Call it at the start of a
   * request. Never fails. Returns `undefined` if there is nothing to wait for.
   */
  refresh (): Promise<void> | undefined

  /**
   * Creates a profile. People can sign in with it immediately, and in other instances within a second. The caller must
   * check whether these roles may be given.
   *
   * @throws AUTH_PROFILES_ERR_INVALID_PROFILE with `details` by field, AUTH_PROFILES_ERR_NAME_TAKEN, AUTH_PROFILES_ERR_CONFLICT,
   *   AUTH_PROFILES_ERR_ROLE_NOT_FOUND, AUTH_PROFILES_ERR_NO_SECRET_KEY
   */
  create (profile: NewProfile, options?: Pick<ChangeOptions<AuthenticationProfile>, 'inTransaction'>): Promise<AuthenticationProfile>
  /**
   * Updates the given fields; omitted fields stay unchanged. Requests in progress finish with the old profile. The
   * secret must be entered again if it would be sent to another server.
   *
   * @throws what `create` throws, AUTH_PROFILES_ERR_PROFILE_NOT_FOUND, AUTH_PROFILES_ERR_DECLARED_IN_CONFIGURATION,
   *   AUTH_PROFILES_ERR_SECRET_UNREADABLE
   */
  update (id: string, change: ProfileChange, options?: ChangeOptions<AuthenticationProfile>): Promise<AuthenticationProfile>
  /**
   * Deletes a profile; its tokens are refused immediately. Its users and their identities stay, and they can sign in
   * again with a profile that accepts tokens of the same issuer.
   *
   * @throws AUTH_PROFILES_ERR_PROFILE_NOT_FOUND, AUTH_PROFILES_ERR_DECLARED_IN_CONFIGURATION
   */
  delete (id: string, options?: ChangeOptions<AuthenticationProfile>): Promise<void>

  /**
   * Tests whether people could sign in with a profile before it is created. Sends requests to its issuer and token
   * endpoint, which the caller chooses. Never fails, and never uses the secret of a stored profile.
   */
  check (profile: NewProfile): Promise<CheckStep[]>
  /**
   * Tests an existing profile as a change would leave it. Uses the stored secret if the change has none, but never sends
   * it to a server other than the one it was entered for. A configured profile can only be tested as it is.
   *
   * @throws AUTH_PROFILES_ERR_PROFILE_NOT_FOUND, AUTH_PROFILES_ERR_DECLARED_IN_CONFIGURATION, AUTH_PROFILES_ERR_SECRET_UNREADABLE,
   *   AUTH_PROFILES_ERR_INVALID_PROFILE with `details.clientSecret` if the secret must be entered again
   */
  checkChange (id: string, change: ProfileChange, options?: Pick<ChangeOptions<AuthenticationProfile>, 'where'>): Promise<CheckStep[]>

  /** The settings for all profiles. */
  settings (): AuthenticationSettings
  /** Updates the given settings; omitted ones stay unchanged. @throws AUTH_PROFILES_ERR_INVALID_SETTINGS with `details` by field */
  updateSettings (change: AuthenticationSettingsChange, options?: Pick<ChangeOptions<AuthenticationSettings>, 'inTransaction'>): Promise<AuthenticationSettings>

  /**
   * A hook that verifies the bearer token and sets `request.identity` and `request.principal`. A request without a token
   * acts as Guest. If the app has `apiTokens`, an API token sets only `request.principal`.
   *
   * @throws what `tokenVerifier.authenticate`, `resolve` and `apiTokens.authenticate` throw
   */
  authenticate (request: FastifyRequest): Promise<void>

  /**
   * The user that an identity belongs to, and the principal it acts as. Runs one indexed query. If the app has an
   * `activityLog`, the sign-in is reported to it.
   *
   * @param origin the request that the identity came with; says where the sign-in came from
   * @throws AUTH_PROFILES_ERR_USER_NOT_FOUND (404) nobody has signed up with it
   * @throws AUTH_PROFILES_ERR_EMAIL_MISMATCH (403) the token's email differs from the user's
   * @throws AUTH_PROFILES_ERR_IDENTITY_NOT_LINKED (403) a user has this email, but the identity cannot be bound to it
   */
  resolve (identity: Identity, origin?: RequestOrigin): Promise<ResolvedUser>

  /**
   * The result of `resolve`, if it is cached from a token of the same sign-in and nothing has changed since. Lets callers
   * avoid a promise. `undefined` if you need to call `resolve`.
   */
  known (identity: Identity): ResolvedUser | undefined

  /**
   * Binds one more identity to the user of `own`, for a person who has presented tokens of both. `linkByEmail` and an
   * unverified email do not prevent it. Does nothing if the identity is already bound to that user.
   *
   * @param identity the identity to bind
   * @param own the identity with which the user is signed in; must be bound to the user
   * @param origin as in `resolve`, for `own`
   * @throws AUTH_PROFILES_ERR_EMAIL_MISMATCH (403) the email of one of the two differs from the user's
   * @throws USERS_STORE_ERR_IDENTITY_TAKEN (409) the identity is bound to another user
   * @throws what `resolve` throws for `own`, and AUTH_PROFILES_ERR_PROFILE_NOT_FOUND
   */
  link (identity: Identity, own: Identity, origin?: RequestOrigin): Promise<ResolvedUser>

  /**
   * Whether a user has an identity that lets them sign in: its issuer belongs to a profile, and it was last seen with the
   * user's email.
   *
   * @param transaction the transaction in which to read; default: none
   */
  canSignIn (userId: string, transaction?: Transaction<Tables>): Promise<boolean>

  /** What `resolve` would do with an identity, without doing it. For diagnosis, not for the hot path. */
  lookUp (identity: Identity): Promise<Standing | Unknown>

  /**
   * What would happen to a request with this bearer token (ID token or API token), step by step, without doing it. The
   * result does not contain the token. For diagnosis, not for the hot path.
   *
   * @param request provides the log in which a refusal is logged
   * @param options `tellingOf`: the profiles whose issuers, audiences and servers the result may mention; default: all
   */
  examine (request: Pick<FastifyRequest, 'log'>, token: string, options?: { readonly tellingOf?: readonly AuthenticationProfile[] }): Promise<TokenExamination>

  /**
   * Signs an identity up. Signing up again with the same identity returns the same user.
   *
   * @param request `authProfileId` defaults to the first profile of `list()`
   * @param origin as in `resolve`: signing up with a token counts as a sign-in
   * @throws AUTH_PROFILES_ERR_PROFILE_NOT_FOUND (404), AUTH_PROFILES_ERR_PROFILE_MISMATCH (403), AUTH_PROFILES_ERR_EMAIL_NOT_VERIFIED (403),
   *   AUTH_PROFILES_ERR_SIGN_UP_CLOSED (403), AUTH_PROFILES_ERR_FOREIGN_EMAIL (400), AUTH_PROFILES_ERR_EMAIL_TAKEN (409), and the users store's errors
   */
  signUp (identity: Identity, request: { user: NewUser, authProfileId?: string | null }, origin?: RequestOrigin): Promise<ResolvedUser>

  /**
   * Creates an account with a password at the profile's provider, and stores the user data. `resolve` creates the user
   * when the first token of that account arrives, by the same rules as `signUp`. Does not reveal existing users.
   *
   * @param request `authProfileId` defaults to the first profile of `list()`; `roleIds`: roles in addition to the profile's, already
   *   checked by the caller; `givenBy`: who gives these roles, checked again when the user is created (no check if omitted);
   *   `clientAddress`: the client's IP address, for providers that limit attempts by it
   * @throws AUTH_PROFILES_ERR_PROFILE_NOT_FOUND (404), AUTH_PROFILES_ERR_SIGN_UP_CLOSED (403), the users store's errors,
   *   and of the provider's IDENTITY_PROVIDER_ERR_ACCOUNT_EXISTS, _WEAK_PASSWORD, _UNSUPPORTED, _THROTTLED, _UNAVAILABLE
   */
  signUpWithPassword (request: { user: NewUser, password: string, authProfileId?: string | null, roleIds?: readonly string[], givenBy?: Principal | null, clientAddress?: string | undefined }): Promise<void>
}

/** The parts of a request that say where it came from. */
export type RequestOrigin = Pick<FastifyRequest, 'ip' | 'headers'>

export interface ResolvedUser {
  readonly user: User
  readonly principal: Principal & { kind: 'user' }
}

/** An identity that belongs to nobody. */
export interface Unknown {
  readonly kind: 'nobody'
  /** Whether its account signed up with a password, so that its first token creates the user. */
  readonly waiting: boolean
  /** Why the profile would not let it sign up; `null` if it would. */
  readonly refusal: string | null
}
