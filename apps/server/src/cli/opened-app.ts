import type { FastifyInstance } from 'fastify'
import type { Config } from '../config.js'

/**
 * Opens the configured app on the server's database, which must be up to date. It does not listen, and it leaves roles,
 * encrypted values and signing keys unchanged: only the server updates those. The caller must close it.
 *
 * @throws whatever would keep the server from starting
 */
export async function openApp (config: Config): Promise<FastifyInstance> {
  const { createApp } = await import('../app.js')
  const profiles = config.profiles.map(({ roles, ...profile }) => profile) as unknown as Config['profiles']
  return await createApp({ ...config, profiles, roles: [], logLevel: 'silent' }, { upkeep: false })
}
