/**
 * Owns the creation of the first administrator: one-time codes for whoever can read the app's log, and making a user an
 * administrator by a code: `fastify.firstAdministrator`. Others log the code and authenticate the user; role-permissions
 * defines what an administrator is.
 */
import { deleteOldRegularly, leaveUnseen, migrate } from '@latchkey/database'
import type {} from '@latchkey/role-permissions'
import fp from 'fastify-plugin'
import type { FastifyInstance } from 'fastify'
import { createFirstAdministrator, type FirstAdministrator } from './first-administrator.js'
import { migrations, packageName } from './migrations.js'
import { checkOptions, type FirstAdministratorOptions } from './options.js'
import './tables.js'

export * as errors from './errors.js'
export type { ClaimOptions, FirstAdministrator, IssuedCode } from './first-administrator.js'
export type { AdministratorCodesTable, AdministratorTriesTable } from './tables.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** Creates the first administrator. */
    firstAdministrator: FirstAdministrator
  }
}

async function firstAdministrator (fastify: FastifyInstance, options: FirstAdministratorOptions): Promise<void> {
  checkOptions(options)
  // The app's Kysely plugins, such as CamelCasePlugin, would rename the columns.
  const db = fastify.db.withoutPlugins()
  await migrate(db, packageName, migrations)
  // These tables are not cached, and any user's tries must not invalidate other caches.
  leaveUnseen(db, ['latchkey_administrator_codes', 'latchkey_administrator_tries'])
  fastify.decorate('firstAdministrator', Object.freeze(createFirstAdministrator(db, fastify.rolePermissions)))
  // Deletes expired codes and tries.
  const deleting = deleteOldRegularly(db, [
    { table: 'latchkey_administrator_codes', key: ['code_hash'], time: 'expires_at', keepDays: 0 },
    { table: 'latchkey_administrator_tries', key: ['user_id'], time: 'expires_at', keepDays: 0 }
  ], error => { fastify.log.warn({ err: { message: (error as Error).message } }, 'Could not delete old codes for the first administrator; trying again in an hour') })
  fastify.addHook('onClose', async () => { await deleting.stop() })
}

export default fp(firstAdministrator, { name: packageName, fastify: '5.x', dependencies: ['@latchkey/database', '@latchkey/role-permissions'] })
