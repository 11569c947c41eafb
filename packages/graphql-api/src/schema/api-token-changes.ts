import type { ApiTokenChange, ApiTokens } from '@latchkey/api-tokens'
import type { Tables } from '@latchkey/database'
import type { Action, Principal, RolePermissionsService } from '@latchkey/role-permissions'
import { expressionBuilder, type Expression, type SqlBool } from 'kysely'
import { GRAPHQL_API_ERR_INVALID_ARGUMENT, GRAPHQL_API_ERR_NOT_AUTHORIZED, GRAPHQL_API_ERR_NOT_FOUND } from '../errors.js'
import type { ReadableRecords } from '../readable-records.js'
import type { RequesterOf } from '../requester-of.js'
import type { RoleKey, RolesInput } from '../roles-to-assign.js'
import { visibleToken } from './api-tokens.js'
import type { Resolver, SchemaArea } from './schema-area.js'

interface ApiTokenChangesParts {
  readonly apiTokens: ApiTokens
  readonly rolePermissions: RolePermissionsService
  readonly readableRecords: ReadableRecords
  readonly requesterOf: RequesterOf
}

interface CreateArguments {
  readonly data: { readonly name: string, readonly roles?: RolesInput | null, readonly expiresAt?: string | null }
}

interface Key {
  readonly id?: string | null
}

interface RolesChange extends RolesInput {
  readonly disconnect?: readonly RoleKey[] | null
  readonly reconnect?: readonly RoleKey[] | null
}

interface UpdateArguments {
  readonly data: Key & { readonly name?: string | null, readonly roles?: RolesChange | null, readonly expiresAt?: string | null }
  readonly filter?: Key | null
}

const TABLE = 'ApiTokens'

/** What makes, changes and deletes API tokens. */
export function apiTokenChangesArea ({ apiTokens, rolePermissions, readableRecords, requesterOf }: ApiTokenChangesParts): SchemaArea {
  const apiTokenCreate: Resolver<unknown, CreateArguments> = async (_source, { data: { name, roles, expiresAt = null } }, context) => {
    const principal = await requesterOf(context).principal()
    const where = conditionFor(principal, 'create', [...fieldsOf({ name, roles }), ...expiresAt === null ? [] : ['expiresAt']])
    const createdBy = principal.kind === 'user' ? principal.userId : null
    const created = await apiTokens.create({ name, roles: rolesToGive(roles?.connect, principal), expiresAt, createdBy }, { where }).catch((error: unknown) => {
      if ((error as { code?: string }).code === 'API_TOKENS_ERR_CONDITION_NOT_MET') throw new GRAPHQL_API_ERR_NOT_AUTHORIZED(TABLE, 'create')
      throw error
    })
    return { ...created.token, token: created.secret }
  }

  const apiTokenUpdate: Resolver<unknown, UpdateArguments> = async (_source, { filter, data: { id: dataId, name, roles, expiresAt } }, context) => {
    const principal = await requesterOf(context).principal()
    const where = conditionFor(principal, 'update', fieldsOf({ name, roles }).concat(expiresAt === undefined ? [] : ['expiresAt']))
    const id = idOf(filter?.id, dataId)
    if (expiresAt !== undefined) await checkProlonging(id, principal)
    const change: ApiTokenChange = {
      ...name != null && { name },
      ...roles != null && { roles: rolesChange(roles, principal) },
      ...expiresAt !== undefined && { expiresAt }
    }
    const token = await apiTokens.update(id, change, { where })
    const readable = rolePermissions.can(principal, 'read', { table: TABLE }).allowed ? await readableRecords(principal, TABLE, [id]) : null
    return { ...visibleToken(token, readable?.get(id)), id }
  }

  const apiTokenDelete: Resolver<unknown, { data?: Key | null, filter?: Key | null }> = async (_source, { data, filter }, context) => {
    const where = conditionFor(await requesterOf(context).principal(), 'delete', [])
    await apiTokens.delete(idOf(filter?.id, data?.id), { where })
    return { success: true }
  }

  /**
   * What a record must meet so that a principal may do this to it, and set these fields of it.
   *
   * @throws ROLE_PERMISSIONS_ERR_NOT_AUTHORIZED, GRAPHQL_API_ERR_NOT_AUTHORIZED when that is no record
   */
  function conditionFor (principal: Principal, action: Action, fields: readonly string[]): Expression<SqlBool> | null {
    const allowed = rolePermissions.authorize(principal, action, { table: TABLE })
    if (fields.some(field => allowed.fields?.has(field) === false)) throw new GRAPHQL_API_ERR_NOT_AUTHORIZED(TABLE, action)
    const conditions = [allowed.rowFilter(), ...fields.map(field => allowed.fieldFilter(field))].filter(condition => condition !== null)
    return conditions.length === 0 ? null : expressionBuilder<Tables, 'latchkey_api_tokens'>().and(conditions)
  }

  /** @throws GRAPHQL_API_ERR_NOT_AUTHORIZED for a role that the principal does not have, unless it may do everything */
  function rolesToGive (keys: readonly RoleKey[] | null | undefined, principal: Principal): string[] {
    return (keys ?? []).map(key => {
      const id = find(key)
      // The same answer for a role that there is not: who may not give it need not learn which there are.
      if (!mayGive(principal, id)) throw new GRAPHQL_API_ERR_NOT_AUTHORIZED('Roles', 'update')
      if (id === null) throw new GRAPHQL_API_ERR_NOT_FOUND('Role')
      return id
    })
  }

  function rolesChange ({ connect, disconnect, reconnect }: RolesChange, principal: Principal): ApiTokenChange['roles'] {
    if (reconnect == null) return { add: rolesToGive(connect, principal), remove: (disconnect ?? []).flatMap(key => find(key) ?? []) }
    if (connect != null || disconnect != null) throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ roles: 'must have either reconnect, or connect and disconnect' })
    return rolesToGive(reconnect, principal)
  }

  /** Another end gives a token its roles for another time, and may bring back one that has ended. */
  async function checkProlonging (id: string, principal: Principal): Promise<void> {
    const token = await apiTokens.find({ id })
    if (token?.roles.some(role => !mayGive(principal, role)) === true) throw new GRAPHQL_API_ERR_NOT_AUTHORIZED('Roles', 'update')
  }

  function mayGive (principal: Principal, roleId: string | null): boolean {
    return (roleId !== null && principal.roles.includes(roleId)) || principal.roles.some(id => rolePermissions.find({ id })?.permissions.all === true)
  }

  function find ({ id, name }: RoleKey): string | null {
    const found = rolePermissions.find(id != null ? { id } : { name: name ?? '' })
    return found === null || (name != null && found.name !== name) ? null : found.id
  }

  return {
    types: `
      input ApiTokenKeyFilter { id: ID! }
      input ApiTokenRolesRelationInput { connect: [RoleKeyFilter!] }
      "Either reconnect, which gives all roles that it is to have, or those to add and to take."
      input ApiTokenRolesUpdateRelationInput { connect: [RoleKeyFilter!], disconnect: [RoleKeyFilter!], reconnect: [RoleKeyFilter!] }
      input ApiTokenCreateInput { name: String!, roles: ApiTokenRolesRelationInput, expiresAt: DateTime }
      input ApiTokenUpdateInput { id: ID, name: String, roles: ApiTokenRolesUpdateRelationInput, expiresAt: DateTime }`,
    mutations: `
      "Nobody gives a token a role that they do not have, unless they may do everything."
      apiTokenCreate(data: ApiTokenCreateInput!): ApiTokenCreateResponse!
      "What is left out stays; expiresAt: null is never."
      apiTokenUpdate(data: ApiTokenUpdateInput!, filter: ApiTokenKeyFilter): ApiToken!
      apiTokenDelete(data: ApiTokenKeyFilter, filter: ApiTokenKeyFilter): SuccessResponse!`,
    resolvers: { Mutation: { apiTokenCreate, apiTokenUpdate, apiTokenDelete } }
  }
}

/** Which of the fields are set. */
function fieldsOf (given: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(given).flatMap(([field, value]) => value == null ? [] : [field])
}

/** The one id that is given in either place. */
function idOf (one: string | null | undefined, other: string | null | undefined): string {
  const id = one ?? other
  if (id == null || (other != null && other !== id)) throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ id: 'must be given, in data or in filter' })
  return id
}
