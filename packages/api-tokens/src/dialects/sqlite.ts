import type { Violation } from './index.js'

/** Reads the message, the one thing in which the drivers for SQLite agree. */
export function violationOf (error: unknown): Violation | null {
  const message = error instanceof Error ? error.message : ''
  if (message.includes('FOREIGN KEY constraint failed')) return 'reference'
  return message.includes('UNIQUE constraint failed: latchkey_api_tokens.name') ? 'name' : null
}
