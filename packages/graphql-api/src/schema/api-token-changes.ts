import type { ApiToken, ApiTokenChange, ApiTokens } from '@latchkey/api-tokens'
import type { AuditedRecord } from '@latchkey/audit-log'
import type { Principal, RolePermissionsService } from '@latchkey/role-permissions'
import { expectation, type Expectation, type GuardedChanges } from '../changes/guarded-changes.js'
import type { RoleGiving, RolesChangeInput, RolesInput } from '../changes/role-giving.js'
import { GRAPHQL_API_ERR_INVALID_ARGUMENT } from '../errors.js'
import { withOnly, type ReadableRecords } from '../readable-records.js'
import type { RequesterOf } from '../requester-of.js'
import type { Resolver, SchemaArea } from './schema-area.js'

interface ApiTokenChangesParts {
  readonly apiTokens: ApiTokens
  readonly rolePermissions: RolePermissionsService
  readonly changes: GuardedChanges
  readonly roleGiving: RoleGiving
  readonly readableRecords: ReadableRecords
  readonly requesterOf: RequesterOf
}

interface CreateArguments {
  readonly data: { readonly name: string, readonly roles?: RolesInput | null, readonly expiresAt?: string | null }
}

interface Key {
  readonly id?: string | null
}

interface UpdateArguments extends Expectation {
  readonly data: Key & { readonly name?: string | null, readonly roles?: RolesChangeInput | null, readonly expiresAt?: string | null }
  readonly filter?: Key | null
}

const TABLE = 'ApiTokens'

/** The mutations that create, update and delete API tokens. */
export function apiTokenChangesArea ({ apiTokens, rolePermissions, changes, roleGiving, readableRecords, requesterOf }: ApiTokenChangesParts): SchemaArea {
  const apiTokenCreate: Resolver<unknown, CreateArguments> = async (_source, { data: { name, roles, expiresAt = null } }, context) => {
    const principal = await requesterOf(context).principal()
    const fields = [...fieldsOf({ name, roles }), ...expiresAt === null ? [] : ['expiresAt']]
    const options = changes.options<ApiToken>({ principal, table: TABLE, action: 'create', fields }, audited)
    const createdBy = principal.kind === 'user' ? principal.userId : null
    const created = await apiTokens.create({ name, roles: roleGiving.toGive(principal, roles), expiresAt, createdBy }, options)
    return { ...created.token, token: created.secret }
  }

  const apiTokenUpdate: Resolver<unknown, UpdateArguments> = async (_source, { filter, data: { id: dataId, name, roles, expiresAt }, expectedUpdatedAt }, context) => {
    const principal = await requesterOf(context).principal()
    const fields = fieldsOf({ name, roles }).concat(expiresAt === undefined ? [] : ['expiresAt'])
    const options = changes.options<ApiToken>({ principal, table: TABLE, action: 'update', fields, expectedUpdatedAt: expectedUpdatedAt ?? undefined }, audited)
    const id = idOf(filter?.id, dataId)
    if (expiresAt !== undefined) await checkProlonging(id, principal)
    const token = await apiTokens.update(id, {
      ...name != null && { name },
      ...roles != null && { roles: rolesChange(principal, roles) },
      ...expiresAt !== undefined && { expiresAt }
    }, options)
    const readable = rolePermissions.can(principal, 'read', { table: TABLE }).allowed ? await readableRecords(principal, TABLE, [id]) : null
    return { ...withOnly(token, readable?.get(id)), id }
  }

  const apiTokenDelete: Resolver<unknown, { data?: Key | null, filter?: Key | null }> = async (_source, { data, filter }, context) => {
    const principal = await requesterOf(context).principal()
    await apiTokens.delete(idOf(filter?.id, data?.id), changes.options<ApiToken>({ principal, table: TABLE, action: 'delete' }, audited))
    return { success: true }
  }

  function rolesChange (principal: Principal, roles: RolesChangeInput): ApiTokenChange['roles'] {
    const { give, take } = roleGiving.toChange(principal, roles)
    return take === 'others' ? give : { add: give, remove: take }
  }

  /** A new expiry time extends the use of the token's roles, and may reactivate an expired token. */
  async function checkProlonging (id: string, principal: Principal): Promise<void> {
    const token = await apiTokens.find({ id })
    if (token !== null) roleGiving.assertMayGive(principal, token.roles)
  }

  /** Without `lastUsedAt`, which nobody changed. */
  function audited ({ lastUsedAt, ...token }: ApiToken): AuditedRecord {
    return { ...token, roles: token.roles.map(id => rolePermissions.find({ id })?.name ?? id) }
  }

  return {
    types: `
      input ApiTokenKeyFilter { id: ID! }
      input ApiTokenRolesRelationInput { connect: [RoleKeyFilter!] }
      "Either reconnect, which replaces all roles, or connect and disconnect, which add and remove roles."
      input ApiTokenRolesUpdateRelationInput { connect: [RoleKeyFilter!], disconnect: [RoleKeyFilter!], reconnect: [RoleKeyFilter!] }
      input ApiTokenCreateInput { name: String!, roles: ApiTokenRolesRelationInput, expiresAt: DateTime }
      input ApiTokenUpdateInput { id: ID, name: String, roles: ApiTokenRolesUpdateRelationInput, expiresAt: DateTime }`,
    mutations: `
      "Creates an API token. The result contains its secret, which is not shown again. You can only give roles that you have, unless you have full access."
      apiTokenCreate(data: ApiTokenCreateInput!): ApiTokenCreateResponse!
      "Updates an API token. Omitted fields stay unchanged; expiresAt: null means that it never expires. Unless you have full access, you can only give roles that you have, and can only change expiresAt if you have all roles of the token."
      apiTokenUpdate(data: ApiTokenUpdateInput!, filter: ApiTokenKeyFilter, ${expectation}): ApiToken!
      "Deletes an API token. It is refused immediately."
      apiTokenDelete(data: ApiTokenKeyFilter, filter: ApiTokenKeyFilter): SuccessResponse!`,
    resolvers: { Mutation: { apiTokenCreate, apiTokenUpdate, apiTokenDelete } }
  }
}

/** Which of the fields are set. */
function fieldsOf (given: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(given).flatMap(([field, value]) => value == null ? [] : [field])
}

/** The id, which may be given in either place. */
function idOf (one: string | null | undefined, other: string | null | undefined): string {
  const id = one ?? other
  if (id == null || (other != null && other !== id)) throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ id: 'is required in data or in filter, and must be the same in both' })
  return id
}
