import type { FastifyInstance } from 'fastify'
import type { Config } from '../config.js'

/**
 * The app as configured over the server's database, which must be up to date. It does not listen, and roles stay as they
 * are: those of the configuration file are brought up to date by the server alone, as is what is sealed, and what signing keys there are. To be closed.
 *
 * @throws what keeps the server from starting
 */
export async function openApp (config: Config): Promise<FastifyInstance> {
  const { createApp } = await import('../app.js')
  const profiles = config.profiles.map(({ roles, ...profile }) => profile) as unknown as Config['profiles']
  return await createApp({ ...config, profiles, roles: [], logLevel: 'silent' }, { upkeep: false })
}
