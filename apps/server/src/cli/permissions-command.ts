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

  export   the roles of the database as JSON: always the same text for the same roles. It has the form of a configuration file.
  diff     what the file says otherwise than the database (DATABASE_URL, or --database). Without a file: what the database of
           --database says otherwise than DATABASE_URL.
  apply    makes the roles of the database those of the file, all or nothing. Roles that the file does not name stay.
  lint     permissions of the database, or of the file, that open more than they look.

  --file <file>      where export writes, in place of standard output
  --database <url>   another database than DATABASE_URL; a password in it is seen by who lists the machine's processes
  --prune            apply deletes the roles that the file does not name (never Administrator and Guest)
  --dry-run          apply says what it would do, and whether it may, and does nothing
  --yes              apply does not ask
  --json             for other programs

A file is what export wrote, or any configuration file with roles. Roles that LATCHKEY_CONFIG declares get their permissions
from there again at the next start of the server.

Exit codes: 0 nothing differs, nothing was found, or it was applied; 1 something differs, was found, or was not applied; 2 misuse, or it
could not be carried out.
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
/** Which options an action has, beside --database, --json and --help. */
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
  if (own === undefined) throw new Misuse(action === undefined ? 'which: export, diff, apply or lint?' : `there is no permissions ${action}`, helpCommand)
  const foreign = Object.keys(values).find(name => !['database', 'json', 'help', ...own].includes(name))
  if (foreign !== undefined) throw new Misuse(`permissions ${action} has no --${foreign}`, helpCommand)
  if (action === 'export' && file !== undefined) throw new Misuse(`unexpected argument ${file}; --file says where to write`, helpCommand)
  if (action === 'apply' && file === undefined) throw new Misuse('which file?', helpCommand)
  if (action === 'diff' && file === undefined && values.database === undefined) throw new Misuse('which file, or which --database?', helpCommand)
  if (action === 'apply' && values.json === true && values.yes !== true && values['dry-run'] !== true) throw new Misuse('with --json nobody is asked: add --yes or --dry-run', helpCommand)
}

async function exportRoles (config: Config, { file, json }: Options, terminal: Terminal): Promise<number> {
  const roles = await withRoles(config, ({ list }) => defineRoles(list()))
  const text = `${JSON.stringify({ roles }, null, 2)}\n`
  if (file === undefined) terminal.print(text)
  else await writeFile(file, text)
  if (file !== undefined) terminal.print(json === true ? JSON.stringify({ file, roles: roles.length }) : `${roles.length} roles in ${file}`)
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
    // The rules are asked before anybody else is.
    const planned = await replace({ dryRun: true })
    if (planned.length === 0 || values['dry-run'] === true) {
      printDifferences(planned, values.json === true ? { applied: false } : null, terminal)
      return planned.length === 0 ? 0 : 1
    }
    if (values.json !== true) printDifferences(planned, null, terminal)
    if (values.yes !== true && !await terminal.confirm(`Apply to ${describeUrl(config.databaseUrl)}?`)) {
      terminal.complain('Nothing was changed. (--yes applies without asking.)')
      return 1
    }
    const applied = await replace({ inTransaction: noteIn(roles) })
    if (values.json === true) printDifferences(applied, { applied: true }, terminal)
    else terminal.print('Applied. Every copy of the server follows within a second.')
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

/** Where the app keeps an audit log, what is applied stands in it. */
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
  if (differences.length === 0) return terminal.print('The roles do not differ.')
  for (const { kind, text } of differences) {
    const [mark, colour] = marks[kind]
    terminal.print(terminal.paint(colour, `${mark} ${text}`))
  }
}

function printFindings (findings: readonly LintFinding[], terminal: Terminal): void {
  for (const { rule, role, path, why, remedy } of findings) {
    terminal.print(`${terminal.paint('yellow', `${role}: ${path}`)} ${terminal.paint('dim', `(${rule})`)}`)
    terminal.print(`  ${why}`)
    terminal.print(`  Remedy: ${remedy}`)
  }
  terminal.print(findings.length === 0 ? 'Nothing opens more than it looks.' : `${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}`)
}

/** Which database it is, without a password. */
function describeUrl (url: string): string {
  if (!URL.canParse(url) || url.startsWith('sqlite:')) return url
  const { host, pathname } = new URL(url)
  return `${host}${pathname}`
}
