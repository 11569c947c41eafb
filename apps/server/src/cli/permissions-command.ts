import type {} from '@latchkey/audit-log'
import { defineRoles, difference, lint, replaceRoles, type LintFinding, type ReplaceOptions, type RoleDefinition, type RoleDifference } from '@latchkey/role-permissions'
import { writeFile } from 'node:fs/promises'
import { readConfig, type Config } from '../config.js'
import { Misuse, readArguments } from './misuse.js'
import { openRoles, type OpenedRoles } from './opened-roles.js'
import { rehearse } from './rehearsal.js'
import { readRoleFile } from './role-file.js'
import type { Terminal } from './terminal.js'

const helpCommand = 'latchkey permissions --help'
const help = `Usage: latchkey permissions export [--file <file>]
       latchkey permissions diff <file> [--database <url>]
       latchkey permissions diff --database <url>
       latchkey permissions apply <file> [--prune] [--dry-run] [--yes]
       latchkey permissions lint [<file>]

  export   print the roles of the database as JSON, in the format of a configuration file. The same roles always give the
           same text.
  diff     show how the file differs from the database (DATABASE_URL, or --database). Without a file: how the database
           of --database differs from DATABASE_URL.
  apply    make the roles of the database match the file, all or nothing. Roles that are not in the file stay.
  lint     report permissions, of the database or of the file, that allow more than they seem to.

  --file <file>      write the export to this file instead of standard output
  --database <url>   use this database instead of DATABASE_URL. A password in the URL shows in the list of processes.
  --prune            apply also deletes the roles that are not in the file (never Administrator and Guest)
  --dry-run          show what apply would change, and whether that is allowed, without changing anything
  --yes              apply without asking
  --json             machine-readable output

A file is the output of export, or any configuration file with roles. Roles that LATCHKEY_CONFIG declares get their
permissions from there again at the next start of the server.

Exit codes: 0 no differences, no findings, or applied; 1 differences, findings, or not applied; 2 wrong usage or the
command could not run.
`

const options = {
  file: { type: 'string' },
  database: { type: 'string' },
  prune: { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  yes: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' }
} as const

type Options = { readonly [name in keyof typeof options]?: (typeof options)[name]['type'] extends 'string' ? string : boolean }
/** The options of each action, besides --database, --json and --help. */
const optionsOf: Readonly<Record<string, readonly (keyof Options)[]>> = { export: ['file'], diff: [], apply: ['prune', 'dry-run', 'yes'], lint: [] }

export async function permissionsCommand (args: readonly string[], terminal: Terminal, environment: NodeJS.ProcessEnv): Promise<number> {
  const { values, positionals: [action, file] } = readArguments({ args: [...args], options, allowPositionals: true }, { help: helpCommand, atMost: 2 })
  if (values.help === true) {
    terminal.print(help)
    return 0
  }
  assertUse(action, file, values)
  const config = await readConfig({ ...environment, ...(values.database === undefined || (action === 'diff' && file === undefined) ? {} : { DATABASE_URL: values.database }) })
  switch (action) {
    case 'export':
      return await exportRoles(config, values, terminal)
    case 'diff':
      return await diffRoles(config, file, values, terminal)
    case 'apply':
      return await applyRoles(config, file as string, values, terminal)
    default:
      return await lintRoles(config, file, values, terminal)
  }
}

function assertUse (action: string | undefined, file: string | undefined, values: Options): void {
  const own = action !== undefined && Object.hasOwn(optionsOf, action) ? optionsOf[action] : undefined
  if (own === undefined) throw new Misuse(action === undefined ? 'permissions needs one of export, diff, apply or lint' : `there is no command permissions ${action}`, helpCommand)
  const foreign = Object.keys(values).find(name => !['database', 'json', 'help', ...own].includes(name))
  if (foreign !== undefined) throw new Misuse(`permissions ${action} has no option --${foreign}`, helpCommand)
  if (action === 'export' && file !== undefined) throw new Misuse(`unexpected argument ${file}: use --file to write to a file`, helpCommand)
  if (action === 'apply' && file === undefined) throw new Misuse('permissions apply needs a file', helpCommand)
  if (action === 'diff' && file === undefined && values.database === undefined) throw new Misuse('permissions diff needs a file or --database', helpCommand)
  if (action === 'apply' && values.json === true && values.yes !== true && values['dry-run'] !== true) throw new Misuse('--json does not ask for confirmation: add --yes or --dry-run', helpCommand)
}

async function exportRoles (config: Config, { file, json }: Options, terminal: Terminal): Promise<number> {
  const roles = await withRoles(config, ({ list }) => defineRoles(list()))
  const text = `${JSON.stringify({ roles }, null, 2)}\n`
  if (file === undefined) terminal.print(text)
  else await writeFile(file, text)
  if (file !== undefined) terminal.print(json === true ? JSON.stringify({ file, roles: roles.length }) : `Wrote ${roles.length} roles to ${file}`)
  return 0
}

async function diffRoles (config: Config, file: string | undefined, { database, json }: Options, terminal: Terminal): Promise<number> {
  const wanted = file === undefined ? await withRoles({ ...config, databaseUrl: database as string }, ({ list }) => list()) : await readRoleFile(file)
  const differences = await withRoles(config, ({ list }) => difference(list(), wanted))
  printDifferences(differences, json === true ? {} : null, terminal)
  return differences.length === 0 ? 0 : 1
}

async function applyRoles (config: Config, file: string, values: Options, terminal: Terminal): Promise<number> {
  const wanted = await readRoleFile(file)
  return await withRoles(config, async roles => {
    const replace = async (how: ReplaceOptions) => await replaceRoles(roles.db, roles.app.rolePermissions, wanted, { prune: values.prune === true, ...how })
    // Checks the rules before asking for confirmation.
    const planned = await replace({ dryRun: true })
    if (planned.length === 0 || values['dry-run'] === true) {
      printDifferences(planned, values.json === true ? { applied: false } : null, terminal)
      return planned.length === 0 ? 0 : 1
    }
    if (values.json !== true) printDifferences(planned, null, terminal)
    if (values.yes !== true && !await terminal.confirm(`Apply these changes to ${describeUrl(config.databaseUrl)}?`)) {
      terminal.complain('Nothing was changed. (--yes skips the question.)')
      return 1
    }
    const applied = await replace({ inTransaction: noteIn(roles) })
    if (values.json === true) printDifferences(applied, { applied: true }, terminal)
    else terminal.print('Applied. All running instances follow within a second.')
    return 0
  })
}

async function lintRoles (config: Config, file: string | undefined, { json }: Options, terminal: Terminal): Promise<number> {
  const findings = file === undefined
    ? await withRoles(config, async ({ list, app, together }) => lint({ roles: list(), tables: app.rolePermissions.tables, functions: app.rolePermissions.functions, together: await together() }))
    : await lintFile(config, await readRoleFile(file))
  if (json === true) terminal.print(JSON.stringify({ findings }, null, 2))
  else printFindings(findings, terminal)
  return findings.length === 0 ? 0 : 1
}

async function lintFile (config: Config, roles: readonly RoleDefinition[]): Promise<LintFinding[]> {
  const app = await rehearse(config)
  try {
    const together = config.profiles.map(({ roles = [] }) => roles)
    return lint({ roles, tables: app.rolePermissions.tables, functions: app.rolePermissions.functions, together })
  } finally {
    await app.close()
  }
}

async function withRoles<Result> (config: Config, use: (roles: OpenedRoles) => Result | Promise<Result>): Promise<Result> {
  const roles = await openRoles(config)
  try {
    return await use(roles)
  } finally {
    await roles.close()
  }
}

/** Adds what is applied to the audit log, if the app has one. */
function noteIn ({ app }: OpenedRoles): NonNullable<ReplaceOptions['inTransaction']> {
  return async (transaction, { before, after }) => {
    if (!app.hasDecorator('auditLog')) return
    const action = before === null ? 'create' : after === null ? 'delete' : 'update'
    await app.auditLog.record(transaction, { principal: { kind: 'operator' }, action, table: 'Roles', recordId: (before ?? after)?.id as string, before: before && { ...before }, after: after && { ...after } })
  }
}

const marks = { new: ['+', 'green'], more: ['+', 'green'], missing: ['-', 'red'], less: ['-', 'red'], other: ['~', 'yellow'] } as const

function printDifferences (differences: readonly RoleDifference[], json: object | null, terminal: Terminal): void {
  if (json !== null) return terminal.print(JSON.stringify({ ...json, differences }, null, 2))
  if (differences.length === 0) return terminal.print('No differences.')
  for (const { kind, text } of differences) {
    const [mark, color] = marks[kind]
    terminal.print(terminal.paint(color, `${mark} ${text}`))
  }
}

function printFindings (findings: readonly LintFinding[], terminal: Terminal): void {
  for (const { rule, role, path, why, remedy } of findings) {
    terminal.print(`${terminal.paint('yellow', `${role}: ${path}`)} ${terminal.paint('dim', `(${rule})`)}`)
    terminal.print(`  ${why}`)
    terminal.print(`  Remedy: ${remedy}`)
  }
  terminal.print(findings.length === 0 ? 'No findings.' : `${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}`)
}

/** Names a database without the password of its URL. */
function describeUrl (url: string): string {
  if (!URL.canParse(url) || url.startsWith('sqlite:')) return url
  const { host, pathname } = new URL(url)
  return `${host}${pathname}`
}
