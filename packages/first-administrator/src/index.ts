/**
 * Owns how the first administrator comes to be: one-time codes that whoever can read the app's log has, and the moment in which
 * one of them makes a user an administrator: `fastify.firstAdministrator`. Who asks, and that it is told where the code
 * stands, is for others; what an administrator is, role-permissions says.
 */
import { deleteOldRegularly, leaveUnseen, migrate } from '@latchkey/database'
import type {} from '@latchkey/role-permissions'
import fp from 'fastify-plugin'
import type { FastifyInstance } from 'fastify'
import { createFirstAdministrator, type FirstAdministrator } from './first-administrator.js'
import { migrations, packageName } from './migrations.js'
import './tables.js'

export * as errors from './errors.js'
export type { ClaimOptions, FirstAdministrator, IssuedCode } from './first-administrator.js'
export type { AdministratorCodesTable, AdministratorTriesTable } from './tables.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** How the first administrator comes to be. */
    firstAdministrator: FirstAdministrator
  }
}

async function firstAdministrator (fastify: FastifyInstance): Promise<void> {
  // A CamelCasePlugin of the app's, for example, would rename the columns of the rows.
  const db = fastify.db.withoutPlugins()
  await migrate(db, packageName, migrations)
  // Nobody remembers anything of these, and anybody who has signed up may try.
  leaveUnseen(db, ['latchkey_administrator_codes', 'latchkey_administrator_tries'])
  fastify.decorate('firstAdministrator', Object.freeze(createFirstAdministrator(db, fastify.rolePermissions)))
  // They are of no use from their end on.
  const deleting = deleteOldRegularly(db, [
    { table: 'latchkey_administrator_codes', key: ['code_hash'], time: 'expires_at', keepDays: 0 },
    { table: 'latchkey_administrator_tries', key: ['user_id'], time: 'expires_at', keepDays: 0 }
  ], error => { fastify.log.warn({ err: { message: (error as Error).message } }, 'Old codes for the first administrator could not be deleted: it is tried again in an hour') })
  fastify.addHook('onClose', async () => { await deleting.stop() })
}

export default fp(firstAdministrator, { name: packageName, fastify: '5.x', dependencies: ['@latchkey/database', '@latchkey/role-permissions'] })
