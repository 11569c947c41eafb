import type { FilterableTable } from '@latchkey/record-filter'
import { ROLE_PERMISSIONS_ERR_TABLE_DECLARED } from './errors.js'

/** Where the users are, whose ids roles are given to, by SQL name. */
export interface UsersTable {
  readonly table: string
  /** The column of their ids. */
  readonly id: string
}

/** What permissions may speak of, and who the users are. */
export interface Declarations {
  readonly tables: ReadonlyMap<string, FilterableTable>
  readonly functions: ReadonlySet<string>
  /** `null` where nobody says. */
  readonly users: UsersTable | null
  /** The fields that a permission of this table may name. */
  fieldsOf (table: FilterableTable): readonly string[]
}

/** Before anything is declared, permissions are checked for their shape only. */
export const nothingDeclared: Declarations = Object.freeze({ tables: new Map(), functions: new Set<string>(), users: null, fieldsOf: () => [] })

/** What is opened, by the tables of it: all that leaves this package of a declaration. */
const opened = new WeakMap<Declarations['tables'], Declarations>()

/** All of the declarations whose tables these are. */
export function declarationsOf (tables: Declarations['tables']): Declarations {
  return opened.get(tables) ?? nothingDeclared
}

export interface OpenDeclarations extends Declarations {
  declareTable (table: FilterableTable, otherFields: readonly string[]): void
  declareFunction (name: string): void
  declareUsers (users: UsersTable): void
}

/**
 * Collects what the parts of the app declare.
 *
 * @param onChange told after each new declaration, since compiled permissions are out of date then
 */
export function openDeclarations (onChange: () => void): OpenDeclarations {
  const tables = new Map<string, FilterableTable>()
  const otherFieldsOf = new Map<string, readonly string[]>()
  const functions = new Set<string>()
  let users: UsersTable | null = null
  const declarations: OpenDeclarations = {
    tables,
    functions,
    get users () { return users },
    fieldsOf: ({ name, fields, relations }) => [...Object.keys(fields), ...Object.keys(relations ?? {}), ...otherFieldsOf.get(name) ?? []],
    declareTable: (table, otherFields) => {
      const declared = tables.get(table.name)
      if (declared === table) return
      if (declared !== undefined) throw new ROLE_PERMISSIONS_ERR_TABLE_DECLARED(table.name)
      tables.set(table.name, table)
      otherFieldsOf.set(table.name, [...otherFields])
      onChange()
    },
    declareFunction: name => {
      if (functions.has(name)) return
      functions.add(name)
      onChange()
    },
    declareUsers: ({ table, id }) => {
      if (users !== null && (users.table !== table || users.id !== id)) throw new ROLE_PERMISSIONS_ERR_TABLE_DECLARED('the users')
      users = Object.freeze({ table, id })
    }
  }
  opened.set(tables, declarations)
  return declarations
}
