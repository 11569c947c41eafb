import type { ChangeOptions, Tables } from '@latchkey/database'
import type { Transaction } from 'kysely'
import type { NewUser, User, UserChange, UserColumn, UserIdentity } from './user.js'

/** The API of `fastify.usersStore`. It normalizes the emails passed to it. */
export interface UsersStore {
  /** The app's own columns, as registered. */
  readonly columns: Readonly<Record<string, UserColumn>>
  /** The finders return `null` if there is no such user, also for invalid input such as a malformed email. */
  findById (id: string): Promise<User | null>
  findByEmail (email: string): Promise<User | null>
  findByIdentity (identity: UserIdentity): Promise<User | null>
  /** The identities bound to a user, oldest first. */
  identitiesOf (userId: string): Promise<UserIdentity[]>

  /**
   * Creates a user, optionally with its first identity, in one transaction with the work of `inTransaction`.
   *
   * @throws USERS_STORE_ERR_EMAIL_TAKEN another user has this email
   * @throws USERS_STORE_ERR_IDENTITY_TAKEN the identity is already bound
   * @throws USERS_STORE_ERR_INVALID_EMAIL, USERS_STORE_ERR_INVALID_USER with `details` by field, also for unknown fields
   */
  create (user: NewUser, with_?: { identity?: UserIdentity, inTransaction?: InTransaction }): Promise<User>

  /**
   * Binds one more identity to a user. If it is already bound to this user, only updates the stored email and whether it is verified.
   *
   * @param email the email in the token of the identity
   * @param options `inTransaction` receives the user's identities before and after the change (the same if it was already bound);
   *   `evenIfRemoved`: also bind an identity that was removed from this user, because somebody explicitly asked for it
   *
   * @throws USERS_STORE_ERR_IDENTITY_TAKEN it is bound to another user
   * @throws USERS_STORE_ERR_IDENTITY_REMOVED it was removed from this user and `evenIfRemoved` is not set
   * @throws USERS_STORE_ERR_USER_NOT_FOUND, USERS_STORE_ERR_INVALID_EMAIL, USERS_STORE_ERR_INVALID_USER
   */
  bindIdentity (userId: string, identity: UserIdentity, email: string, options?: BindOptions): Promise<void>

  /**
   * Removes an identity from a user, who can no longer sign in with it. The removal is recorded, so the identity is not
   * bound to this user again automatically.
   *
   * @param options `where` is a condition on the user; `inTransaction` receives the user's identities before and after
   *
   * @throws USERS_STORE_ERR_IDENTITY_NOT_FOUND it is not bound to this user
   * @throws USERS_STORE_ERR_USER_NOT_FOUND, USERS_STORE_ERR_INVALID_USER
   */
  removeIdentity (userId: string, identity: UserIdentity, options?: ChangeOptions<readonly UserIdentity[]>): Promise<void>

  /**
   * Undoes the removal of an identity: binds it as it was before.
   *
   * @param options as for `removeIdentity`
   *
   * @throws USERS_STORE_ERR_IDENTITY_NOT_FOUND it was not removed from this user
   * @throws USERS_STORE_ERR_IDENTITY_TAKEN it is now bound to another user
   * @throws USERS_STORE_ERR_USER_NOT_FOUND, USERS_STORE_ERR_INVALID_USER
   */
  restoreIdentity (userId: string, identity: UserIdentity, options?: ChangeOptions<readonly UserIdentity[]>): Promise<void>

  /** Whether an identity was removed from a user. */
  isRemoved (userId: string, identity: UserIdentity): Promise<boolean>

  /**
   * Stores the email in the latest token of an identity that is bound to a user, and whether it is verified. Binds nothing: does
   * nothing if the identity is not, or no longer, bound to this user.
   *
   * @throws USERS_STORE_ERR_INVALID_EMAIL, USERS_STORE_ERR_INVALID_USER
   */
  noteEmail (userId: string, identity: UserIdentity, email: string): Promise<void>

  /** Throws what `create` would throw for these values alone. Call it before a step that cannot be undone. @throws USERS_STORE_ERR_INVALID_EMAIL, USERS_STORE_ERR_INVALID_USER */
  check (user: NewUser): void

  /** @throws USERS_STORE_ERR_USER_NOT_FOUND, USERS_STORE_ERR_EMAIL_TAKEN, USERS_STORE_ERR_INVALID_EMAIL, USERS_STORE_ERR_INVALID_USER */
  update (id: string, change: UserChange, options?: ChangeOptions<User>): Promise<User>

  /** Deletes the user and its identities. @throws USERS_STORE_ERR_USER_NOT_FOUND, and whatever the work passed to `onDelete` throws */
  delete (id: string, options?: ChangeOptions<User>): Promise<void>

  /**
   * Registers work to run in the transaction of every later deletion, after the user is deleted and `inTransaction` has
   * run. Use it to delete related data, such as the user's roles. Call it before the app is ready.
   *
   * @param work receives the user as it was; if it throws, the deletion is rolled back
   */
  onDelete (work: InTransaction): void
}

/**
 * Runs in the transaction that creates or deletes the user, for example to assign roles. If it throws, the transaction is
 * rolled back. It must only query through `transaction`: a query through `fastify.db` or `fastify.usersStore` would wait
 * for the single connection on SQLite, which this transaction holds, and could exhaust the pool on PostgreSQL.
 */
export type InTransaction = (transaction: Transaction<Tables>, user: User) => Promise<void>

/** Options of `bindIdentity`. */
export interface BindOptions extends Pick<ChangeOptions<readonly UserIdentity[]>, 'inTransaction'> {
  readonly evenIfRemoved?: boolean
}
