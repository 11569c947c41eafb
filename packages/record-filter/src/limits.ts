/** Limits on the size of a filter, checked when it is parsed. */
export interface FilterLimits {
  /** Nesting of filters by `AND`, `OR` and relations. The outermost filter is level 1. */
  readonly depth: number
  /** Operators in the whole filter. An empty filter or group counts as one. */
  readonly conditions: number
  /** Values in one `in` or `not_in`. */
  readonly listSize: number
  /** UTF-16 units in one string. */
  readonly stringLength: number
}

export const defaultLimits: FilterLimits = Object.freeze({ depth: 10, conditions: 100, listSize: 1000, stringLength: 1000 })

/** Fills in defaults, also for limits that are `undefined` or not a number, which would limit nothing. */
export function withDefaults (limits: Partial<FilterLimits>): FilterLimits {
  const set = Object.entries(limits).filter(([, limit]) => typeof limit === 'number' && !Number.isNaN(limit))
  return { ...defaultLimits, ...Object.fromEntries(set) }
}
