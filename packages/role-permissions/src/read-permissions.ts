import { errors, parseFilter, type FilterableTable, type InvalidFilterError, type RecordFilter } from '@latchkey/record-filter'
import type { Declarations } from './declarations.js'
import { didYouMean } from './did-you-mean.js'
import { invalidPermissions, joinPath } from './invalid-permissions.js'
import { copyJson } from './json-copy.js'
import { actions, type RolePermissions } from './permissions.js'

/** Characters of JSON: far more than any role needs, but little enough to keep all roles in memory. */
const LARGEST = 100_000

type Check = (value: unknown, path: string) => void
type CheckNamed = (value: unknown, path: string, name: string) => void

/**
 * Checks a role's permissions and returns a frozen copy. Once tables are declared, permissions can name only those;
 * likewise for functions.
 *
 * @throws ROLE_PERMISSIONS_ERR_INVALID_PERMISSIONS with `path` and `reason`
 */
export function readPermissions (json: unknown, declared: Declarations): RolePermissions {
  const copy = copyJson(json)
  checkKeys(copy, '', {
    all: checkFlag,
    data: (value, path) => {
      checkNames(value, path, 'table', declared.tables, (table, at, name) => {
        checkTable(table, at, declared.tables.get(name), declared)
      })
    },
    custom: (value, path) => {
      checkKeys(value, path, {
        functions: (functions, at) => { checkNames(functions, at, 'function', declared.functions, checkAllow) },
        settings: (settings, at) => { checkNames(settings, at, 'setting', new Set(), checkAllow) },
        users: (users, at) => { checkNames(users, at, 'administration of users', new Set(), checkAllow) }
      })
    }
  })
  const permissions = copy as RolePermissions
  if (permissions.all === true && Object.keys(permissions).length > 1) throw invalidPermissions('all', 'means full access: remove data and custom, or remove all')
  if (JSON.stringify(copy).length > LARGEST) throw invalidPermissions('', `are longer than ${LARGEST} characters of JSON`)
  return permissions
}

function checkTable (json: unknown, path: string, table: FilterableTable | undefined, declared: Declarations): void {
  const checkAction = (fieldsMatter: boolean): Check => (action, at) => {
    const { allow } = checkKeys(action, at, {
      allow: checkFlag,
      fields: (fields, where) => {
        if (!fieldsMatter) throw invalidPermissions(where, 'is not allowed: a record is always deleted as a whole')
        const known = table === undefined ? [] : declared.fieldsOf(table)
        checkNames(fields, where, `field of ${table?.name}`, new Set(known), checkFlag)
      },
      filter: (filter, where) => { checkFilter(filter, where, table) }
    })
    if (allow === undefined) throw invalidPermissions(joinPath(at, 'allow'), 'must be true or false')
  }
  checkKeys(json, path, Object.fromEntries(actions.map(action => [action, checkAction(action !== 'delete')])))
}

/**
 * Checks the filter of a permission before a role with it is saved.
 *
 * @throws ROLE_PERMISSIONS_ERR_INVALID_PERMISSIONS with `path`, within the filter, and `reason`
 */
export function readFilter (json: unknown, name: string, { tables }: Declarations): RecordFilter {
  const table = tables.get(name)
  if (table === undefined) throw invalidPermissions(joinPath('data', name), `is not a table${didYouMean(name, tables.keys())}`)
  const copy = copyJson(json)
  const filter = parse(copy, '', table)
  if (JSON.stringify(copy).length > LARGEST) throw invalidPermissions('', `is longer than ${LARGEST} characters of JSON`)
  return filter
}

function checkFilter (json: unknown, path: string, table: FilterableTable | undefined): void {
  if (table === undefined) entriesOf(json, path)
  else parse(json, path, table)
}

function parse (json: unknown, path: string, table: FilterableTable): RecordFilter {
  entriesOf(json, path)
  try {
    return parseFilter(json, table)
  } catch (error) {
    if (!(error instanceof errors.RECORD_FILTER_ERR_INVALID)) throw error
    const { path: inner, reason } = error as InvalidFilterError
    throw invalidPermissions(`${path}${path === '' || inner === '' || inner.startsWith('[') ? '' : '.'}${inner}`, reason)
  }
}

const checkAllow: Check = (json, path) => {
  const { allow } = checkKeys(json, path, { allow: checkFlag })
  if (allow === undefined) throw invalidPermissions(joinPath(path, 'allow'), 'must be true or false')
}

function checkFlag (json: unknown, path: string): void {
  if (typeof json !== 'boolean') throw invalidPermissions(path, 'must be true or false')
}

/** Requires an object with no other keys than these. */
function checkKeys (json: unknown, path: string, checks: Readonly<Record<string, Check>>): Readonly<Record<string, unknown>> {
  const entries = entriesOf(json, path)
  for (const [key, value] of entries) {
    const at = joinPath(path, key)
    const check = Object.hasOwn(checks, key) ? checks[key] : undefined
    if (check === undefined) throw invalidPermissions(at, `is unknown${didYouMean(key, Object.keys(checks)) || `: use ${Object.keys(checks).join(', ')}`}`)
    check(value, at)
  }
  return Object.fromEntries(entries)
}

/** Requires an object. Its keys must be declared names if there are any. */
function checkNames (json: unknown, path: string, what: string, declared: ReadonlySet<string> | ReadonlyMap<string, unknown>, check: CheckNamed): void {
  for (const [name, value] of entriesOf(json, path)) {
    const at = joinPath(path, name)
    if (declared.size > 0 && !declared.has(name)) throw invalidPermissions(at, `is not a ${what}${didYouMean(name, declared.keys())}`)
    check(value, at, name)
  }
}

function entriesOf (json: unknown, path: string): [string, unknown][] {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw invalidPermissions(path, 'must be an object')
  return Object.entries(json)
}
