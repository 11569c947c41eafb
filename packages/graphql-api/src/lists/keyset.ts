import { sql, type RawBuilder, type SqlBool } from 'kysely'
import type { Direction } from './list-arguments.js'

/** One of the columns that a list is sorted by. */
export interface Key {
  /** Text compares by its bytes. */
  readonly expression: RawBuilder<unknown>
  readonly direction: Direction
  /** Whether it may be `null`, which comes last in ascending order and first in descending order. */
  readonly nullable: boolean
}

/** The values of an item in the columns that its list is sorted by. */
export type Position = readonly unknown[]

/** The reverse order. */
export function reversed (keys: readonly Key[]): Key[] {
  return keys.map(key => ({ ...key, direction: key.direction === 'ASC' ? 'DESC' : 'ASC' }))
}

/** The terms for `order by`. */
export function orderBy (keys: readonly Key[]): RawBuilder<unknown> {
  return sql.join(keys.map(({ expression, direction, nullable }) => direction === 'ASC'
    // Omitted if it makes no difference, so that SQLite can use an index.
    ? sql`${expression} asc${nullable ? sql` nulls last` : sql``}`
    : sql`${expression} desc${nullable ? sql` nulls first` : sql``}`))
}

/** The condition that an item comes after a position. Positions are unique, because the last key is unique and never null. */
export function after (keys: readonly Key[], position: Position): RawBuilder<SqlBool> {
  const [first, ...rest] = keys
  if (first === undefined) return sql<SqlBool>`1 = 0`
  const beyond = laterThan(first, position[0])
  if (rest.length === 0) return beyond
  const further = sql<SqlBool>`(${beyond} or (${equals(first, position[0])} and ${after(rest, position.slice(1))}))`
  // Redundant, but lets an index on the column start at the position.
  return first.nullable ? further : sql<SqlBool>`(${first.expression} ${sql.raw(first.direction === 'ASC' ? '>=' : '<=')} ${position[0]} and ${further})`
}

function laterThan ({ expression, direction, nullable }: Key, value: unknown): RawBuilder<SqlBool> {
  if (direction === 'DESC') return value === null ? sql<SqlBool>`${expression} is not null` : sql<SqlBool>`${expression} < ${value}`
  if (value === null) return sql<SqlBool>`1 = 0`
  return nullable ? sql<SqlBool>`(${expression} > ${value} or ${expression} is null)` : sql<SqlBool>`${expression} > ${value}`
}

function equals ({ expression }: Key, value: unknown): RawBuilder<SqlBool> {
  return value === null ? sql<SqlBool>`${expression} is null` : sql<SqlBool>`${expression} = ${value}`
}
