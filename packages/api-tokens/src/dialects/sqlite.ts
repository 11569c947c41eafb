import type { Violation } from './index.js'

/** Uses the message, because it is the only thing that all SQLite drivers have in common. */
export function violationOf (error: unknown): Violation | null {
  const message = error instanceof Error ? error.message : ''
  if (message.includes('FOREIGN KEY constraint failed')) return 'reference'
  return message.includes('UNIQUE constraint failed: latchkey_api_tokens.name') ? 'name' : null
}
