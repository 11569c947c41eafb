/** Actions on records of a table. */
export type Action = 'create' | 'read' | 'update' | 'delete'
export const actions: readonly Action[] = Object.freeze(['create', 'read', 'update', 'delete'])

/** A table, or a named function, whose only action is `call`. */
export type Resource =
  | { readonly table: string }
  | { readonly function: string }

/** A role's permissions, as stored and edited. Everything else is denied. */
export interface RolePermissions {
  /** `true`: full access to every present and future table and function. Excludes the other members. */
  readonly all?: boolean
  /** By table name. */
  readonly data?: Readonly<Record<string, TablePermissions>>
  readonly custom?: {
    /** By function name. */
    readonly functions?: Readonly<Record<string, { readonly allow: boolean }>>
    /** Stored for clients that read it; not used here. */
    readonly settings?: Readonly<Record<string, { readonly allow: boolean }>>
    /** Stored for clients that read it; not used here. */
    readonly users?: Readonly<Record<string, { readonly allow: boolean }>>
  }
}

export type TablePermissions = Readonly<Partial<Record<Action, ActionPermission>>>

export interface ActionPermission {
  readonly allow: boolean
  /** The fields that are `true`. If omitted, all. */
  readonly fields?: Readonly<Record<string, boolean>>
  /** A filter of `@latchkey/record-filter` for the records. If omitted, all. */
  readonly filter?: unknown
}

export interface Role {
  readonly id: string
  readonly name: string
  readonly description: string | null
  /** Set for the two roles that always exist. */
  readonly builtin: 'administrator' | 'guest' | null
  readonly permissions: RolePermissions
  readonly createdAt: string
  readonly updatedAt: string
}

/** Full access. */
export const everything: RolePermissions = Object.freeze({ all: true })

/** Whether a role has full access to every present and future table and function. */
export function mayDoEverything ({ permissions }: Role): boolean {
  return permissions.all === true
}
