/**
 * Owns the Users table and the identities (issuer, subject) bound to its records: `fastify.usersStore`.
 * It decides nothing about who may sign up or do what, and stores no password.
 */
import './tables.js'
import type { UsersStore } from './users-store.js'

export type { Avatar, NewUser, User, UserChange, UserColumn, UserColumns, UserIdentity } from './user.js'
export type { InTransaction, UsersStore } from './users-store.js'
export type { UserIdentitiesTable, UsersTable } from './tables.js'

declare module 'fastify' {
  interface FastifyInstance {
    usersStore: UsersStore
  }
}
