import type {} from '@latchkey/audit-log'
import type { FastifyInstance } from 'fastify'
import { readConfig, type Config } from '../config.js'
import { ConfigurationError } from '../configuration-error.js'
import type { Check } from './doctor/check.js'
import { applyEmailFix, planEmailFix } from './doctor/email-fix.js'
import { checkInstallation } from './doctor/installation-check.js'
import { checkGuest, checkToken, type Question } from './doctor/token-check.js'
import { Misuse, readArguments } from './misuse.js'
import { assertUpToDate, openDatabase } from './opened-database.js'
import { openApp } from './opened-app.js'
import { rehearse } from './rehearsal.js'
import type { Terminal } from './terminal.js'

const helpCommand = 'latchkey doctor --help'
const help = `Usage: latchkey doctor
       latchkey doctor --token <token>|- [--action <action> --table <table> | --function <name>]
       latchkey doctor --fix <user id or email> [--yes]

  Without a token: check the configuration, the database, the issuers, the roles and the users.

  --token <token>    explain step by step why an ID token or an API token (lk_…) is accepted or refused, and whose it is.
                     "-" reads the token from standard input, and LATCHKEY_TOKEN works too: unlike an argument, neither
                     shows in the list of processes. The token is never printed.
  --action <action>  check whether the token's owner may create, read, update or delete records of --table, and why
  --table <table>    the table for --action
  --function <name>  check whether the token's owner may call this function
                     Without a token, --action and --function check what a guest may do.
  --fix <user>       set the email of a user's record to the one that the user's provider has verified; asks first
  --yes              do not ask
  --json             machine-readable output

Run it with the server's environment variables and configuration file.

Exit codes: 0 no problems, 1 a problem was found or nothing was fixed, 2 wrong usage or the command could not run.
`

const options = {
  token: { type: 'string' },
  action: { type: 'string' },
  table: { type: 'string' },
  function: { type: 'string' },
  fix: { type: 'string' },
  yes: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' }
} as const
const actions = ['create', 'read', 'update', 'delete'] as const

export async function doctorCommand (args: readonly string[], terminal: Terminal, environment: NodeJS.ProcessEnv): Promise<number> {
  const { values } = readArguments({ args: [...args], options, allowPositionals: true }, { help: helpCommand, atMost: 0 })
  if (values.help === true) {
    terminal.print(help)
    return 0
  }
  const question = readQuestion(values)
  if (values.fix !== undefined && (values.token !== undefined || question !== null)) throw new Misuse('--fix cannot be combined with --token, --action, --table or --function', helpCommand)
  if (values.yes === true && values.fix === undefined) throw new Misuse('--yes only works with --fix', helpCommand)
  if (values.fix !== undefined) {
    const { fix } = values
    return await withApp(await readConfig(environment), async app => await fixEmail(app, fix, values, terminal))
  }
  const token = await readToken(values.token ?? (environment.LATCHKEY_TOKEN || undefined), terminal)
  const checks = token !== null
    ? await withApp(await readConfig(environment), async app => await checkToken(app, token, question))
    : question !== null
      ? await withApp(await readConfig(environment), async app => checkGuest(app, question))
      : await installation(environment)
  print(checks, values.json === true, terminal)
  return checks.some(({ state }) => state === 'problem') ? 1 : 0
}

function readQuestion ({ action, table, function: name }: { action?: string, table?: string, function?: string }): Question | null {
  if (name !== undefined && (action !== undefined || table !== undefined)) throw new Misuse('--function cannot be combined with --action or --table', helpCommand)
  if (name !== undefined) return { action: 'call', resource: { function: name } }
  if (action === undefined && table === undefined) return null
  const known = actions.find(other => other === action)
  if (known === undefined || table === undefined) throw new Misuse(`use --action (${actions.join(', ')}) together with --table`, helpCommand)
  return { action: known, resource: { table } }
}

async function readToken (given: string | undefined, terminal: Terminal): Promise<string | null> {
  if (given === undefined) return null
  const token = (given === '-' ? await terminal.readInput() : given).trim().replace(/^bearer +/i, '')
  if (token === '') throw new Misuse('the token is empty', helpCommand)
  return token
}

/** Reports a mistake in the configuration as a problem: finding it is what the command is for. */
async function installation (environment: NodeJS.ProcessEnv): Promise<Check[]> {
  try {
    return await checkInstallation(await readConfig(environment))
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    return [{ name: 'configuration', state: 'problem', detail: error.message, remedy: 'Fix this mistake: the server does not start with it' }]
  }
}

async function withApp<Result> (config: Config, use: (app: FastifyInstance) => Result | Promise<Result>): Promise<Result> {
  const database = await openDatabase(config)
  let rehearsed: FastifyInstance | undefined
  try {
    rehearsed = await rehearse(config)
    await assertUpToDate(database.db, rehearsed.db)
  } finally {
    await Promise.all([database.close(), rehearsed?.close()])
  }
  const app = await openApp(config)
  try {
    return await use(app)
  } finally {
    await app.close()
  }
}

async function fixEmail (app: FastifyInstance, who: string, { yes, json }: { yes?: boolean, json?: boolean }, terminal: Terminal): Promise<number> {
  const fix = await planEmailFix(app, who)
  const say = (text: string, more: object): void => { terminal.print(json === true ? JSON.stringify({ ...more, text }) : text) }
  if (fix.kind === 'agrees') {
    say(`No provider reports an email other than ${fix.user.email} for this user: there is nothing to fix.`, { fixed: false })
    return 0
  }
  if (fix.kind === 'refused') {
    say(`Not fixed: ${fix.reason}.\n  Remedy: ${fix.remedy}`, { fixed: false })
    return 1
  }
  const { user, email, issuer } = fix
  if (json !== true) terminal.print(`This changes the email of user ${user.id} from ${user.email} to ${email}, which ${issuer} has verified.`)
  if (yes !== true && (json === true || !await terminal.confirm('Change it?'))) {
    terminal.complain('Nothing was changed. (--yes skips the question.)')
    return 1
  }
  await applyEmailFix(app, fix)
  say(`The email of user ${user.id} is now ${email}.`, { fixed: true })
  return 0
}

const marks = { ok: ['ok', 'green'], problem: ['!!', 'red'], note: ['..', 'yellow'], skipped: ['--', 'dim'] } as const

function print (checks: readonly Check[], json: boolean, terminal: Terminal): void {
  const problems = checks.filter(({ state }) => state === 'problem').length
  if (json) return terminal.print(JSON.stringify({ problems, checks }, null, 2))
  for (const { name, state, detail, remedy } of checks) {
    const [mark, color] = marks[state]
    terminal.print(`${terminal.paint(color, mark)} ${name}: ${detail}`)
    if (remedy !== undefined) terminal.print(`   Remedy: ${remedy}`)
  }
  terminal.print(problems === 0 ? 'No problems found.' : problems === 1 ? '1 problem found.' : `${problems} problems found.`)
}
