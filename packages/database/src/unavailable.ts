/** Codes of the system, PostgreSQL (SQLSTATE) and SQLite for: unreachable, out of space or connections, or busy. */
const codes = /^(?:E(?:CONN\w+|PIPE|TIMEDOUT|NOTFOUND|AI_AGAIN|HOST\w+|NET\w+)|08\w{3}|53\w{3}|57P0\w|25P03|25006|40001|40P01|55P03|SQLITE_(?:BUSY|LOCKED|FULL|IOERR|CANTOPEN)\w*|DATABASE_ERR_NO_ANSWER)$/
/** pg's messages without a code. */
const messages = /^(?:Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/

/**
 * Whether an error means that the database was unavailable or busy, so that a retry may succeed soon. The failed operation may
 * or may not have been executed. Also true for errors of other services that could not be reached.
 */
export function isUnavailable (error: unknown): boolean {
  const { code, message, errors } = (error ?? {}) as { code?: unknown, message?: unknown, errors?: unknown }
  if (typeof code === 'string' && code !== '') return codes.test(code)
  // One error for each address of a host.
  if (Array.isArray(errors)) return errors.length > 0 && errors.every(isUnavailable)
  return typeof message === 'string' && messages.test(message)
}
