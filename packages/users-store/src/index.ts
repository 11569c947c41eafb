/**
 * Owns the Users table and the identities (issuer, subject) bound to its records: `fastify.usersStore`.
 * Does not decide who may sign up or what users may do, and stores no passwords.
 */
import './tables.js'
import fp from 'fastify-plugin'
import type { FastifyInstance } from 'fastify'
import { checkAppColumns } from './app-columns.js'
import { migrateUsersStore } from './migrations.js'
import { resolveOptions, type UsersStoreOptions } from './options.js'
import { createSqlUsersStore } from './sql-users-store.js'
import type { UsersStore } from './users-store.js'

export { normalizeEmail } from './email.js'
export { emailMismatches, type EmailMismatch } from './email-mismatches.js'
export * as errors from './errors.js'
export { migrateUsersStore } from './migrations.js'
export type { UsersStoreOptions } from './options.js'
export type { RemovedIdentitiesTable, UserIdentitiesTable, UsersTable } from './tables.js'
export type { Avatar, NewUser, User, UserChange, UserColumn, UserIdentity } from './user.js'
export { describeUsersTable, rowToUser, userColumns, type UserRow, type UsersTableDescription } from './user-row.js'
export type { BindOptions, InTransaction, UsersStore } from './users-store.js'

/**
 * The app's own columns of the Users table, as they appear in `User`, `NewUser` and `UserChange`. Extend it by
 * declaration merging, which requires that it is declared in the package's entry file.
 *
 * @example
 * declare module '@latchkey/users-store' {
 *   interface UserColumns { hiredAt: string | null }
 * }
 */
export interface UserColumns {}

declare module 'fastify' {
  interface FastifyInstance {
    /** The users and the identities bound to them. */
    usersStore: UsersStore
  }
}

async function usersStore (fastify: FastifyInstance, options: UsersStoreOptions): Promise<void> {
  const { migrate, columns } = resolveOptions(options)
  if (migrate) await migrateUsersStore(fastify.db, columns)
  else await checkAppColumns(fastify.db, columns)
  fastify.decorate('usersStore', createSqlUsersStore(fastify.db, columns))
}

export default fp(usersStore, { name: '@latchkey/users-store', fastify: '5.x', dependencies: ['@latchkey/database'] })
