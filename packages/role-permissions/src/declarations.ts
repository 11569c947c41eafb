import type { FilterableTable } from '@latchkey/record-filter'
import { ROLE_PERMISSIONS_ERR_TABLE_DECLARED } from './errors.js'

/** What permissions may speak of. */
export interface Declarations {
  readonly tables: ReadonlyMap<string, FilterableTable>
  readonly functions: ReadonlySet<string>
  /** The fields that a permission of this table may name. */
  fieldsOf (table: FilterableTable): readonly string[]
}

/** Before anything is declared, permissions are checked for their shape only. */
export const nothingDeclared: Declarations = Object.freeze({ tables: new Map(), functions: new Set<string>(), fieldsOf: () => [] })

/** What is opened, by the tables of it: all that leaves this package of a declaration. */
const opened = new WeakMap<Declarations['tables'], Declarations>()

/** All of the declarations whose tables these are. */
export function declarationsOf (tables: Declarations['tables']): Declarations {
  return opened.get(tables) ?? nothingDeclared
}

export interface OpenDeclarations extends Declarations {
  declareTable (table: FilterableTable, otherFields: readonly string[]): void
  declareFunction (name: string): void
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
  const declarations: OpenDeclarations = {
    tables,
    functions,
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
    }
  }
  opened.set(tables, declarations)
  return declarations
}
