import type { ColumnType } from './filterable-table.js'
import type { Comparison } from './operators.js'
import type { RelativeDate } from './relative-date.js'
import type { VariableName } from './variables.js'

/** A parsed filter: frozen, free of the JSON and of the table that it was read with, and safe to keep. */
export interface RecordFilter {
  /** The SQL name of the table that it is a filter of. */
  readonly table: string
  readonly condition: Condition
  /** The variables that stand anywhere in it. */
  readonly variables: readonly VariableName[]
  /** Everything that it asks, each table once and its own first: whoever learns which records it admits learns of these. */
  readonly asks: readonly AskedTable[]
}

/** What a filter asks of a table's records, by the names of permissions. */
export interface AskedTable {
  readonly table: string
  /** The fields and relations that it names; none, where it asks only whether there is a record. */
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
  /** Every negative operator is the exact contrary of its positive one. */
  readonly negated: boolean
  readonly value: Operand | readonly Operand[]
}

/** A condition on the records of another table: at least one, each, or none of them meets it. */
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

/** The variables that stand anywhere in a condition, each once. */
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
