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

  Without a token: whether the configuration, the database, the issuers, the roles and the users are as they must be.

  --token <token>    why an ID token or an API token (lk_…) is accepted or refused, step by step, and whose it is. "-" reads it from
                     standard input, and LATCHKEY_TOKEN gives it as well: so it is in no history. It is never printed.
  --action <action>  create, read, update or delete: whether whoever has the token may do that, and why
  --table <table>    with records of this table
  --function <name>  whether they may call this function. Without a token these two ask for a guest.
  --fix <user>       lets the email of a user's record follow the verified one of its provider; asks first
  --yes              does not ask
  --json             for other programs

It reads the environment and the configuration file that the server reads: ask with the same ones.

Exit codes: 0 all is well, 1 there is a problem, or nothing was fixed, 2 misuse, or it could not be carried out.
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
  if (values.fix !== undefined && (values.token !== undefined || question !== null)) throw new Misuse('--fix stands alone', helpCommand)
  if (values.yes === true && values.fix === undefined) throw new Misuse('--yes is for --fix', helpCommand)
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
  if (name !== undefined && (action !== undefined || table !== undefined)) throw new Misuse('--function stands without --action and --table', helpCommand)
  if (name !== undefined) return { action: 'call', resource: { function: name } }
  if (action === undefined && table === undefined) return null
  const known = actions.find(other => other === action)
  if (known === undefined || table === undefined) throw new Misuse(`--action (${actions.join(', ')}) and --table go together`, helpCommand)
  return { action: known, resource: { table } }
}

async function readToken (given: string | undefined, terminal: Terminal): Promise<string | null> {
  if (given === undefined) return null
  const token = (given === '-' ? await terminal.readInput() : given).trim().replace(/^bearer +/i, '')
  if (token === '') throw new Misuse('the token is empty', helpCommand)
  return token
}

/** A mistake in the configuration is what was asked for here, and no reason to give up. */
async function installation (environment: NodeJS.ProcessEnv): Promise<Check[]> {
  try {
    return await checkInstallation(await readConfig(environment))
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    return [{ name: 'configuration', state: 'problem', detail: error.message, remedy: 'Correct it: the server does not start with it' }]
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
    say(`${fix.user.email} is what the provider says, too: there is nothing to fix.`, { fixed: false })
    return 0
  }
  if (fix.kind === 'refused') {
    say(`Not fixed: ${fix.reason}.\n  Remedy: ${fix.remedy}`, { fixed: false })
    return 1
  }
  const { user, email, issuer } = fix
  if (json !== true) terminal.print(`The record of the user ${user.id} is to have the email ${email}, verified by ${issuer}; it has ${user.email}.`)
  if (yes !== true && (json === true || !await terminal.confirm('Change it?'))) {
    terminal.complain('Nothing was changed. (--yes changes it without asking.)')
    return 1
  }
  await applyEmailFix(app, fix)
  say(`The user ${user.id} has the email ${email} now.`, { fixed: true })
  return 0
}

const marks = { ok: ['ok', 'green'], problem: ['!!', 'red'], note: ['..', 'yellow'], skipped: ['--', 'dim'] } as const

function print (checks: readonly Check[], json: boolean, terminal: Terminal): void {
  const problems = checks.filter(({ state }) => state === 'problem').length
  if (json) return terminal.print(JSON.stringify({ problems, checks }, null, 2))
  for (const { name, state, detail, remedy } of checks) {
    const [mark, colour] = marks[state]
    terminal.print(`${terminal.paint(colour, mark)} ${name}: ${detail}`)
    if (remedy !== undefined) terminal.print(`   Remedy: ${remedy}`)
  }
  terminal.print(problems === 0 ? 'No problem was found.' : problems === 1 ? 'One problem.' : `${problems} problems.`)
}
