import { actions, type Action, type ActionPermission } from './permissions.js'
import { sortKeys, type RoleDefinition } from './role-definitions.js'

/** What a role allows for one action on a table. */
export interface Meaning {
  readonly table: string
  readonly action: Action
  /** By name; `null`: all. */
  readonly fields: readonly string[] | null
  /** As in the permissions, with sorted keys. `null`: every record. */
  readonly filter: unknown
}

/** What a role allows, in a canonical form: roles with the same meaning compare as equal. */
export interface RoleMeaning {
  readonly everything: boolean
  /** By `<action> <table>`, sorted by table and action. */
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

/** A canonical text: the same for filters that differ only in order. */
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

/** Sorts lists, since every list in a filter is a set of conditions or values. */
function sortLists (json: unknown): unknown {
  if (Array.isArray(json)) return json.map(sortLists).sort((one, other) => JSON.stringify(one) < JSON.stringify(other) ? -1 : 1)
  if (typeof json !== 'object' || json === null) return json
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, sortLists(value)]))
}
