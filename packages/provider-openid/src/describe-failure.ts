import { withhold } from '@latchkey/identity-provider'

/** How many causes of an error are described. */
const deepest = 5

/**
 * Describes a lower-level error for the log: the messages and codes of the error and its causes. It leaves out what was
 * sent to the provider, and the responses that libraries attach to their errors.
 *
 * @param secrets what was sent, which the provider may repeat
 */
export function describeFailure (error: unknown, secrets: readonly (string | undefined)[]): Error {
  const said: string[] = []
  let current: unknown = error
  while (current instanceof Error && said.length < deepest) {
    said.push(describe(current))
    // A parser's message repeats what it could not read.
    current = current.cause instanceof SyntaxError ? undefined : current.cause
  }
  return new Error(withhold(said.length > 0 ? said.join(': ') : 'a value that is not an Error was thrown', secrets))
}

function describe (error: Error): string {
  const { code, status, error: oauthError, error_description: description } = error as { code?: unknown, status?: unknown, error?: unknown, error_description?: unknown }
  const details = [code, status, oauthError, description].filter(detail => typeof detail === 'string' || typeof detail === 'number')
  return details.length > 0 ? `${error.message} (${details.join(', ')})` : error.message
}
