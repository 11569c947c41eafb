/** What can be done with records of a table. */
export type Action = 'create' | 'read' | 'update' | 'delete'
export const actions: readonly Action[] = ['create', 'read', 'update', 'delete']

/** What an action is asked about: a table, or a named function (whose only action is to be called). */
export type Resource =
  | { readonly table: string }
  | { readonly function: string }

/** A role's permissions, as stored and edited. What is not mentioned is denied. */
export interface RolePermissions {
  readonly data?: Readonly<Record<string, TablePermissions>>
  readonly custom?: {
    readonly functions?: Readonly<Record<string, { readonly allow: boolean }>>
    readonly settings?: Readonly<Record<string, { readonly allow: boolean }>>
    readonly users?: Readonly<Record<string, { readonly allow: boolean }>>
  }
}

export type TablePermissions = Readonly<Partial<Record<Action, ActionPermission>>>

export interface ActionPermission {
  readonly allow: boolean
  /** Which fields; left out: all. */
  readonly fields?: Readonly<Record<string, boolean>>
  /** Which records; left out: all. */
  readonly filter?: unknown
}

export interface Role {
  readonly id: string
  readonly name: string
  readonly description: string | null
  /** The two roles that always exist. */
  readonly builtin: 'administrator' | 'guest' | null
  readonly permissions: RolePermissions
  readonly createdAt: string
  readonly updatedAt: string
}
