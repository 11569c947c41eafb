import type { ColumnType } from './filterable-table.js'

/** The basic comparisons. A negative operator is the opposite of one of these. */
export type Comparison = 'equals' | 'in' | 'gt' | 'gte' | 'lt' | 'lte' | 'contains' | 'starts_with' | 'ends_with' | 'is_empty'

export interface Operator {
  /** `is_self` means `equals` with the signed-in user's ID. */
  readonly comparison: Comparison | 'is_self'
  readonly negated: boolean
  /** The column types it works on. */
  readonly types: readonly ColumnType[]
  /** The operand: a value, a value or null, a list of those, or true or false. */
  readonly takes: 'value' | 'nullable' | 'list' | 'flag'
}

const every: readonly ColumnType[] = ['id', 'string', 'number', 'boolean', 'date']
const ordered: readonly ColumnType[] = ['id', 'string', 'number', 'date']
const text: readonly ColumnType[] = ['id', 'string']

function operator (comparison: Operator['comparison'], negated: boolean, types: readonly ColumnType[], takes: Operator['takes']): Operator {
  return Object.freeze({ comparison, negated, types, takes })
}

/** All operators except `relative`. */
export const operators: ReadonlyMap<string, Operator> = new Map([
  ['equals', operator('equals', false, every, 'nullable')],
  ['not_equals', operator('equals', true, every, 'nullable')],
  ['in', operator('in', false, every, 'list')],
  ['not_in', operator('in', true, every, 'list')],
  ['gt', operator('gt', false, ordered, 'value')],
  ['gte', operator('gte', false, ordered, 'value')],
  ['lt', operator('lt', false, ordered, 'value')],
  ['lte', operator('lte', false, ordered, 'value')],
  ['contains', operator('contains', false, text, 'value')],
  ['not_contains', operator('contains', true, text, 'value')],
  ['starts_with', operator('starts_with', false, text, 'value')],
  ['not_starts_with', operator('starts_with', true, text, 'value')],
  ['ends_with', operator('ends_with', false, text, 'value')],
  ['not_ends_with', operator('ends_with', true, text, 'value')],
  ['is_empty', operator('is_empty', false, every, 'flag')],
  ['is_not_empty', operator('is_empty', true, every, 'flag')],
  ['is_self', operator('is_self', false, ['id'], 'flag')],
  ['not_self', operator('is_self', true, ['id'], 'flag')]
])

/** Compares with a time relative to now. Has its own comparisons. */
export const RELATIVE = 'relative'

/** Whether a column type supports `relative`. */
export function knowsRelative (type: ColumnType): boolean {
  return type === 'date'
}

/** The operators of a column type. All others are refused. */
export function operatorsOf (type: ColumnType): string[] {
  return [...[...operators].filter(([, { types }]) => types.includes(type)).map(([name]) => name), ...knowsRelative(type) ? [RELATIVE] : []]
}
