import { operatorsOf, variableNames, type FilterableTable } from '@latchkey/record-filter'
import type { InvalidPermissionsError, Principal, RolePermissionsService } from '@latchkey/role-permissions'
import type { AdmittedCount } from '../admitted-count.js'
import { GRAPHQL_API_ERR_INVALID_ARGUMENT } from '../errors.js'
import { listQueryOf } from '../lists/list-schema.js'
import { oncePerRequest } from '../once-per-request.js'
import type { RequesterOf } from '../requester-of.js'
import type { Resolver, SchemaArea } from './schema-area.js'

interface PermissionEditorParts {
  readonly rolePermissions: RolePermissionsService
  readonly admittedCount: AdmittedCount
  readonly requesterOf: RequesterOf
}

interface FilterCheck {
  readonly valid: boolean
  readonly path: string | null
  readonly reason: string | null
  readonly count: () => Promise<number | null>
}

/** Queries for permission editors: what permissions can refer to, and whether a filter is valid. */
export function permissionEditorArea ({ rolePermissions, admittedCount, requesterOf }: PermissionEditorParts): SchemaArea {
  const assertOnce = oncePerRequest('permissionFilterCheck.count')

  const permissionResources: Resolver<unknown, unknown> = async (_source, _arguments, context, { schema }) => {
    rolePermissions.authorize(await requesterOf(context).principal(), 'read', { table: 'Roles' })
    return {
      tables: [...rolePermissions.tables.values()].map(table => describeTable(table, rolePermissions.fieldsOf(table.name), listQueryOf(table.name, schema))),
      functions: [...rolePermissions.functions],
      variables: variableNames
    }
  }

  const permissionFilterCheck: Resolver<unknown, { table: string, filter: unknown }> = async (_source, { table, filter }, context) => {
    const principal = await requesterOf(context).principal()
    rolePermissions.authorize(principal, 'read', { table: 'Roles' })
    return check(principal, table, filter)
  }

  /** Counted only when a query selects it, because it may read a whole table. */
  const count: Resolver<FilterCheck, unknown> = async ({ count }, _arguments, context) => {
    assertOnce(context)
    return await count()
  }

  /** @throws GRAPHQL_API_ERR_INVALID_ARGUMENT for an unknown table */
  function check (principal: Principal, table: string, json: unknown): FilterCheck {
    try {
      const filter = rolePermissions.readFilter(table, json)
      return { valid: true, path: null, reason: null, count: async () => await admittedCount.ofFilter(principal, rolePermissions.tables.get(table) as FilterableTable, filter) }
    } catch (error) {
      const { code, path, reason } = error as InvalidPermissionsError
      if (code !== 'ROLE_PERMISSIONS_ERR_INVALID_PERMISSIONS') throw error
      if (!rolePermissions.tables.has(table)) throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ table: reason })
      return { valid: false, path, reason, count: async () => null }
    }
  }

  return {
    types: `
      "Everything that permissions can refer to."
      type PermissionResources {
        tables: [PermissionTable!]!
        functions: [String!]!
        "The variables that filters can use in place of text."
        variables: [String!]!
      }
      "A table. The fields of a permission can name its fields and its relations."
      type PermissionTable {
        name: String!
        fields: [PermissionField!]!
        relations: [PermissionRelation!]!
        "The query that returns its records as { count, items }, for example usersList for Users; null if there is none."
        list: String
      }
      type PermissionField {
        name: String!
        "id, string, number, boolean or date; null if filters cannot use the field."
        type: String
        "The operators that filters can use with the field."
        operators: [String!]!
      }
      "A relation to records of another table. If many is true, filters use some, every and none."
      type PermissionRelation { name: String!, table: String!, many: Boolean! }
      "Whether a record filter is valid."
      type PermissionFilterCheck {
        valid: Boolean!
        "Where the filter is invalid; empty for the filter itself."
        path: String
        "Why it is invalid, in the words of the error when a role with this filter is saved."
        reason: String
        "The number of records that the filter admits for you; null if you cannot read everything that it uses, of all records. Allowed once per request."
        count: Int
      }`,
    queries: `
      "Everything that permissions can refer to: tables, functions and variables. Needs read on Roles."
      permissionResources: PermissionResources!
      "Checks whether a filter can be saved in a permission on a table. Needs read on Roles."
      permissionFilterCheck(table: String!, filter: JSON!): PermissionFilterCheck!`,
    resolvers: {
      Query: { permissionResources, permissionFilterCheck },
      PermissionFilterCheck: { count }
    }
  }
}

function describeTable ({ name, fields, relations = {} }: FilterableTable, names: readonly string[], list: string | null): object {
  return {
    name,
    list,
    fields: names.filter(field => !Object.hasOwn(relations, field)).map(field => {
      const type = Object.hasOwn(fields, field) ? fields[field]?.type ?? null : null
      return { name: field, type, operators: type === null ? [] : operatorsOf(type) }
    }),
    relations: Object.entries(relations).map(([relation, { kind, table }]) => ({ name: relation, table: table().name, many: kind === 'many' }))
  }
}
