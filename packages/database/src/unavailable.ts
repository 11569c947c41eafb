/** By the codes of the system, PostgreSQL (SQLSTATE) and SQLite: who was not there, has no room, or was at something else. */
const codes = /^(?:E(?:CONN\w+|PIPE|TIMEDOUT|NOTFOUND|AI_AGAIN|HOST\w+|NET\w+)|08\w{3}|53\w{3}|57P0\w|25P03|25006|40001|40P01|55P03|SQLITE_(?:BUSY|LOCKED|FULL|IOERR|CANTOPEN)\w*|DATABASE_ERR_NO_ANSWER)$/
/** What pg says without a code. */
const messages = /^(?:Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/

/**
 * Whether something has failed since the database was not there, or could not do it then: the same may succeed in a moment. Whether it was carried out is not known.
 * Of the error of something else that could not be reached it says the same.
 */
export function isUnavailable (error: unknown): boolean {
  const { code, message, errors } = (error ?? {}) as { code?: unknown, message?: unknown, errors?: unknown }
  if (typeof code === 'string' && code !== '') return codes.test(code)
  // One for each address of a host.
  if (Array.isArray(errors)) return errors.length > 0 && errors.every(isUnavailable)
  return typeof message === 'string' && messages.test(message)
}
