import { parseFilter, type Condition, type FilterableTable } from '@latchkey/record-filter'
import { constantOf } from './filter-constant.js'
import { joinPath } from './invalid-permissions.js'
import { filterText, meaningOf, type Meaning, type RoleMeaning } from './role-meaning.js'
import type { RoleDefinition } from './role-definitions.js'

/** The rules. The list is closed, so that findings can be looked up. */
export type LintRule =
  | 'guest-everything' | 'guest-unfiltered' | 'guest-variable' | 'unfiltered-update' | 'identity-fields' | 'hidden-field'
  | 'always-true' | 'never-true' | 'privilege' | 'roles-together' | 'unknown-function' | 'unknown-table' | 'broken-filter'

/** A permission that allows more, or less, than it appears to. */
export interface LintFinding {
  readonly rule: LintRule
  readonly role: string
  /** Where in the role's permissions. Empty: all of them. */
  readonly path: string
  readonly why: string
  readonly remedy: string
}

export interface LintSubject {
  readonly roles: Iterable<RoleDefinition & { readonly builtin?: 'administrator' | 'guest' | null }>
  /** What permissions can refer to, as declared in `rolePermissions`. */
  readonly tables: ReadonlyMap<string, FilterableTable>
  readonly functions: ReadonlySet<string>
  /** Sets of role names that some user has together, without duplicates. */
  readonly together?: Iterable<readonly string[]>
}

/** Tables that control who has which role and who can sign in. */
const privileged = ['Roles', 'ApiTokens', 'AuthenticationProfiles']
/** Fields of Users that control who a user is and what they may do. */
const identifying = ['email', 'roles']
const ofOneself: readonly string[] = [{ id: { equals: '__loggedInUserId' } }, { id: { is_self: true } }].map(filterText)

type Named = RoleMeaning & Pick<RoleDefinition, 'name' | 'permissions'> & { readonly isGuest: boolean }
type Add = (rule: LintRule, path: string, why: string, remedy: string) => void

/**
 * Finds permissions that allow more than they appear to. It looks only at the permissions, not at the records.
 *
 * A field that one role grants without a filter, plus records that another role grants, is not a finding: a role's fields
 * count only for the records that its own filter admits.
 */
export function lint ({ roles, tables, functions, together = [] }: LintSubject): LintFinding[] {
  const found: LintFinding[] = []
  const byName = new Map([...roles].map(role => {
    const isGuest = role.builtin === undefined ? role.name === 'Guest' : role.builtin === 'guest'
    return [role.name, { ...meaningOf(role), name: role.name, permissions: role.permissions, isGuest }] as const
  }))
  for (const role of byName.values()) {
    const add: Add = (rule, path, why, remedy) => { found.push({ rule, role: role.name, path, why, remedy }) }
    if (role.everything) {
      if (role.isGuest) add('guest-everything', 'all', `${role.name} is the role of requests without a token, so everyone has full access`, 'remove "all", and allow individual tables and fields')
      continue
    }
    for (const meaning of role.data.values()) lintAction(role, meaning, tables.get(meaning.table), add)
    for (const name of role.functions) {
      if (!functions.has(name)) add('unknown-function', joinPath('custom.functions', name), `the app declares no function ${name}, so this has no effect`, 'correct the name, or remove it')
    }
  }
  const sets = [...together].map(names => names.flatMap(name => byName.get(name) ?? []))
  for (const set of [...sets, ...[...byName.values()].map(role => [role])]) lintTogether(set, found)
  return found.sort((one, other) => compareText(`${one.role} ${one.path}`, `${other.role} ${other.path}`))
}

function lintAction (role: Named, meaning: Meaning, table: FilterableTable | undefined, add: Add): void {
  const { action, fields, filter } = meaning
  const path = joinPath('data', meaning.table)
  const at = `${path}.${action}`
  if (table === undefined) return add('unknown-table', path, `the app declares no table ${meaning.table}, so this has no effect`, 'correct the name, or remove it')
  // `{}` means the same as no filter, but its author may have intended otherwise.
  const written = role.permissions.data?.[table.name]?.[action]?.filter
  const condition = parse(written, table, message => { add('broken-filter', `${at}.filter`, `the filter does not fit the table, so this allows nothing: ${message}`, 'correct the filter') })
  if (condition === undefined) return
  const constant = condition === null ? true : constantOf(condition, table)
  const unfiltered = constant === true

  if (condition !== null) lintConstant(role, condition, table, `${at}.filter`, add)
  if (role.isGuest && unfiltered && action !== 'create') {
    add('guest-unfiltered', at, `a request without a token can ${action} every record of ${table.name}${action === 'delete' ? '' : `, ${fields === null ? 'with all fields, including future ones' : `but only the fields ${fields.join(', ')}`}`}`, 'add a filter for the records that everyone may access, or remove the permission')
  }
  if (privileged.includes(table.name) && (action === 'create' || action === 'update')) {
    add('privilege', at, `permission to ${action} ${table.name} can be used to gain more permissions, up to full access`, 'leave this to a role with full access')
  } else if (action === 'update' && table.name === 'Users') {
    lintUserUpdate(meaning, unfiltered, at, add)
  }
  if (action === 'read' && fields !== null && filter !== null) lintHiddenFields(fields, filter, at, add)
}

/** Returns `null` without a filter, `undefined` for one that does not fit. */
function parse (filter: unknown, table: FilterableTable, refuse: (message: string) => void): Condition | null | undefined {
  if (filter === undefined) return null
  try {
    return parseFilter(filter, table).condition
  } catch (error) {
    refuse((error as Error).message)
    return undefined
  }
}

function lintConstant ({ isGuest, name }: Named, condition: Condition, table: FilterableTable, path: string, add: Add): void {
  const constant = constantOf(condition, table)
  if (constant === true) add('always-true', path, 'the filter admits every record, or every record where the field has a value', 'remove the filter if that is intended; otherwise name the value that the records must have')
  else if (constant === false) add('never-true', path, 'the filter admits no record, so this allows nothing (an empty OR is never true)', 'add conditions, or set allow to false')
  else if (isGuest && constantOf(condition, table, {}) === false) {
    add('guest-variable', path, `the filter uses a variable that has no value for requests without a token, so ${name} gets no records`, 'compare with a fixed value, or move the permission to a role for signed-in users')
  }
}

function lintUserUpdate ({ fields, filter }: Meaning, unfiltered: boolean, at: string, add: Add): void {
  if (unfiltered) {
    add('unfiltered-update', at, 'everyone with this role can update every user', 'add the filter { "id": { "equals": "__loggedInUserId" } }, or one that selects the users they may update')
  }
  const open = fields === null ? identifying : fields.filter(field => identifying.includes(field))
  // A new role has this filter and no list of fields by default, which is not a mistake.
  if (open.length === 0 || (fields === null && ofOneself.includes(filterText(filter)))) return
  add('identity-fields', fields === null ? at : `${at}.fields`, `it includes ${open.map(field => `Users.${field}`).join(' and ')}: ${meaningOfFields(open)}`, `list the fields that may be updated under fields, without ${open.join(' and ')}`)
}

function meaningOfFields (fields: readonly string[]): string {
  return [
    ...(fields.includes('email') ? ['changing a user\'s email determines who signs in as that user, and locks out the previous owner'] : []),
    ...(fields.includes('roles') ? ['users who can change roles can assign any role to themselves'] : [])
  ].join('; ')
}

function lintHiddenFields (fields: readonly string[], filter: unknown, at: string, add: Add): void {
  const hidden = fieldsIn(filter, isAboutOneself).filter(field => !fields.includes(field))
  if (hidden.length === 0) return
  add('hidden-field', `${at}.filter`, `the filter uses ${hidden.join(', ')}, which the role cannot read: seeing a record reveals the value`, `add ${hidden.join(', ')} to fields if that is acceptable, or filter by another field`)
}

/** Conditions that only compare with the current user reveal no more than that a record is theirs. */
function isAboutOneself (value: unknown): boolean {
  if (typeof value === 'string') return value.startsWith('__')
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).every(([key, inner]) => key === 'is_self' || key === 'not_self' || isAboutOneself(inner))
}

/** If the field that a filter uses can be set freely in every record, the filter protects nothing. */
function lintTogether (roles: readonly Named[], found: LintFinding[]): void {
  if (roles.some(({ everything }) => everything)) return
  const allowed = roles.flatMap(role => [...role.data.values()].map(meaning => ({ role, ...meaning })))
  for (const update of allowed.filter(({ action, filter }) => action === 'update' && filter === null)) {
    for (const { role: { name }, table, action, filter } of allowed) {
      if (table !== update.table || filter === null || action === 'create') continue
      const settable = fieldsIn(filter).filter(field => update.fields === null || update.fields.includes(field))
      const path = `${joinPath('data', table)}.${action}.filter`
      if (settable.length === 0 || found.some(finding => finding.rule === 'roles-together' && finding.role === name && finding.path === path)) continue
      const whose = update.role.name === name ? 'the same role' : `the role ${update.role.name}, which some user also has,`
      found.push({
        rule: 'roles-together',
        role: name,
        path,
        why: `the filter uses ${settable.join(', ')}, which ${whose} can update in every record of ${table}: together they can ${action} any of them`,
        remedy: `remove ${settable.join(', ')} from the fields that ${update.role.name} can update, or add a filter to that permission`
      })
    }
  }
}

/** The names of the fields and relations that a filter uses. */
function fieldsIn (filter: unknown, except: (condition: unknown) => boolean = () => false): string[] {
  const found = Object.entries(filter as object).flatMap(([key, value]) => {
    if (key === 'AND' || key === 'OR') return (value as unknown[]).flatMap(part => fieldsIn(part, except))
    return except(value) ? [] : [key]
  })
  return [...new Set(found)]
}

function compareText (one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}
