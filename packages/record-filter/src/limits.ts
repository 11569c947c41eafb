/** How large a filter may be. What is larger is refused when it is parsed. */
export interface FilterLimits {
  /** Filters inside filters, by `AND`, `OR` and relations; the outermost is level 1. */
  readonly depth: number
  /** Operators in the whole filter; an empty filter or group counts as one. */
  readonly conditions: number
  /** Values in one `in` or `not_in`. */
  readonly listSize: number
  /** UTF-16 units in one string. */
  readonly stringLength: number
}

export const defaultLimits: FilterLimits = Object.freeze({ depth: 10, conditions: 100, listSize: 1000, stringLength: 1000 })

/** The limits with the default in place of each that is left out, or is `undefined` or no number: it would limit nothing. */
export function withDefaults (limits: Partial<FilterLimits>): FilterLimits {
  const set = Object.entries(limits).filter(([, limit]) => typeof limit === 'number' && !Number.isNaN(limit))
  return { ...defaultLimits, ...Object.fromEntries(set) }
}
