import { difference, lint, mayDoEverything, type Role } from '@latchkey/role-permissions'
import { emailMismatches } from '@latchkey/users-store'
import type { FastifyInstance } from 'fastify'
import { sql } from 'kysely'
import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Config } from '../../config.js'
import { ConfigurationError } from '../../configuration-error.js'
import { migrationState } from '../migration-state.js'
import { administratorRoleRemedy } from '../../first-administrator.js'
import { openApp } from '../opened-app.js'
import { describeFailure } from '../../database-failure.js'
import { openDatabase } from '../opened-database.js'
import { rehearse } from '../rehearsal.js'
import { note, ok, problem, type Check } from './check.js'
import { checkIssuer } from './issuer-check.js'

/** Checks everything that people need to sign in. Changes nothing. */
export async function checkInstallation (config: Config): Promise<Check[]> {
  const checks: Check[] = []
  let rehearsed: FastifyInstance | undefined
  try {
    rehearsed = await rehearse(config)
    checks.push(ok('configuration', `valid (profiles: ${config.profiles.length}, roles: ${config.roles?.length ?? 0})`))
  } catch (error) {
    checks.push(problem('configuration', (error as Error).message, 'Fix this mistake: the server does not start with it'))
  }
  try {
    if (await checkDatabase(config, rehearsed, checks) && rehearsed !== undefined) await checkApp(config, checks)
  } finally {
    await rehearsed?.close()
  }
  return checks
}

/** Whether the app can be opened on the database. */
async function checkDatabase (config: Config, rehearsed: FastifyInstance | undefined, checks: Check[]): Promise<boolean> {
  let opened: FastifyInstance | undefined
  try {
    opened = await openDatabase(config)
    await sql`select 1`.execute(opened.db)
    const damage = config.databaseUrl.startsWith('sqlite:') ? await damageOf(opened) : null
    if (damage !== null) {
      checks.push(problem('database', `the file is damaged: ${damage}`, 'Stop the server, keep a copy of the file, and restore a backup (docs/operations.md, "Backup and restore")'))
      return false
    }
    checks.push(ok('database', 'responds'), ...await checkFileMode(config.databaseUrl))
    if (rehearsed === undefined) return false
    const { pending, unknown, untouched } = await migrationState(opened.db, rehearsed.db)
    if (untouched) checks.push(problem('migrations', 'the database is empty', 'Start the server once: it creates the tables'))
    else if (unknown.length > 0) checks.push(problem('migrations', `a newer version has run these: ${unknown.join(', ')}`, 'Use that version of Latchkey, or a later one'))
    else if (pending.length > 0) checks.push(problem('migrations', `not run yet: ${pending.join(', ')}`, 'Start this version of the server, which runs them'))
    else checks.push(ok('migrations', 'all have run'))
    return checks.at(-1)?.state === 'ok'
  } catch (error) {
    checks.push(problem('database', describeFailure(error), saysRemedy(error) ? undefined : 'Correct DATABASE_URL, or make sure that the database is running and can be reached'))
    return false
  } finally {
    await opened?.close()
  }
}

/** Whether the error's own message says what to do. */
function saysRemedy (error: unknown): boolean {
  return error instanceof ConfigurationError || /^DATABASE_ERR_(?:FILE_UNUSABLE|TLS_FILE_UNREADABLE)$/.test((error as { code?: string }).code ?? '')
}

/** The first damage that SQLite finds in its file. A server keeps running on a damaged file until it reads the damaged part. */
async function damageOf ({ db }: FastifyInstance): Promise<string | null> {
  try {
    const { rows: [first] } = await sql<{ quick_check: string }>`pragma quick_check(1)`.execute(db)
    return first === undefined || first.quick_check === 'ok' ? null : first.quick_check.replace(/\s+/g, ' ')
  } catch (error) {
    if ((error as { code?: string }).code?.startsWith('SQLITE_CORRUPT') === true) return (error as Error).message
    throw error
  }
}

/** Versions before this one created the SQLite file readable for everybody. */
async function checkFileMode (url: string): Promise<Check[]> {
  if (!url.startsWith('sqlite:') || process.platform === 'win32') return []
  const path = url.slice('sqlite:'.length)
  const [file, folder] = await Promise.all([stat(path), stat(dirname(path))])
  const isReadable = (file.mode & 0o044) !== 0 && (folder.mode & 0o011) !== 0
  return isReadable ? [note('database file', `other users of this machine can read ${path}, which has personal data and keys`, `Run chmod 600 on ${path}, and on ${path}-wal and ${path}-shm if they exist`)] : []
}

async function checkApp (config: Config, checks: Check[]): Promise<void> {
  let app: FastifyInstance | undefined
  try {
    app = await openApp(config)
    checks.push(config.secretKey !== undefined
      ? ok('secret key', 'set, and decrypts what is stored')
      : (config.production ? problem : note)('secret key', 'not set: signing keys are stored unencrypted', 'Set LATCHKEY_SECRET_KEY to 32 random characters or more, the same on every instance'))
    const roles = app.rolePermissions.list()
    checks.push(...checkProfiles(app, config, roles))
    for (const profile of app.authProfiles.list()) checks.push(...await checkIssuer(app, profile))
    checks.push(await checkAdministrators(app, config), ...checkRoles(app, config, roles), ...await checkEmails(app))
  } catch (error) {
    const isSecretKey = (error as { code?: string }).code?.endsWith('_SECRET_KEY') === true
    checks.push(problem(isSecretKey ? 'secret key' : 'start', describeFailure(error), isSecretKey ? 'Set LATCHKEY_SECRET_KEY to the key that the server uses. To change the key, put the old one into LATCHKEY_SECRET_KEY_PREVIOUS' : 'Fix this: the server does not start'))
  } finally {
    await app?.close()
  }
}

function checkProfiles ({ authProfiles }: FastifyInstance, { profiles, roles: configured = [] }: Config, roles: readonly Role[]): Check[] {
  const known = new Set([...roles, ...configured].map(({ name }) => name))
  const missing = profiles.flatMap(({ id, roles: names = [] }) => names.filter(name => !known.has(name)).map(name => problem(`roles of ${id}`, `there is no role ${name}`, 'Declare the role in the configuration file, create it, or correct its name in the profile')))
  const leftOut = authProfiles.leftOut().map(({ id, name, reason }) => problem(`profile ${id}`, `${name} could not be loaded, so nobody can sign in with it: ${reason}`, 'Correct it (authenticationProfileUpdate) or delete it (authenticationProfileDelete)'))
  return [...missing, ...leftOut, ...missing.length === 0 ? [ok('roles of profiles', 'all exist')] : []]
}

async function checkAdministrators ({ rolePermissions, usersStore }: FastifyInstance, { administratorEmail, publicUrl }: Config): Promise<Check> {
  if (!rolePermissions.list().some(mayDoEverything)) return problem('administrators', 'no role has full access, so no user has it either', administratorRoleRemedy)
  if (await rolePermissions.administrated()) return ok('administrators', 'at least one user has full access')
  const set = 'to an email that no user has, restart, and sign up with it (it must be verified)'
  const found = (remedy: string): Check => problem('administrators', 'no user has full access', remedy)
  if (administratorEmail === undefined) return found(`Start the server, sign in at ${publicUrl}/console, and enter the one-time code from the server's log. It is valid for 24 hours. Or set LATCHKEY_ADMIN_EMAIL ${set}`)
  const taken = await usersStore.findByEmail(administratorEmail) !== null
  return found(taken
    ? `LATCHKEY_ADMIN_EMAIL is ${administratorEmail}, but a user with this email already exists and is not changed. Set it ${set}. Or unset it, restart, and enter the one-time code from the server's log at ${publicUrl}/console`
    : `LATCHKEY_ADMIN_EMAIL is ${administratorEmail}: sign up with this email (it must be verified)`)
}

function checkRoles ({ rolePermissions: { tables, functions } }: FastifyInstance, { roles: configured = [] }: Config, roles: readonly Role[]): Check[] {
  const findings = lint({ roles, tables, functions })
  const unfit = findings.filter(({ rule }) => rule.startsWith('unknown-') || rule === 'broken-filter')
  const open = findings.length - unfit.length
  const names = new Set(configured.map(({ name }) => name))
  const outdated = difference(roles.filter(({ name }) => names.has(name)), configured).length
  return [
    ...unfit.map(({ role, path, why, remedy }) => problem(`role ${role}`, `${path}: ${why}`, remedy)),
    ...unfit.length === 0 ? [ok('permissions', 'match the tables, fields and functions of the app')] : [],
    ...open > 0 ? [note('permissions', `lint findings: ${open}. Some permissions allow more than they seem to, or nothing at all`, 'Run latchkey permissions lint')] : [],
    ...outdated > 0 ? [note('roles of the configuration', 'differ from the database: the server has not been started with them yet, or they were changed since', 'Run latchkey permissions diff with the configuration file')] : []
  ]
}

async function checkEmails ({ db }: FastifyInstance): Promise<Check[]> {
  const found = await emailMismatches(db)
  if (found.length === 0) return [ok('emails', 'users and their latest tokens agree')]
  return found.map(({ userId, userEmail, email, emailVerified, issuer }) => problem('emails', `user ${userId} has ${userEmail}, but ${issuer} says ${email}${emailVerified === true ? '' : ' (not verified)'}: the user's tokens are refused (email_mismatch)`,
    emailVerified === true ? `Run latchkey doctor --fix ${userId} to update the record, or change the email at the provider` : 'Have the user confirm the email at the provider and sign in again, or change it back there'))
}
