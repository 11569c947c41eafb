// What the permissions of a role say, as docs/permissions.md has them, and how the editor changes them.

export const actions = ['create', 'read', 'update', 'delete'] as const
export type Action = typeof actions[number]

export interface Permission {
  allow: boolean
  fields?: Record<string, boolean>
  filter?: Record<string, unknown>
}

export interface Permissions {
  all?: true
  data?: Record<string, Partial<Record<Action, Permission>>>
  custom?: Partial<Record<CustomKind, Record<string, { allow: boolean }>>>
}

/** What of an app is allowed by its name: to call a function, or to administer something. */
export type CustomKind = 'functions' | 'settings' | 'users'

/** How many records of a table an action is allowed for. */
export type Extent = 'all' | 'none' | 'some'

export function extentOf (permissions: Permissions, table: string, action: Action): Extent {
  if (permissions.all === true) return 'all'
  const permission = permissions.data?.[table]?.[action]
  if (permission?.allow !== true) return 'none'
  return permission.filter === undefined || Object.keys(permission.filter).length === 0 ? 'all' : 'some'
}

/** The permissions with another permission in one place; without one, the place is gone. */
export function withPermission (permissions: Permissions, table: string, action: Action, permission: Permission | null): Permissions {
  const { [action]: _before, ...others } = permissions.data?.[table] ?? {}
  const ofTable = permission === null ? others : { ...others, [action]: permission }
  const { [table]: _table, ...tables } = permissions.data ?? {}
  return { ...permissions, data: Object.keys(ofTable).length === 0 ? tables : { ...tables, [table]: ofTable } }
}

/** The permissions with something of the app allowed, or no more. */
export function withCustom (permissions: Permissions, kind: CustomKind, name: string, allow: boolean): Permissions {
  const { [name]: _before, ...others } = permissions.custom?.[kind] ?? {}
  return { ...permissions, custom: { ...permissions.custom, [kind]: allow ? { ...others, [name]: { allow } } : others } }
}

/** One line on what a role may do. */
export function summaryOf (stored: unknown): string {
  if (stored == null) return 'not readable for you'
  const permissions = stored as Permissions
  if (permissions.all === true) return 'everything'
  const tables = Object.keys(permissions.data ?? {}).filter(table => actions.some(action => extentOf(permissions, table, action) !== 'none'))
  const allowedOf = (kind: CustomKind) => Object.entries(permissions.custom?.[kind] ?? {}).flatMap(([name, { allow }]) => allow ? [name] : [])
  const functions = allowedOf('functions')
  const apps = [...allowedOf('settings'), ...allowedOf('users')]
  const parts = [
    ...tables.length === 0 ? [] : [`something with ${tables.join(', ')}`],
    ...functions.length === 0 ? [] : [`${functions.length === 1 ? 'call' : 'call each of'} ${functions.join(', ')}`],
    ...apps.length === 0 ? [] : [`in apps: ${apps.join(', ')}`]
  ]
  return parts.length === 0 ? 'nothing' : parts.join('; ')
}
