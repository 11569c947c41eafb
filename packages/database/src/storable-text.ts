/**
 * Whether both databases can store a text unchanged. PostgreSQL refuses NUL. UTF-8 has no lone surrogates: each would be
 * stored as U+FFFD, and two different texts would become the same.
 */
export function isStorableText (value: unknown): value is string {
  return typeof value === 'string' && !value.includes('\0') && !/\p{Surrogate}/u.test(value)
}
