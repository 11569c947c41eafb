import { withhold } from '@latchkey/identity-provider'

/** How deep causes are told. */
const deepest = 5

/**
 * What a lower-level error says, for the log: the messages and codes of its chain of causes, without what was sent to
 * the provider and without the answers that libraries hang on their errors.
 *
 * @param secrets what was sent and may be repeated by the provider
 */
export function describeFailure (error: unknown, secrets: readonly (string | undefined)[]): Error {
  const said: string[] = []
  let current: unknown = error
  while (current instanceof Error && said.length < deepest) {
    said.push(describe(current))
    // A parser repeats what it could not read.
    current = current.cause instanceof SyntaxError ? undefined : current.cause
  }
  return new Error(withhold(said.length > 0 ? said.join(': ') : 'something that is no error was thrown', secrets))
}

function describe (error: Error): string {
  const { code, status, error: oauthError, error_description: description } = error as { code?: unknown, status?: unknown, error?: unknown, error_description?: unknown }
  const details = [code, status, oauthError, description].filter(detail => typeof detail === 'string' || typeof detail === 'number')
  return details.length > 0 ? `${error.message} (${details.join(', ')})` : error.message
}
