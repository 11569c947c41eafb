import type { FastifyInstance } from 'fastify'
import type { Config } from '../config.js'

/**
 * The app as configured over a database in memory: tells whether the configuration is right, what permissions may speak
 * of, and which migrations there are, and touches nothing. To be closed.
 *
 * @throws what is wrong with the configuration, naming the path
 */
export async function rehearse (config: Config): Promise<FastifyInstance> {
  // Only now, since all of the app takes its time to load.
  const { createApp } = await import('../app.js')
  // Roles that were made at run time are in the real database only.
  const profiles = config.profiles.map(({ roles, ...profile }) => profile) as unknown as Config['profiles']
  return await createApp({ ...config, profiles, databaseUrl: 'sqlite::memory:', logLevel: 'silent' })
}
