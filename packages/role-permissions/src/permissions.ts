/** What can be done with records of a table. */
export type Action = 'create' | 'read' | 'update' | 'delete'
export const actions: readonly Action[] = Object.freeze(['create', 'read', 'update', 'delete'])

/** What an action is asked about: a table, or a named function (whose only action is to be called). */
export type Resource =
  | { readonly table: string }
  | { readonly function: string }

/** A role's permissions, as stored and edited. What is not mentioned is denied. */
export interface RolePermissions {
  /** `true`: everything, of every table and function there is or will be; then nothing else stands beside it. */
  readonly all?: boolean
  /** By the names of the tables. */
  readonly data?: Readonly<Record<string, TablePermissions>>
  readonly custom?: {
    /** By the names of the functions. */
    readonly functions?: Readonly<Record<string, { readonly allow: boolean }>>
    /** Kept for clients that read them; nothing here asks for them. */
    readonly settings?: Readonly<Record<string, { readonly allow: boolean }>>
    /** Kept for clients that read them; nothing here asks for them. */
    readonly users?: Readonly<Record<string, { readonly allow: boolean }>>
  }
}

export type TablePermissions = Readonly<Partial<Record<Action, ActionPermission>>>

export interface ActionPermission {
  readonly allow: boolean
  /** Which fields: those that are `true`; left out: all. */
  readonly fields?: Readonly<Record<string, boolean>>
  /** Which records: a filter of `@latchkey/record-filter`; left out: all. */
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

/** May do everything. */
export const everything: RolePermissions = Object.freeze({ all: true })

/** Whether a role may do everything, of every table and function there is or will be. */
export function mayDoEverything ({ permissions }: Role): boolean {
  return permissions.all === true
}
