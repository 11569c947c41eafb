/**
 * Whether both databases keep a text as it is. PostgreSQL refuses NUL, and UTF-8 has no lone
 * surrogates: each would be stored as U+FFFD, so that two different texts would become one.
 */
export function isStorableText (value: unknown): value is string {
  return typeof value === 'string' && !value.includes('\0') && !/\p{Surrogate}/u.test(value)
}
