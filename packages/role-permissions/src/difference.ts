import { meaningOf, filterText, type Meaning, type RoleMeaning } from './role-meaning.js'
import type { Action } from './permissions.js'
import type { RoleDefinition } from './role-definitions.js'

/** One difference, as a sentence for reviewers. */
export interface RoleDifference {
  readonly role: string
  /** `new` or `missing`: the role exists in only one of the two. Otherwise how the difference affects what the role allows. */
  readonly kind: 'new' | 'missing' | 'more' | 'less' | 'other'
  readonly text: string
}

const verbs: Readonly<Record<Action, string>> = { create: 'creates', read: 'reads', update: 'updates', delete: 'deletes' }

/**
 * Lists the differences between two sets of roles, matched by name. Roles with the same meaning do not differ, however they
 * are written.
 */
export function difference (before: Iterable<RoleDefinition>, after: Iterable<RoleDefinition>): RoleDifference[] {
  const [old, next] = [byName(before), byName(after)]
  const names = [...new Set([...old.keys(), ...next.keys()])].sort()
  return names.flatMap(name => {
    const [was, is] = [old.get(name), next.get(name)]
    if (was === undefined) return [{ role: name, kind: 'new' as const, text: `new role ${name}: ${summary(is as RoleDefinition)}` }]
    if (is === undefined) return [{ role: name, kind: 'missing' as const, text: `removed role ${name}: ${summary(was)}` }]
    return differenceOfRole(was, is)
  })
}

function byName (roles: Iterable<RoleDefinition>): Map<string, RoleDefinition> {
  return new Map([...roles].map(role => [role.name, role]))
}

function differenceOfRole (before: RoleDefinition, after: RoleDefinition): RoleDifference[] {
  const role = after.name
  const [was, is] = [meaningOf(before), meaningOf(after)]
  const found: RoleDifference[] = []
  const add = (kind: RoleDifference['kind'], text: string): void => { found.push({ role, kind, text: `${role} ${text}` }) }

  // Without a description, the existing one stays.
  if (after.description !== undefined && (before.description ?? null) !== after.description) add('other', `has the description ${JSON.stringify(after.description)} (before: ${JSON.stringify(before.description ?? null)})`)
  if (was.everything !== is.everything) {
    if (is.everything) add('more', `now has full access (before: ${summary(before)})`)
    else add('less', `no longer has full access (now: ${summary(after)})`)
    return found
  }
  for (const question of [...new Set([...was.data.keys(), ...is.data.keys()])].sort()) compareActions(was.data.get(question), is.data.get(question), add)
  compareNames(was.functions, is.functions, ['may now call', 'may no longer call'], add)
  compareNames(was.others, is.others, ['now has', 'no longer has'], add)
  return found
}

type Add = (kind: RoleDifference['kind'], text: string) => void

function compareActions (was: Meaning | undefined, is: Meaning | undefined, add: Add): void {
  if (was === undefined) return add('more', `may now ${sentence(is as Meaning)}`)
  if (is === undefined) return add('less', `may no longer ${sentence({ ...was, filter: null })}`)
  compareFields(was, is, add)
  compareFilters(was, is, add)
}

function compareFields (was: Meaning, is: Meaning, add: Add): void {
  const { action, table } = is
  if (was.fields === null && is.fields === null) return
  if (is.fields === null) return add('more', `${verbs[action]} all fields of ${table} (before: only ${list(was.fields as readonly string[])})`)
  if (was.fields === null) return add('less', `${verbs[action]} only ${list(is.fields)} of ${table} (before: all fields)`)
  const { fields: old } = was
  const { fields: next } = is
  const more = next.filter(field => !old.includes(field))
  const less = old.filter(field => !next.includes(field))
  if (more.length > 0) add('more', `may now ${action} ${ofTable(table, more)}`)
  if (less.length > 0) add('less', `may no longer ${action} ${ofTable(table, less)}`)
}

function compareFilters (was: Meaning, is: Meaning, add: Add): void {
  if (filterText(was.filter) === filterText(is.filter)) return
  const verb = verbs[is.action]
  if (is.filter === null) add('more', `${verb} all ${is.table} (before: only where ${JSON.stringify(was.filter)})`)
  else if (was.filter === null) add('less', `${verb} only ${is.table} where ${JSON.stringify(is.filter)} (before: all)`)
  else add('other', `${verb} ${is.table} where ${JSON.stringify(is.filter)} (before: where ${JSON.stringify(was.filter)})`)
}

function compareNames (was: ReadonlySet<string>, is: ReadonlySet<string>, [now, noLonger]: readonly [string, string], add: Add): void {
  for (const name of is) if (!was.has(name)) add('more', `${now} ${name}`)
  for (const name of was) if (!is.has(name)) add('less', `${noLonger} ${name}`)
}

/** A role's permissions, in one line. */
function summary (role: RoleDefinition): string {
  const { everything, data, functions, others }: RoleMeaning = meaningOf(role)
  if (everything) return 'has full access'
  const parts = [...[...data.values()].map(sentence), ...[...functions].map(name => `call ${name}`), ...[...others].map(name => `have ${name}`)]
  return parts.length === 0 ? 'has no permissions' : `may ${parts.join('; ')}`
}

function sentence ({ action, table, fields, filter }: Meaning): string {
  const what = fields === null ? table : fields.length === 0 ? `no field of ${table}` : ofTable(table, fields)
  return `${action} ${what}${filter === null ? '' : ` where ${JSON.stringify(filter)}`}`
}

function ofTable (table: string, fields: readonly string[]): string {
  return list(fields.map(field => `${table}.${field}`))
}

function list (names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.join(', ')
}
