import type { ChangeOptions, Tables } from '@latchkey/database'
import type { Transaction } from 'kysely'
import type { NewUser, User, UserChange, UserColumn, UserIdentity } from './user.js'

/** What `fastify.usersStore` can do. Emails given to it are normalised by it. */
export interface UsersStore {
  /** The app's own columns, as registered. */
  readonly columns: Readonly<Record<string, UserColumn>>
  /** Finders give `null` for what can be nobody's, such as an email that is none. */
  findById (id: string): Promise<User | null>
  findByEmail (email: string): Promise<User | null>
  findByIdentity (identity: UserIdentity): Promise<User | null>
  /** The identities bound to a user, oldest first. */
  identitiesOf (userId: string): Promise<UserIdentity[]>

  /**
   * Creates a user, optionally with its first identity, in one transaction with what `inTransaction` adds.
   *
   * @throws USERS_STORE_ERR_EMAIL_TAKEN another user has this email
   * @throws USERS_STORE_ERR_IDENTITY_TAKEN the identity is bound already
   * @throws USERS_STORE_ERR_INVALID_EMAIL, USERS_STORE_ERR_INVALID_USER with `details` by field; also for fields that are none
   */
  create (user: NewUser, with_?: { identity?: UserIdentity, inTransaction?: InTransaction }): Promise<User>

  /**
   * Binds one more identity to a user. Binding the same one again to the same user only notes the email, and whether it is verified.
   *
   * @param email of the token that the identity comes from
   * @param options `inTransaction` is told of the user's identities before and after, which are the same where it was bound already;
   *   `evenIfRemoved`: also one that was removed from this user, which somebody must have decided to undo
   *
   * @throws USERS_STORE_ERR_IDENTITY_TAKEN it is bound to another user
   * @throws USERS_STORE_ERR_IDENTITY_REMOVED it was removed from this user
   * @throws USERS_STORE_ERR_USER_NOT_FOUND, USERS_STORE_ERR_INVALID_EMAIL, USERS_STORE_ERR_INVALID_USER
   */
  bindIdentity (userId: string, identity: UserIdentity, email: string, options?: BindOptions): Promise<void>

  /**
   * Takes an identity away from a user, who does not sign in by it any more, and notes that: it is not bound to this user again by itself.
   *
   * @param options `where` is a condition on the user; `inTransaction` is told of the user's identities before and after
   *
   * @throws USERS_STORE_ERR_IDENTITY_NOT_FOUND it is not bound to this user
   * @throws USERS_STORE_ERR_USER_NOT_FOUND, USERS_STORE_ERR_INVALID_USER
   */
  removeIdentity (userId: string, identity: UserIdentity, options?: ChangeOptions<readonly UserIdentity[]>): Promise<void>

  /**
   * Undoes the removal of an identity: it is bound as it was.
   *
   * @param options as for `removeIdentity`
   *
   * @throws USERS_STORE_ERR_IDENTITY_NOT_FOUND it was not removed from this user
   * @throws USERS_STORE_ERR_IDENTITY_TAKEN it is bound to another user by now
   * @throws USERS_STORE_ERR_USER_NOT_FOUND, USERS_STORE_ERR_INVALID_USER
   */
  restoreIdentity (userId: string, identity: UserIdentity, options?: ChangeOptions<readonly UserIdentity[]>): Promise<void>

  /** Whether an identity was removed from a user. */
  isRemoved (userId: string, identity: UserIdentity): Promise<boolean>

  /**
   * Notes the email of the last token of an identity that is bound to a user, and whether it is verified. Binds nothing: of an identity
   * that is not the user's, or not any more, nothing is noted.
   *
   * @throws USERS_STORE_ERR_INVALID_EMAIL, USERS_STORE_ERR_INVALID_USER
   */
  noteEmail (userId: string, identity: UserIdentity, email: string): Promise<void>

  /** Refuses what `create` would refuse by the values alone, before something is done that cannot be undone. @throws USERS_STORE_ERR_INVALID_EMAIL, USERS_STORE_ERR_INVALID_USER */
  check (user: NewUser): void

  /** @throws USERS_STORE_ERR_USER_NOT_FOUND, USERS_STORE_ERR_EMAIL_TAKEN, USERS_STORE_ERR_INVALID_EMAIL, USERS_STORE_ERR_INVALID_USER */
  update (id: string, change: UserChange, options?: ChangeOptions<User>): Promise<User>

  /** Deletes the user and its identities. @throws USERS_STORE_ERR_USER_NOT_FOUND, and what `onDelete` was given throws */
  delete (id: string, options?: ChangeOptions<User>): Promise<void>

  /**
   * Has something done in the transaction of every deletion to come, when the user is deleted and `inTransaction` has run: for what is kept of a user
   * elsewhere, such as its roles. To be called before the app is ready.
   *
   * @param work is given the user as it was; what it throws undoes the deletion
   */
  onDelete (work: InTransaction): void
}

/**
 * Runs in the transaction that creates or deletes the user, for example to assign roles; what it throws undoes both.
 * It must query by `transaction` only: a query by `fastify.db` or `fastify.usersStore` waits on SQLite for the one
 * connection, which this transaction holds, and on PostgreSQL for one of a pool that such transactions can exhaust.
 */
export type InTransaction = (transaction: Transaction<Tables>, user: User) => Promise<void>

/** What whoever binds an identity may add. */
export interface BindOptions extends Pick<ChangeOptions<readonly UserIdentity[]>, 'inTransaction'> {
  readonly evenIfRemoved?: boolean
}
