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

/** What `fastify.authProfiles` can do. */
export interface AuthProfiles {
  /** In order, those of the configuration first; the first is the default. */
  list (): readonly AuthenticationProfile[]
  find (by: { id: string } | { name: string }): AuthenticationProfile | null
  /** The opened adapter of a profile. @throws AUTH_PROFILES_ERR_PROFILE_NOT_FOUND */
  provider (profileId: string): IdentityProvider
  /** The stored profiles that cannot be opened, and why: nobody signs in by them. */
  leftOut (): readonly LeftOutProfile[]
  /** Looks whether another copy of the app changed profiles or settings, at most once a second; call it at the start of a request. Never fails. `undefined` where there is nothing to wait for. */
  refresh (): Promise<void> | undefined

  /**
   * Makes a profile, which people can sign in by at once; in other copies of the app within a second. Who gives its roles away,
   * and to whom, is for the caller to decide.
   *
   * @throws AUTH_PROFILES_ERR_INVALID_PROFILE with `details` by field, AUTH_PROFILES_ERR_NAME_TAKEN, AUTH_PROFILES_ERR_CONFLICT,
   *   AUTH_PROFILES_ERR_ROLE_NOT_FOUND, AUTH_PROFILES_ERR_NO_SECRET_KEY
   */
  create (profile: NewProfile, options?: Pick<ChangeOptions<AuthenticationProfile>, 'inTransaction'>): Promise<AuthenticationProfile>
  /**
   * Changes what is given; what is left out stays. Requests under way finish as they began. The secret must be given anew
   * where it would be sent to another server.
   *
   * @throws what `create` throws, AUTH_PROFILES_ERR_PROFILE_NOT_FOUND, AUTH_PROFILES_ERR_DECLARED_IN_CONFIGURATION,
   *   AUTH_PROFILES_ERR_SECRET_UNREADABLE
   */
  update (id: string, change: ProfileChange, options?: ChangeOptions<AuthenticationProfile>): Promise<AuthenticationProfile>
  /**
   * Deletes a profile: its tokens are refused at once. Its users and their identities stay, and sign in again by a profile
   * that accepts tokens of the same issuer.
   *
   * @throws AUTH_PROFILES_ERR_PROFILE_NOT_FOUND, AUTH_PROFILES_ERR_DECLARED_IN_CONFIGURATION
   */
  delete (id: string, options?: ChangeOptions<AuthenticationProfile>): Promise<void>

  /**
   * Tests whether people could sign in by a profile before it is made: asks its issuer and its token endpoint, which whoever
   * may call this chooses. Never fails; a secret that a stored profile has is not used.
   */
  check (profile: NewProfile): Promise<CheckStep[]>
  /**
   * The same of a profile that there is, as a change would leave it, and with its own secret where the change has none: that is sent to no other server
   * than the one it was given for. One of the configuration is tested as it is.
   *
   * @throws AUTH_PROFILES_ERR_PROFILE_NOT_FOUND, AUTH_PROFILES_ERR_DECLARED_IN_CONFIGURATION, AUTH_PROFILES_ERR_SECRET_UNREADABLE,
   *   AUTH_PROFILES_ERR_INVALID_PROFILE with `details.clientSecret` where it must be given anew
   */
  checkChange (id: string, change: ProfileChange, options?: Pick<ChangeOptions<AuthenticationProfile>, 'where'>): Promise<CheckStep[]>

  /** What holds for all profiles. */
  settings (): AuthenticationSettings
  /** Changes what is given; what is left out stays. @throws AUTH_PROFILES_ERR_INVALID_SETTINGS with `details` by field */
  updateSettings (change: AuthenticationSettingsChange, options?: Pick<ChangeOptions<AuthenticationSettings>, 'inTransaction'>): Promise<AuthenticationSettings>

  /**
   * A hook: verifies the bearer token and sets `request.identity` and `request.principal`; a request without
   * a token acts as Guest. Where the app has `apiTokens`, one of those sets `request.principal` only.
   *
   * @throws what `tokenVerifier.authenticate`, `resolve` and `apiTokens.authenticate` throw
   */
  authenticate (request: FastifyRequest): Promise<void>

  /**
   * The user that an identity belongs to, and the principal it acts as, by one indexed query. Where the app has an
   * `activityLog`, it is told of the sign-in.
   *
   * @param origin the request that the identity came with: where the sign-in came from
   * @throws AUTH_PROFILES_ERR_USER_NOT_FOUND (404) nobody has signed up with it
   * @throws AUTH_PROFILES_ERR_EMAIL_MISMATCH (403) the token's email differs from the record's
   * @throws AUTH_PROFILES_ERR_IDENTITY_NOT_LINKED (403) a user has this email, and the identity may not be bound to it
   */
  resolve (identity: Identity, origin?: RequestOrigin): Promise<ResolvedUser>

  /**
   * What `resolve` would give, where it gave it for a token of the same sign-in a moment ago and nothing has changed since: for code that
   * does not wait where it need not. `undefined` where `resolve` is to be asked.
   */
  known (identity: Identity): ResolvedUser | undefined

  /**
   * Binds one more identity to the user of another one: for who has tokens of both, and so is known to be one person. Neither `linkByEmail` nor an email
   * that is not verified is in the way. One that is bound to that user already changes nothing.
   *
   * @param identity which is to be bound
   * @param own the user's: it must be bound to them
   * @param origin as in `resolve`, of `own`
   * @throws AUTH_PROFILES_ERR_EMAIL_MISMATCH (403) the email of one of the two is not the record's
   * @throws USERS_STORE_ERR_IDENTITY_TAKEN (409) it is bound to another user
   * @throws what `resolve` throws for `own`, and AUTH_PROFILES_ERR_PROFILE_NOT_FOUND
   */
  link (identity: Identity, own: Identity, origin?: RequestOrigin): Promise<ResolvedUser>

  /**
   * Whether a user has an identity by which they can sign in: of an issuer that a profile has, and last seen with the email of the record.
   *
   * @param transaction in which it is asked, left out: none
   */
  canSignIn (userId: string, transaction?: Transaction<Tables>): Promise<boolean>

  /** Where an identity stands: what `resolve` would do with it, without anything being done. For people, not for the hot path. */
  lookUp (identity: Identity): Promise<Standing | Unknown>

  /**
   * What would become of a request with this bearer token, an ID token or an API token, step by step: without anything being
   * done, and without the token in it. For people who ask why, not for the hot path.
   *
   * @param request where a refusal is logged
   * @param options `tellingOf`: the profiles whose issuers, audiences and servers may be told of, left out: all
   */
  examine (request: Pick<FastifyRequest, 'log'>, token: string, options?: { readonly tellingOf?: readonly AuthenticationProfile[] }): Promise<TokenExamination>

  /**
   * Signs an identity up; the same identity again gives the same user.
   *
   * @param request `authProfileId` left out: the first profile of `list()`
   * @param origin as in `resolve`: who signs up with a token has signed in
   * @throws AUTH_PROFILES_ERR_PROFILE_NOT_FOUND (404), AUTH_PROFILES_ERR_PROFILE_MISMATCH (403), AUTH_PROFILES_ERR_EMAIL_NOT_VERIFIED (403),
   *   AUTH_PROFILES_ERR_SIGN_UP_CLOSED (403), AUTH_PROFILES_ERR_FOREIGN_EMAIL (400), AUTH_PROFILES_ERR_EMAIL_TAKEN (409), and the users store's errors
   */
  signUp (identity: Identity, request: { user: NewUser, authProfileId?: string | null }, origin?: RequestOrigin): Promise<ResolvedUser>

  /**
   * Makes an account with a password at the profile's provider, and keeps what was said of its user. The user is made by
   * the first token of that account, by the same rules as `signUp`: `resolve` gives it. Says nothing of users that exist.
   *
   * @param request `authProfileId` left out: the first profile of `list()`; `roleIds`: roles beside the profile's, which the caller must have checked;
   *   `givenBy`: who gives them, of whom it is asked again when the user is made, left out: nobody is asked; `clientAddress`: an IP address, for providers that limit tries by it
   * @throws AUTH_PROFILES_ERR_PROFILE_NOT_FOUND (404), AUTH_PROFILES_ERR_SIGN_UP_CLOSED (403), the users store's errors,
   *   and of the provider's IDENTITY_PROVIDER_ERR_ACCOUNT_EXISTS, _WEAK_PASSWORD, _UNSUPPORTED, _THROTTLED, _UNAVAILABLE
   */
  signUpWithPassword (request: { user: NewUser, password: string, authProfileId?: string | null, roleIds?: readonly string[], givenBy?: Principal | null, clientAddress?: string | undefined }): Promise<void>
}

/** What of a request says where it came from. */
export type RequestOrigin = Pick<FastifyRequest, 'ip' | 'headers'>

export interface ResolvedUser {
  readonly user: User
  readonly principal: Principal & { kind: 'user' }
}

/** Nobody is known by an identity. */
export interface Unknown {
  readonly kind: 'nobody'
  /** Whether its account signed up with a password, and becomes a user by its first token. */
  readonly waiting: boolean
  /** Why the profile would not let it sign up; `null` where it would. */
  readonly refusal: string | null
}
