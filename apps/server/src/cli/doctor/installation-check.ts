import { difference, lint, mayDoEverything, type Role } from '@latchkey/role-permissions'
import { emailMismatches } from '@latchkey/users-store'
import type { FastifyInstance } from 'fastify'
import { sql } from 'kysely'
import type { Config } from '../../config.js'
import { migrationState } from '../migration-state.js'
import { administratorRoleRemedy } from '../../first-administrator.js'
import { openApp } from '../opened-app.js'
import { describeFailure } from '../../database-failure.js'
import { openDatabase } from '../opened-database.js'
import { rehearse } from '../rehearsal.js'
import { note, ok, problem, type Check } from './check.js'
import { checkIssuer } from './issuer-check.js'

/** Looks at everything that must be right for people to sign in, and changes nothing. */
export async function checkInstallation (config: Config): Promise<Check[]> {
  const checks: Check[] = []
  let rehearsed: FastifyInstance | undefined
  try {
    rehearsed = await rehearse(config)
    checks.push(ok('configuration', `valid; ${config.profiles.length === 1 ? 'one profile' : `${config.profiles.length} profiles`}, ${config.roles?.length ?? 0} roles`))
  } catch (error) {
    checks.push(problem('configuration', (error as Error).message, 'Correct it: the server does not start with it'))
  }
  try {
    if (await checkDatabase(config, rehearsed, checks) && rehearsed !== undefined) await checkApp(config, checks)
  } finally {
    await rehearsed?.close()
  }
  return checks
}

/** Whether there is a database that the app can be opened on. */
async function checkDatabase (config: Config, rehearsed: FastifyInstance | undefined, checks: Check[]): Promise<boolean> {
  let opened: FastifyInstance | undefined
  try {
    opened = await openDatabase(config)
    await sql`select 1`.execute(opened.db)
    const damage = config.databaseUrl.startsWith('sqlite:') ? await damageOf(opened) : null
    if (damage !== null) {
      checks.push(problem('database', `its file is damaged: ${damage}`, 'Stop the server, keep a copy of the file, and restore a backup: docs/operations.md, "Backup and restore"'))
      return false
    }
    checks.push(ok('database', 'answers'))
    if (rehearsed === undefined) return false
    const { pending, unknown, untouched } = await migrationState(opened.db, rehearsed.db)
    if (untouched) checks.push(problem('migrations', 'the database is empty', 'Start the server once'))
    else if (unknown.length > 0) checks.push(problem('migrations', `those of a newer version have run: ${unknown.join(', ')}`, 'Use the version that ran them'))
    else if (pending.length > 0) checks.push(problem('migrations', `${pending.join(', ')} have not run`, 'Start the server of this version, which runs them'))
    else checks.push(ok('migrations', 'all have run'))
    return checks.at(-1)?.state === 'ok'
  } catch (error) {
    checks.push(problem('database', describeFailure(error), 'Correct DATABASE_URL, or see to it that the database answers'))
    return false
  } finally {
    await opened?.close()
  }
}

/** What SQLite finds wrong with its file first: a server goes on with a damaged one until it comes to the place. */
async function damageOf ({ db }: FastifyInstance): Promise<string | null> {
  try {
    const { rows: [first] } = await sql<{ quick_check: string }>`pragma quick_check(1)`.execute(db)
    return first === undefined || first.quick_check === 'ok' ? null : first.quick_check.replace(/\s+/g, ' ')
  } catch (error) {
    if ((error as { code?: string }).code?.startsWith('SQLITE_CORRUPT') === true) return (error as Error).message
    throw error
  }
}

async function checkApp (config: Config, checks: Check[]): Promise<void> {
  let app: FastifyInstance | undefined
  try {
    app = await openApp(config)
    checks.push(config.secretKey !== undefined
      ? ok('secret key', 'set, and it opens what is sealed')
      : (config.production ? problem : note)('secret key', 'not set: signing keys lie in the database as they are', 'Set LATCHKEY_SECRET_KEY to 32 random characters or more, the same on every copy'))
    const roles = app.rolePermissions.list()
    checks.push(...checkProfiles(app, config, roles))
    for (const profile of app.authProfiles.list()) checks.push(...await checkIssuer(app, profile))
    checks.push(await checkAdministrators(app, config), ...checkRoles(app, config, roles), ...await checkEmails(app))
  } catch (error) {
    const isSecretKey = (error as { code?: string }).code?.endsWith('_SECRET_KEY') === true
    checks.push(problem(isSecretKey ? 'secret key' : 'start', describeFailure(error), isSecretKey ? 'Set LATCHKEY_SECRET_KEY to the one that the server has; the one of before, to change it, is LATCHKEY_SECRET_KEY_PREVIOUS' : 'Correct it: the server does not start'))
  } finally {
    await app?.close()
  }
}

function checkProfiles ({ authProfiles }: FastifyInstance, { profiles, roles: configured = [] }: Config, roles: readonly Role[]): Check[] {
  const known = new Set([...roles, ...configured].map(({ name }) => name))
  const missing = profiles.flatMap(({ id, roles: names = [] }) => names.filter(name => !known.has(name)).map(name => problem(`roles of ${id}`, `there is no role ${name}`, 'Declare it under roles, make it, or correct the name')))
  const leftOut = authProfiles.leftOut().map(({ id, name, reason }) => problem(`profile ${id}`, `${name} is left out, and nobody signs in by it: ${reason}`, 'Correct or delete it: authenticationProfileUpdate, authenticationProfileDelete'))
  return [...missing, ...leftOut, ...missing.length === 0 ? [ok('roles of profiles', 'are there')] : []]
}

async function checkAdministrators ({ rolePermissions, usersStore }: FastifyInstance, { administratorEmail, publicUrl }: Config): Promise<Check> {
  if (!rolePermissions.list().some(mayDoEverything)) return problem('administrators', 'no role may do everything, and so no user', administratorRoleRemedy)
  if (await rolePermissions.administrated()) return ok('administrators', 'somebody may do everything')
  const set = 'to an email that no user has, restart, and sign up with it, verified'
  const found = (remedy: string): Check => problem('administrators', 'no user may do everything', remedy)
  if (administratorEmail === undefined) return found(`Start the server, sign in at ${publicUrl}/console, and enter the code that it logs there: it is good for 24 hours. Or set LATCHKEY_ADMIN_EMAIL ${set}`)
  const taken = await usersStore.findByEmail(administratorEmail) !== null
  return found(taken
    ? `LATCHKEY_ADMIN_EMAIL is ${administratorEmail}, whose user is there already and stays as it is: set it ${set}; or leave it out and restart, and enter the code that the server logs at ${publicUrl}/console`
    : `LATCHKEY_ADMIN_EMAIL is ${administratorEmail}: sign up with this email, verified`)
}

function checkRoles ({ rolePermissions: { tables, functions } }: FastifyInstance, { roles: configured = [] }: Config, roles: readonly Role[]): Check[] {
  const findings = lint({ roles, tables, functions })
  const unfit = findings.filter(({ rule }) => rule.startsWith('unknown-') || rule === 'broken-filter')
  const open = findings.length - unfit.length
  const names = new Set(configured.map(({ name }) => name))
  const outdated = difference(roles.filter(({ name }) => names.has(name)), configured).length
  return [
    ...unfit.map(({ role, path, why, remedy }) => problem(`role ${role}`, `${path}: ${why}`, remedy)),
    ...unfit.length === 0 ? [ok('permissions', 'fit what the app declares')] : [],
    ...open > 0 ? [note('permissions', `${open} open more than they look, or nothing`, 'See latchkey permissions lint')] : [],
    ...outdated > 0 ? [note('roles of the configuration', 'differ from the database: the server has not been started with them, or they were changed since', 'See latchkey permissions diff')] : []
  ]
}

async function checkEmails ({ db }: FastifyInstance): Promise<Check[]> {
  const found = await emailMismatches(db)
  if (found.length === 0) return [ok('emails', 'of users and of the tokens seen last agree')]
  return found.map(({ userId, userEmail, email, emailVerified, issuer }) => problem('emails', `the user ${userId} has ${userEmail}, and ${issuer} says ${email}${emailVerified === true ? '' : ', not verified'}: whoever it is is refused (email_mismatch)`,
    emailVerified === true ? `latchkey doctor --fix ${userId} has the record follow, or change the email at the provider` : 'Confirm the email at the provider and sign in, or change it back there'))
}
