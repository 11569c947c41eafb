import type { Tables } from '@latchkey/database'
import rolePermissions, { type Role } from '@latchkey/role-permissions'
import type { FastifyInstance } from 'fastify'
import type { Kysely } from 'kysely'
import type { Config } from '../config.js'
import { assertUpToDate, openDatabase } from './opened-database.js'
import { rehearse } from './rehearsal.js'

/** The roles of a database, and the configured app, which knows the tables and functions that permissions can name. */
export interface OpenedRoles {
  readonly db: Kysely<Tables>
  readonly list: () => readonly Role[]
  /** The app on an in-memory database. */
  readonly app: FastifyInstance
  /** Sets of role names that one user has, or that one profile assigns. */
  together (): Promise<string[][]>
  close (): Promise<void>
}

/**
 * Opens the roles of the server's database. Does not apply the roles of the configuration file to it.
 *
 * @throws ConfigurationError if the database does not exist or is not up to date
 */
export async function openRoles (config: Config): Promise<OpenedRoles> {
  const opened: FastifyInstance[] = []
  const close = async (): Promise<void> => { await Promise.all(opened.map(async app => { await app.close() })) }
  try {
    const own = await openDatabase(config)
    opened.push(own)
    const app = await rehearse(config)
    opened.push(app)
    await assertUpToDate(own.db, app.db)
    await own.register(rolePermissions)
    await own.ready()
    const list = (): readonly Role[] => own.rolePermissions.list()
    return {
      db: own.db,
      list,
      app,
      together: async () => [...config.profiles.map(({ roles = [] }) => [...roles]), ...await rolesOfUsers(own.db, list())],
      close
    }
  } catch (error) {
    await close()
    throw error
  }
}

async function rolesOfUsers (db: Kysely<Tables>, roles: readonly Role[]): Promise<string[][]> {
  const names = new Map(roles.map(({ id, name }) => [id, name]))
  const sets = new Map<string, Set<string>>()
  for (const { user_id: user, role_id: role } of await db.selectFrom('latchkey_user_roles').selectAll().execute()) {
    sets.set(user, (sets.get(user) ?? new Set()).add(names.get(role) ?? role))
  }
  const distinct = new Set([...sets.values()].map(set => JSON.stringify([...set].sort())))
  return [...distinct].map(text => JSON.parse(text) as string[])
}
