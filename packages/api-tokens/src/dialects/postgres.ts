import type { Violation } from './index.js'

const UNIQUE_VIOLATION = '23505'
const FOREIGN_KEY_VIOLATION = '23503'

interface DatabaseError {
  readonly code?: unknown
  /** The name in pg and PGlite. */
  readonly constraint?: string
  /** The name in postgres.js. */
  readonly constraint_name?: string
}

export function violationOf (error: unknown): Violation | null {
  const { code, constraint, constraint_name: name = constraint } = (error ?? {}) as DatabaseError
  if (code === FOREIGN_KEY_VIOLATION) return 'reference'
  return code === UNIQUE_VIOLATION && name === 'latchkey_api_tokens_name' ? 'name' : null
}
