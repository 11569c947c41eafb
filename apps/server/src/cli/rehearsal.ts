import type { FastifyInstance } from 'fastify'
import type { Config } from '../config.js'

/**
 * Opens the configured app on an in-memory database. It shows whether the configuration is valid, which tables and functions
 * permissions can name, and which migrations this version has, without touching the real database. The caller must close it.
 *
 * @throws the mistake in the configuration, naming its path
 */
export async function rehearse (config: Config): Promise<FastifyInstance> {
  // Imported only when needed: loading the whole app is slow.
  const { createApp } = await import('../app.js')
  // Profiles may name roles that were created at run time, which exist only in the real database.
  const profiles = config.profiles.map(({ roles, ...profile }) => profile) as unknown as Config['profiles']
  return await createApp({ ...config, profiles, databaseUrl: 'sqlite::memory:', logLevel: 'silent' })
}
