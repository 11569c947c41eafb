import type { Literal, Operand } from './condition.js'
import { closestName } from './did-you-mean.js'
import type { ColumnType } from './filterable-table.js'
import { invalidFilter } from './invalid-filter.js'
import type { FilterLimits } from './limits.js'
import { isStorableText, isVariableName, variableNames } from './variables.js'

/**
 * Reads a value for a column of this type.
 *
 * @param path its position, for the message
 * @throws RECORD_FILTER_ERR_INVALID
 */
export function readValue (json: unknown, type: ColumnType, path: string, limits: FilterLimits): Operand {
  switch (type) {
    case 'id':
    case 'string':
      return readText(json, path, limits)
    case 'number':
      if (typeof json !== 'number' || !Number.isFinite(json)) throw invalidFilter(path, 'must be a number')
      return json
    case 'boolean':
      return readFlag(json, path)
    case 'date':
      return readDate(json, path)
  }
}

/** @throws RECORD_FILTER_ERR_INVALID */
export function readFlag (json: unknown, path: string): boolean {
  if (typeof json !== 'boolean') throw invalidFilter(path, 'must be true or false')
  return json
}

/** @throws RECORD_FILTER_ERR_INVALID */
export function readList (json: unknown, type: ColumnType, path: string, limits: FilterLimits): readonly Operand[] {
  if (!Array.isArray(json)) throw invalidFilter(path, 'must be a list')
  if (json.length > limits.listSize) throw invalidFilter(path, `has more than ${limits.listSize} values`)
  // Array.from visits holes, which map would skip.
  return Object.freeze(Array.from(json as unknown[], (item, index) => item === null ? null : readValue(item, type, `${path}[${index}]`, limits)))
}

function readText (json: unknown, path: string, limits: FilterLimits): Operand {
  if (typeof json !== 'string') throw invalidFilter(path, 'must be a string')
  if (isVariableName(json)) return Object.freeze({ variable: json })
  if (json.length > limits.stringLength) throw invalidFilter(path, `is longer than ${limits.stringLength} characters`)
  if (!isStorableText(json)) throw invalidFilter(path, 'contains a NUL character or half a surrogate pair')
  const meant = json.startsWith('__') ? closestName(json, variableNames) : undefined
  // As plain text, a misspelt variable would make not_equals admit every record.
  if (meant !== undefined) throw invalidFilter(path, `is not a variable; did you mean ${meant}?`)
  return json
}

const ISO_8601 = /^(\d{4}-\d{2}-\d{2})(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2}))?$/

function readDate (json: unknown, path: string): Literal {
  const day = typeof json === 'string' ? ISO_8601.exec(json)?.[1] : undefined
  const wrong = invalidFilter(path, 'must be an ISO 8601 date, or a time with a time zone: "2024-05-01" or "2024-05-01T12:00:00Z"')
  if (day === undefined || toIso(day)?.startsWith(day) !== true) throw wrong
  const iso = toIso(json as string)
  // Years with more than four digits have another format, which sorts differently.
  if (iso?.length !== '0000-00-00T00:00:00.000Z'.length) throw wrong
  return iso
}

/** Converts to the stored format. The caller compares the result, because JavaScript reads 31 February as 2 March. */
function toIso (date: string): string | undefined {
  const time = new Date(date)
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString()
}
