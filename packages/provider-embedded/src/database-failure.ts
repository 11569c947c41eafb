import type { ProviderLog } from '@latchkey/identity-provider'
import { errors } from 'oidc-provider'

/** In how many seconds clients may try again: it takes a database some to come back. */
export const AWAY_SECONDS = 5

/**
 * The database did not do what it was asked. To OAuth clients it is `temporarily_unavailable` (RFC 6749 §4.1.2.1),
 * to browsers a page with status 503; neither says why, which the log does.
 */
export class DatabaseFailure extends errors.TemporarilyUnavailable {
  override readonly cause: Error
  constructor (cause: Error) {
    super('the sign-in service is not available at the moment')
    this.cause = cause
    this.status = this.statusCode = 503
  }
}

/** Does something in the database; whatever goes wrong there is logged once, and thrown as `DatabaseFailure`. */
export type Guard = <Result>(work: () => Promise<Result>) => Promise<Result>

export function createGuard (log: ProviderLog): Guard {
  return async work => {
    try {
      return await work()
    } catch (error) {
      // What the OpenID provider's own errors say is meant for its clients.
      if (error instanceof errors.OIDCProviderError) throw error
      const failure = new DatabaseFailure(describe(error))
      log.error({ err: failure.cause }, 'The database did not do what it was asked')
      throw failure
    }
  }
}

/** The same store, all of whose methods do what they do in the database. */
export function guarded<Store extends object> (guard: Guard, store: Store): Store {
  const methods = Object.entries(store) as [string, (...parameters: unknown[]) => Promise<unknown>][]
  return Object.fromEntries(methods.map(([name, method]) => [name, async (...parameters: unknown[]) => await guard(() => method(...parameters))])) as Store
}

/** The message and code of a database's error, without the details that drivers hang on it: they hold what was stored. */
function describe (error: unknown): Error {
  const { message = '', code, errors: each = [] } = error as { message?: string, code?: unknown, errors?: readonly Error[] }
  // A host name with several addresses fails with one error for each of them.
  const said = [message, ...each.map(one => one.message)].filter(text => text !== '').join(', ')
  return new Error(code === undefined ? said : `${said} (${String(code)})`)
}
