import type { ColumnType } from './filterable-table.js'
import type { Comparison } from './operators.js'
import type { RelativeDate } from './relative-date.js'
import type { VariableName } from './variables.js'

/** A parsed filter: frozen, independent of the JSON and the table, and safe to keep. */
export interface RecordFilter {
  /** The SQL name of the filter's table. */
  readonly table: string
  readonly condition: Condition
  /** The variables that the filter uses. */
  readonly variables: readonly VariableName[]
  /** Everything that the filter looks at, each table once, its own first. Knowing which records it admits reveals something about these. */
  readonly asks: readonly AskedTable[]
}

/** What a filter looks at in a table, by the names used in permissions. */
export interface AskedTable {
  readonly table: string
  /** The fields and relations that the filter names. Empty if it only checks whether a record exists. */
  readonly fields: readonly string[]
}

export type Condition = Group | Compare | Related

/** All (`and`) or at least one (`or`) of the conditions. */
export interface Group {
  readonly kind: 'and' | 'or'
  readonly conditions: readonly Condition[]
}

export interface Compare {
  readonly kind: 'compare'
  readonly column: string
  readonly type: ColumnType
  readonly comparison: Comparison
  /** A negative operator is the exact opposite of the positive one. */
  readonly negated: boolean
  readonly value: Operand | readonly Operand[]
}

/** A condition on related records: at least one, every one, or none of them meets it. */
export interface Related {
  readonly kind: 'related'
  readonly quantifier: 'some' | 'every' | 'none'
  readonly table: string
  readonly from: string
  readonly to: string
  readonly through: { readonly table: string, readonly from: string, readonly to: string } | null
  readonly condition: Condition
  readonly variables: readonly VariableName[]
}

export type Literal = string | number | boolean | null
export type Operand = Literal | { readonly variable: VariableName } | { readonly relative: RelativeDate }

export function isVariable (operand: Operand): operand is { readonly variable: VariableName } {
  return typeof operand === 'object' && operand !== null && 'variable' in operand
}

export function isRelative (operand: Operand): operand is { readonly relative: RelativeDate } {
  return typeof operand === 'object' && operand !== null && 'relative' in operand
}

/** The variables that a condition uses, without duplicates. */
export function variablesIn (condition: Condition): readonly VariableName[] {
  switch (condition.kind) {
    case 'compare':
      return Object.freeze([...new Set([condition.value].flat().filter(isVariable).map(({ variable }) => variable))])
    case 'related':
      return condition.variables
    default:
      return Object.freeze([...new Set(condition.conditions.flatMap(variablesIn))])
  }
}
