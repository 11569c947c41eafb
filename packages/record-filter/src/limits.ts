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
