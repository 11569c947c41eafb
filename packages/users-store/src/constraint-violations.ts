import type { UsersDialect } from './dialects/index.js'
import { USERS_STORE_ERR_EMAIL_TAKEN, USERS_STORE_ERR_IDENTITY_TAKEN, USERS_STORE_ERR_INVALID_USER } from './errors.js'
import { columnName, type Columns } from './user-row.js'

/** Runs a statement and translates constraint violations into this package's errors. */
export type KeepingRules = <Result>(statement: () => Promise<Result>) => Promise<Result>

export function createKeepingRules (dialect: UsersDialect, columns: Columns): KeepingRules {
  return async statement => {
    try {
      return await statement()
    } catch (error) {
      const violation = dialect.violationOf(error)
      if (violation === null) throw error
      if (violation.kind === 'email') throw new USERS_STORE_ERR_EMAIL_TAKEN()
      if (violation.kind === 'identity') throw new USERS_STORE_ERR_IDENTITY_TAKEN()
      const field = Object.keys(columns).find(field => columnName(field) === violation.column) ?? 'user'
      throw Object.assign(new USERS_STORE_ERR_INVALID_USER({ [field]: 'violates a database constraint' }), { cause: error })
    }
  }
}
