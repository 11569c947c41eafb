import type { ProviderLog } from '@latchkey/identity-provider'
import { errors } from 'oidc-provider'

/** The `Retry-After` while the database is unavailable, in seconds. */
export const AWAY_SECONDS = 5

/**
 * A database operation failed. OAuth clients get `temporarily_unavailable` (RFC 6749 §4.1.2.1), browsers a page with
 * status 503. Only the log gives the reason.
 */
export class DatabaseFailure extends errors.TemporarilyUnavailable {
  override readonly cause: Error
  constructor (cause: Error) {
    super('the sign-in service is temporarily unavailable')
    this.cause = cause
    this.status = this.statusCode = 503
  }
}

/** Runs a database operation. Any error is logged once and thrown as `DatabaseFailure`. */
export type Guard = <Result>(work: () => Promise<Result>) => Promise<Result>

export function createGuard (log: ProviderLog): Guard {
  return async work => {
    try {
      return await work()
    } catch (error) {
      // The OpenID provider's own errors are meant for its clients.
      if (error instanceof errors.OIDCProviderError) throw error
      const failure = new DatabaseFailure(describe(error))
      log.error({ err: failure.cause }, 'A database operation failed')
      throw failure
    }
  }
}

/** The same store with all of its methods run through the guard. */
export function guarded<Store extends object> (guard: Guard, store: Store): Store {
  const methods = Object.entries(store) as [string, (...parameters: unknown[]) => Promise<unknown>][]
  return Object.fromEntries(methods.map(([name, method]) => [name, async (...parameters: unknown[]) => await guard(() => method(...parameters))])) as Store
}

/** The message and code of a database error, without the details that drivers attach, which contain stored data. */
function describe (error: unknown): Error {
  const { message = '', code, errors: each = [] } = error as { message?: string, code?: unknown, errors?: readonly Error[] }
  // Connecting to a host name with several addresses fails with one error for each address.
  const said = [message, ...each.map(one => one.message)].filter(text => text !== '').join(', ')
  return new Error(code === undefined ? said : `${said} (${String(code)})`)
}
