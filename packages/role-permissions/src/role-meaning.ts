import { actions, type Action, type ActionPermission } from './permissions.js'
import { sortKeys, type RoleDefinition } from './role-definitions.js'

/** What a role allows of a table's records by one action. */
export interface Meaning {
  readonly table: string
  readonly action: Action
  /** By name; `null`: all. */
  readonly fields: readonly string[] | null
  /** As it stands in the permissions; `null`: every record. */
  readonly filter: unknown
}

/** What a role allows, whichever way it is written: two roles that mean the same compare as equal. */
export interface RoleMeaning {
  readonly everything: boolean
  /** By `<action> <table>`, in the order of tables and actions. */
  readonly data: ReadonlyMap<string, Meaning>
  readonly functions: ReadonlySet<string>
  /** `custom.settings` and `custom.users`, as `settings.<name>`. */
  readonly others: ReadonlySet<string>
}

type Named<Value> = Readonly<Record<string, Value>>

export function meaningOf ({ permissions }: RoleDefinition): RoleMeaning {
  const { functions = {}, settings = {}, users = {} } = permissions.custom ?? {}
  const data = byName(permissions.data ?? {}).flatMap(([table, allowed]) => actions.flatMap(action => {
    const permission = allowed[action]
    return permission?.allow === true ? [[`${action} ${table}`, meaningOfAction(table, action, permission)] as const] : []
  }))
  return {
    everything: permissions.all === true,
    data: new Map(data),
    functions: new Set(allowedNames(functions)),
    others: new Set([...allowedNames(settings).map(name => `settings.${name}`), ...allowedNames(users).map(name => `users.${name}`)])
  }
}

/** One text for all ways to write a filter that differ in order alone. */
export function filterText (filter: unknown): string {
  return JSON.stringify(sortLists(sortKeys(filter)))
}

function meaningOfAction (table: string, action: Action, { fields, filter }: ActionPermission): Meaning {
  const admitsAll = filter === undefined || (typeof filter === 'object' && filter !== null && Object.keys(filter).length === 0)
  return {
    table,
    action,
    fields: fields === undefined ? null : byName(fields).filter(([, given]) => given).map(([name]) => name),
    filter: admitsAll ? null : sortKeys(filter)
  }
}

function byName<Value> (named: Named<Value>): [string, Value][] {
  return Object.entries(named).sort(([one], [other]) => one < other ? -1 : 1)
}

function allowedNames (named: Named<{ readonly allow: boolean }>): string[] {
  return byName(named).filter(([, { allow }]) => allow).map(([name]) => name)
}

/** In a filter every list is a set: of conditions, or of values. */
function sortLists (json: unknown): unknown {
  if (Array.isArray(json)) return json.map(sortLists).sort((one, other) => JSON.stringify(one) < JSON.stringify(other) ? -1 : 1)
  if (typeof json !== 'object' || json === null) return json
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, sortLists(value)]))
}
