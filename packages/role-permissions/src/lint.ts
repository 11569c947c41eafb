import { parseFilter, type Condition, type FilterableTable } from '@latchkey/record-filter'
import { constantOf } from './filter-constant.js'
import { joinPath } from './invalid-permissions.js'
import { filterText, meaningOf, type Meaning, type RoleMeaning } from './role-meaning.js'
import type { RoleDefinition } from './role-definitions.js'

/** What a finding is about: a closed list, by which a finding can be looked up. */
export type LintRule =
  | 'guest-everything' | 'guest-unfiltered' | 'guest-variable' | 'unfiltered-update' | 'identity-fields' | 'hidden-field'
  | 'always-true' | 'never-true' | 'privilege' | 'roles-together' | 'unknown-function' | 'unknown-table' | 'broken-filter'

/** Something in a role that opens more, or less, than it looks. */
export interface LintFinding {
  readonly rule: LintRule
  readonly role: string
  /** Where in the role's permissions; empty for all of them. */
  readonly path: string
  readonly why: string
  readonly remedy: string
}

export interface LintSubject {
  readonly roles: Iterable<RoleDefinition & { readonly builtin?: 'administrator' | 'guest' | null }>
  /** What permissions may speak of, as `rolePermissions` has it declared. */
  readonly tables: ReadonlyMap<string, FilterableTable>
  readonly functions: ReadonlySet<string>
  /** Names of roles that somebody has together, each set once. */
  readonly together?: Iterable<readonly string[]>
}

/** Whoever writes these gives roles away, or changes who may sign in. */
const privileged = ['Roles', 'ApiTokens', 'AuthenticationProfiles']
/** What decides who somebody is and what they may do. */
const identifying = ['email', 'roles']
const ofOneself: readonly string[] = [{ id: { equals: '__loggedInUserId' } }, { id: { is_self: true } }].map(filterText)

type Named = RoleMeaning & Pick<RoleDefinition, 'name' | 'permissions'> & { readonly isGuest: boolean }
type Add = (rule: LintRule, path: string, why: string, remedy: string) => void

/**
 * Looks for permissions that open more than they look. It judges what is written, not what records there are.
 *
 * Not among them: a field that one role gives without a filter and records that another gives. They do not combine, since a
 * role gives its fields only of the records that its own filter admits.
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
      if (role.isGuest) add('guest-everything', 'all', `${role.name} is whoever sends no token: everybody may do everything`, 'take "all" away, and allow single tables and fields')
      continue
    }
    for (const meaning of role.data.values()) lintAction(role, meaning, tables.get(meaning.table), add)
    for (const name of role.functions) {
      if (!functions.has(name)) add('unknown-function', joinPath('custom.functions', name), `nothing in the app declares the function ${name}, so that this allows nothing`, 'correct the name, or take it out')
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
  if (table === undefined) return add('unknown-table', path, `nothing in the app declares the table ${meaning.table}, so that this allows nothing`, 'correct the name, or take it out')
  // The meaning of `{}` is that of no filter, but whoever wrote it may have thought of another one.
  const written = role.permissions.data?.[table.name]?.[action]?.filter
  const condition = parse(written, table, message => { add('broken-filter', `${at}.filter`, `it does not fit the table, so that this allows nothing: ${message}`, 'correct the filter') })
  if (condition === undefined) return
  const constant = condition === null ? true : constantOf(condition, table)
  const unfiltered = constant === true

  if (condition !== null) lintConstant(role, condition, table, `${at}.filter`, add)
  if (role.isGuest && unfiltered && action !== 'create') {
    add('guest-unfiltered', at, `whoever sends no token may ${action} every record of ${table.name}${action === 'delete' ? '' : `, ${fields === null ? 'with all of its fields, those to come included' : `its ${fields.join(', ')}`}`}`, 'add a filter that chooses the records meant for everybody, or take it away')
  }
  if (privileged.includes(table.name) && (action === 'create' || action === 'update')) {
    add('privilege', at, `who may ${action} ${table.name} can come to more than this role gives, as far as to everything`, 'leave this to a role that may do everything')
  } else if (action === 'update' && table.name === 'Users') {
    lintUserUpdate(meaning, unfiltered, at, add)
  }
  if (action === 'read' && fields !== null && filter !== null) lintHiddenFields(fields, filter, at, add)
}

/** Gives `null` for no filter, `undefined` for one that does not fit. */
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
  if (constant === true) add('always-true', path, 'it admits every record that there is, or every one that has the value at all', 'leave the filter out if that is meant; otherwise name the value that the records must have')
  else if (constant === false) add('never-true', path, 'it admits no record, so that this allows nothing (an empty OR is never true)', 'give the conditions, or set allow to false')
  else if (isGuest && constantOf(condition, table, {}) === false) {
    add('guest-variable', path, `it compares with a variable, and whoever sends no token has none: ${name} gets no record by it`, 'compare with a fixed value, or move the rule to a role for those who are signed in')
  }
}

function lintUserUpdate ({ fields, filter }: Meaning, unfiltered: boolean, at: string, add: Add): void {
  if (unfiltered) {
    add('unfiltered-update', at, 'everybody with this role may change every user', 'add the filter { "id": { "equals": "__loggedInUserId" } }, or one that chooses whose records are theirs to change')
  }
  const open = fields === null ? identifying : fields.filter(field => identifying.includes(field))
  // A new role has this filter and no list of fields; it is no mistake of whoever made it.
  if (open.length === 0 || (fields === null && ofOneself.includes(filterText(filter)))) return
  add('identity-fields', fields === null ? at : `${at}.fields`, `it covers ${open.map(field => `Users.${field}`).join(' and ')}: ${meaningOfFields(open)}`, `name the fields to change under fields, without ${open.join(' and ')}`)
}

function meaningOfFields (fields: readonly string[]): string {
  return [
    ...(fields.includes('email') ? ['who changes the email of a user decides who signs in as that user, and locks out who did before'] : []),
    ...(fields.includes('roles') ? ['who changes roles may give them to themselves'] : [])
  ].join('; ')
}

function lintHiddenFields (fields: readonly string[], filter: unknown, at: string, add: Add): void {
  const hidden = fieldsIn(filter, isAboutOneself).filter(field => !fields.includes(field))
  if (hidden.length === 0) return
  add('hidden-field', `${at}.filter`, `it chooses by ${hidden.join(', ')}, which the role may not read: that a record is there tells the value`, `add ${hidden.join(', ')} to fields if it may be known, or choose by another field`)
}

/** A condition that compares with the asking user alone tells of a record only that it is theirs. */
function isAboutOneself (value: unknown): boolean {
  if (typeof value === 'string') return value.startsWith('__')
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).every(([key, inner]) => key === 'is_self' || key === 'not_self' || isAboutOneself(inner))
}

/** Who may put any value into a field that another rule chooses by moves every record under that rule. */
function lintTogether (roles: readonly Named[], found: LintFinding[]): void {
  if (roles.some(({ everything }) => everything)) return
  const allowed = roles.flatMap(role => [...role.data.values()].map(meaning => ({ role, ...meaning })))
  for (const update of allowed.filter(({ action, filter }) => action === 'update' && filter === null)) {
    for (const { role: { name }, table, action, filter } of allowed) {
      if (table !== update.table || filter === null || action === 'create') continue
      const settable = fieldsIn(filter).filter(field => update.fields === null || update.fields.includes(field))
      const path = `${joinPath('data', table)}.${action}.filter`
      if (settable.length === 0 || found.some(finding => finding.rule === 'roles-together' && finding.role === name && finding.path === path)) continue
      const whose = update.role.name === name ? 'the same role' : `the role ${update.role.name}, which somebody has beside it,`
      found.push({
        rule: 'roles-together',
        role: name,
        path,
        why: `it chooses by ${settable.join(', ')}, which ${whose} may change in every record of ${table}: together they ${action} any of them`,
        remedy: `take ${settable.join(', ')} out of what ${update.role.name} may update, or give that update a filter`
      })
    }
  }
}

/** The fields and relations of the table that a filter speaks of, by name. */
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
