import type { ApiToken, ApiTokens } from '@latchkey/api-tokens'
import type { Tables } from '@latchkey/database'
import type { RolePermissionsService } from '@latchkey/role-permissions'
import type { Kysely } from 'kysely'
import type { CreatorOf } from '../creators.js'
import { GRAPHQL_API_ERR_INVALID_ARGUMENT, GRAPHQL_API_ERR_NOT_FOUND } from '../errors.js'
import { listOf } from '../lists/list.js'
import type { RecordLists } from '../lists/record-lists.js'
import { withOnly, type ReadableRecords } from '../readable-records.js'
import type { RequesterOf } from '../requester-of.js'
import { createRolesOf } from '../roles-of.js'
import { visibilityOf, type VisibleRecord } from '../visible-records.js'
import { visibleRoles } from './roles.js'
import type { Resolver, SchemaArea } from './schema-area.js'

interface ApiTokensParts {
  readonly apiTokens: ApiTokens
  readonly db: Kysely<Tables>
  readonly rolePermissions: RolePermissionsService
  readonly readableRecords: ReadableRecords
  readonly lists: RecordLists
  readonly creatorOf: CreatorOf
  readonly requesterOf: RequesterOf
}

/** A token as a principal may read it. */
type VisibleToken = Partial<ApiToken> & VisibleRecord

const TABLE = 'ApiTokens'

const fields = `
        id: ID
        name: String
        roles: RoleListResponse
        "The token is refused from this time on; null if it never expires."
        expiresAt: DateTime
        "When the token was last accepted, accurate to a minute."
        lastUsedAt: DateTime
        "When the token was revoked, which is permanent; null if it was not."
        revokedAt: DateTime
        createdAt: DateTime
        updatedAt: DateTime
        createdBy: User`

/** The type `ApiToken` and its queries. */
export function apiTokensArea (parts: ApiTokensParts): SchemaArea {
  const { db, apiTokens, rolePermissions, readableRecords, lists, creatorOf, requesterOf } = parts
  const rolesOf = createRolesOf(db, lists, { table: 'latchkey_api_token_roles', owner: 'token_id' })

  const apiToken: Resolver<unknown, { id?: string | null, name?: string | null }> = async (_source, { id, name }, context) => {
    const principal = await requesterOf(context).principal()
    rolePermissions.authorize(principal, 'read', { table: TABLE })
    if (id == null && name == null) throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ id: 'is required, unless name is given' })
    const found = await apiTokens.find(id == null ? { name: name as string } : { id })
    if (found === null || (name != null && found.name !== name)) throw notFound()
    const fields = (await readableRecords(principal, TABLE, [found.id])).get(found.id)
    if (fields === undefined) throw notFound()
    return withOnly(found, fields)
  }

  const roles: Resolver<VisibleToken, unknown> = async (source, _arguments, context) => {
    const principal = await requesterOf(context).principal()
    const listed = visibilityOf(source)
    if (listed !== undefined) return listed.fields.has('roles') ? listOf(await rolesOf.visible(principal, listed.id)) : null
    if (source.roles === undefined) return null
    const found = source.roles.flatMap(id => rolePermissions.find({ id }) ?? [])
    return listOf(await visibleRoles(parts, principal, found))
  }

  const createdBy: Resolver<VisibleToken, unknown> = async (source, _arguments, context) => await creatorOf(await requesterOf(context).principal(), source.createdBy)

  return {
    types: `
      "A static secret for servers, with roles but without a user. Fields that you cannot read are null."
      type ApiToken {${fields}
      }
      type ApiTokenCreateResponse {
        "The secret, to be sent as a bearer token. It is shown only this once."
        token: String!${fields}
      }`,
    queries: `
      "The API token with this id or name, without its secret. Needs read on ApiTokens."
      apiToken(id: ID, name: String): ApiToken`,
    resolvers: {
      Query: { apiToken },
      ApiToken: { roles, createdBy },
      ApiTokenCreateResponse: { roles, createdBy }
    }
  }
}

function notFound (): Error {
  return new GRAPHQL_API_ERR_NOT_FOUND('API token')
}
