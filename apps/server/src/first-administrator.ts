/** What the log says at start, as long as no user may do everything: how one comes to. */
import { mayDoEverything } from '@latchkey/role-permissions'
import type { FastifyInstance } from 'fastify'
import { levels } from 'pino'
import type { Config } from './config.js'

/** What to do where no role may do everything: the API lets nobody take the last one away, and so the database was changed by other means. */
export const administratorRoleRemedy = 'Declare one in the configuration file, { "roles": [{ "name": "Administrator", "permissions": { "all": true } }] }, and restart'

/**
 * Logs a one-time code, or whom the app waits for. It is asked by the server alone, once it answers: other commands open the app too.
 * That it does not succeed is no reason not to run.
 */
export async function announceFirstAdministrator (app: FastifyInstance, config: Config): Promise<void> {
  try {
    await announce(app, config)
  } catch (error) {
    app.log.error({ err: error }, 'Whether there is an administrator could not be found out, and so no code for the first one was made')
  }
}

async function announce ({ log, firstAdministrator, rolePermissions, usersStore }: FastifyInstance, { administratorEmail, publicUrl, logLevel }: Config): Promise<void> {
  if (!await firstAdministrator.needed()) return
  if (!rolePermissions.list().some(mayDoEverything)) {
    log.warn(`No role may do everything, and so nobody can become administrator. ${administratorRoleRemedy}. "npx latchkey doctor" looks at all of it`)
    return
  }
  if (administratorEmail !== undefined) {
    await firstAdministrator.withdrawCodes()
    const taken = await usersStore.findByEmail(administratorEmail) !== null
    log.info(taken
      ? `No user may do everything yet. LATCHKEY_ADMIN_EMAIL is ${administratorEmail}, whose user is there already and stays as it is: set it to an email that no user has, or leave it out and restart for a one-time code`
      : `No user may do everything yet: whoever signs up at ${publicUrl}/console with ${administratorEmail} (LATCHKEY_ADMIN_EMAIL), verified, becomes Administrator`)
    return
  }
  const issued = await firstAdministrator.issueCode()
  if (issued === null) return
  const message = `No user may do everything yet: sign in at ${publicUrl}/console and enter the code ${issued.code} within 24 hours, and you become Administrator`
  // Where it is logged nowhere, it stands in what the server prints when it has started.
  if (isLogged('warn', logLevel)) log.warn(message)
  else console.log(message)
}

function isLogged (level: string, logLevel: string): boolean {
  return levels.values[level] as number >= (levels.values[logLevel] ?? Infinity)
}
