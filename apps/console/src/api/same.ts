/** Whether two JSON values are equal. The order of fields counts. */
export function same (one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
