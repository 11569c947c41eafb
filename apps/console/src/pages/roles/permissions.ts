// The permissions of a role, in the format of docs/permissions.md, and how the editor changes them.

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

/** The kinds of permissions that are granted by name. */
export type CustomKind = 'functions' | 'settings' | 'users'

/** The records of a table for which an action is allowed; `some` means those that match a filter. */
export type Extent = 'all' | 'none' | 'some'

export function extentOf (permissions: Permissions, table: string, action: Action): Extent {
  if (permissions.all === true) return 'all'
  const permission = permissions.data?.[table]?.[action]
  if (permission?.allow !== true) return 'none'
  return permission.filter === undefined || Object.keys(permission.filter).length === 0 ? 'all' : 'some'
}

/** Sets the permission for one action on a table, or removes it if `permission` is null. */
export function withPermission (permissions: Permissions, table: string, action: Action, permission: Permission | null): Permissions {
  const { [action]: _before, ...others } = permissions.data?.[table] ?? {}
  const ofTable = permission === null ? others : { ...others, [action]: permission }
  const { [table]: _table, ...tables } = permissions.data ?? {}
  return { ...permissions, data: Object.keys(ofTable).length === 0 ? tables : { ...tables, [table]: ofTable } }
}

/** Grants or removes a permission by name. */
export function withCustom (permissions: Permissions, kind: CustomKind, name: string, allow: boolean): Permissions {
  const { [name]: _before, ...others } = permissions.custom?.[kind] ?? {}
  return { ...permissions, custom: { ...permissions.custom, [kind]: allow ? { ...others, [name]: { allow } } : others } }
}

/** A one-line summary of a role's permissions. */
export function summaryOf (stored: unknown): string {
  if (stored == null) return 'No permission to view'
  const permissions = stored as Permissions
  if (permissions.all === true) return 'Full access'
  const tables = Object.keys(permissions.data ?? {}).filter(table => actions.some(action => extentOf(permissions, table, action) !== 'none'))
  const allowedOf = (kind: CustomKind) => Object.entries(permissions.custom?.[kind] ?? {}).flatMap(([name, { allow }]) => allow ? [name] : [])
  const functions = allowedOf('functions')
  const apps = [...allowedOf('settings'), ...allowedOf('users')]
  const parts = [
    ...tables.length === 0 ? [] : [`Tables: ${tables.join(', ')}`],
    ...functions.length === 0 ? [] : [`Functions: ${functions.join(', ')}`],
    ...apps.length === 0 ? [] : [`Apps: ${apps.join(', ')}`]
  ]
  return parts.length === 0 ? 'None' : parts.join('. ')
}
