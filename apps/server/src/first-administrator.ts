/** Logs at start, while no user has full access, how to become the first administrator. */
import { mayDoEverything } from '@latchkey/role-permissions'
import type { FastifyInstance } from 'fastify'
import { levels } from 'pino'
import type { Config } from './config.js'

/** The remedy if no role has full access. The API never removes the last such role, so the database was changed by other means. */
export const administratorRoleRemedy = 'Declare one in the configuration file, { "roles": [{ "name": "Administrator", "permissions": { "all": true } }] }, and restart the server'

/**
 * Logs a one-time code, or which email the app waits for. Only the server calls it, once it listens: the commands of the
 * CLI open the app too. A failure is logged and does not stop the server.
 */
export async function announceFirstAdministrator (app: FastifyInstance, config: Config): Promise<void> {
  try {
    await announce(app, config)
  } catch (error) {
    app.log.error({ err: error }, 'Could not find out whether there is an administrator, so no one-time code was created')
  }
}

async function announce ({ log, firstAdministrator, rolePermissions, usersStore }: FastifyInstance, { administratorEmail, publicUrl, logLevel }: Config): Promise<void> {
  if (!await firstAdministrator.needed()) return
  if (!rolePermissions.list().some(mayDoEverything)) {
    log.warn(`No role has full access, so nobody can become administrator. ${administratorRoleRemedy}. Run "npx latchkey doctor" to check the installation`)
    return
  }
  if (administratorEmail !== undefined) {
    await firstAdministrator.withdrawCodes()
    const taken = await usersStore.findByEmail(administratorEmail) !== null
    log.info(taken
      ? `There is no administrator yet. LATCHKEY_ADMIN_EMAIL is ${administratorEmail}, but a user with this email already exists and is not changed: set it to an email that no user has, or unset it and restart for a one-time code`
      : `There is no administrator yet: sign up at ${publicUrl}/console with the verified email ${administratorEmail} (LATCHKEY_ADMIN_EMAIL) to become Administrator`)
    return
  }
  const issued = await firstAdministrator.issueCode()
  if (issued === null) return
  const message = `There is no administrator yet: sign in at ${publicUrl}/console and enter the code ${issued.code} within 24 hours to become Administrator`
  // If the log level hides warnings, the code is printed with the addresses of the server.
  if (isLogged('warn', logLevel)) log.warn(message)
  else console.log(message)
}

function isLogged (level: string, logLevel: string): boolean {
  return levels.values[level] as number >= (levels.values[logLevel] ?? Infinity)
}
