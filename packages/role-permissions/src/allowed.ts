import { compileFilter, type Dialect, type FilterVariables, type RecordFilter } from '@latchkey/record-filter'
import { sql, type Expression, type SqlBool } from 'kysely'
import type { CompiledGrant } from './compiled-role.js'
import { grantsText } from './grants-text.js'
import type { Allowed } from './role-permissions.js'

/** A positive decision, with the records and fields it covers. */
export class AllowedByGrants implements Allowed {
  readonly allowed = true
  readonly grants: readonly CompiledGrant[]
  readonly #dialect: Dialect
  readonly #variables: FilterVariables
  readonly #fieldFilters = new Map<string, Expression<SqlBool> | null>()

  /** @param grants at least one */
  constructor (grants: readonly CompiledGrant[], dialect: Dialect, variables: FilterVariables) {
    this.grants = grants
    this.#dialect = dialect
    this.#variables = variables
  }

  get fields (): ReadonlySet<string> | null {
    const fields = new Set<string>()
    for (const grant of this.grants) {
      if (grant.fields === null) return null
      for (const field of grant.fields) fields.add(field)
    }
    return fields
  }

  rowFilter (alias?: string): Expression<SqlBool> | null {
    return this.#anyOf(this.grants, alias)
  }

  fieldFilter (field: string, alias?: string): Expression<SqlBool> | null {
    const gives = this.grants.map(({ fields }) => fields === null || fields.has(field))
    // Every grant includes the field, so it is readable in every admitted record.
    if (!gives.includes(false)) return null
    const key = JSON.stringify([alias, gives])
    let filter = this.#fieldFilters.get(key)
    if (filter === undefined) {
      filter = this.#anyOf(this.grants.filter((_grant, index) => gives[index]), alias)
      this.#fieldFilters.set(key, filter)
    }
    return filter
  }

  sameAs (other: Allowed): boolean {
    return other instanceof AllowedByGrants && grantsText(this.grants, this.#variables) === grantsText(other.grants, other.#variables)
  }

  /** The union of the grants' filters, without duplicates. */
  #anyOf (grants: readonly CompiledGrant[], alias: string | undefined): Expression<SqlBool> | null {
    const conditions = new Map<string, RecordFilter>()
    for (const { condition, filter } of grants) {
      if (condition === null) return null
      conditions.set(JSON.stringify(filter), condition)
    }
    const options = { dialect: this.#dialect, variables: this.#variables, ...(alias === undefined ? {} : { alias }) }
    const compiled = [...conditions.values()].map(condition => compileFilter(condition, options))
    return compiled.length === 0 ? sql<SqlBool>`1 = 0` : sql<SqlBool>`(${sql.join(compiled, sql` or `)})`
  }
}
