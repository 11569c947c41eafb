import { mistakeInTable, type FilterableTable } from '@latchkey/record-filter'
import { ROLE_PERMISSIONS_ERR_INVALID_DECLARATION, ROLE_PERMISSIONS_ERR_TABLE_DECLARED } from './errors.js'

/** The table of the users that roles are assigned to, by SQL name. */
export interface UsersTable {
  readonly table: string
  /** The column of the user IDs. */
  readonly id: string
}

/** What permissions can refer to, and where the users are stored. */
export interface Declarations {
  readonly tables: ReadonlyMap<string, FilterableTable>
  readonly functions: ReadonlySet<string>
  /** `null` if not declared. */
  readonly users: UsersTable | null
  /** The fields that a permission on this table may name. */
  fieldsOf (table: FilterableTable): readonly string[]
}

/** Before anything is declared, only the shape of permissions is checked. */
export const nothingDeclared: Declarations = Object.freeze({ tables: new Map(), functions: new Set<string>(), users: null, fieldsOf: () => [] })

/** All declarations by their `tables`, which is the only part that other packages see. */
const opened = new WeakMap<Declarations['tables'], Declarations>()

/** Finds the declarations that these tables belong to. */
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
 * @param onChange called after each new declaration, which makes compiled permissions outdated
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
      refuse('declareTable', mistakeInTable(table) ?? (isListOfNames(otherFields) ? undefined : `otherFields of ${table.name} must be a list of names`))
      const declared = tables.get(table.name)
      if (declared === table) return
      if (declared !== undefined) throw new ROLE_PERMISSIONS_ERR_TABLE_DECLARED(table.name)
      tables.set(table.name, table)
      otherFieldsOf.set(table.name, [...otherFields])
      onChange()
    },
    declareFunction: name => {
      refuse('declareFunction', isName(name) ? undefined : 'the name must be a non-empty string')
      if (functions.has(name)) return
      functions.add(name)
      onChange()
    },
    declareUsers: given => {
      const { table, id } = given ?? {}
      refuse('declareUsers', isName(table) && isName(id) ? undefined : 'table and id must be SQL names, for example { table: "users", id: "id" }')
      if (users !== null && (users.table !== table || users.id !== id)) throw new ROLE_PERMISSIONS_ERR_TABLE_DECLARED('the users')
      users = Object.freeze({ table, id })
    }
  }
  opened.set(tables, declarations)
  return declarations
}

/** JavaScript callers can pass anything. Found here, a mistake stops the start instead of a request. */
function refuse (method: string, mistake: string | undefined): void {
  if (mistake !== undefined) throw new ROLE_PERMISSIONS_ERR_INVALID_DECLARATION(`${mistake} (${method})`)
}

function isName (name: unknown): boolean {
  return typeof name === 'string' && name !== ''
}

function isListOfNames (names: unknown): boolean {
  return Array.isArray(names) && names.every(isName)
}
