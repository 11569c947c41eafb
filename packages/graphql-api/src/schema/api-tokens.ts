import type { ApiToken, ApiTokens } from '@latchkey/api-tokens'
import type { RolePermissionsService } from '@latchkey/role-permissions'
import type { UsersStore } from '@latchkey/users-store'
import { GRAPHQL_API_ERR_INVALID_ARGUMENT, GRAPHQL_API_ERR_NOT_FOUND } from '../errors.js'
import { page, type PageArguments } from '../page.js'
import type { ReadableFields, ReadableRecords } from '../readable-records.js'
import type { RequesterOf } from '../requester-of.js'
import type { ShowUser } from '../visible-users.js'
import { listOf, visibleRoles } from './roles.js'
import type { Resolver, SchemaArea } from './schema-area.js'

interface ApiTokensParts {
  readonly apiTokens: ApiTokens
  readonly usersStore: UsersStore
  readonly rolePermissions: RolePermissionsService
  readonly readableRecords: ReadableRecords
  readonly showUser: ShowUser
  readonly requesterOf: RequesterOf
}

/** A token as somebody may see it. */
type VisibleToken = Partial<ApiToken>

const TABLE = 'ApiTokens'

const fields = `
        id: ID
        name: String
        roles: RoleListResponse
        "From this moment on it is refused; null: never."
        expiresAt: DateTime
        "When it was last accepted, within a minute."
        lastUsedAt: DateTime
        "Since when it is refused for good."
        revokedAt: DateTime
        createdAt: DateTime
        updatedAt: DateTime
        createdBy: User`

/** The type `ApiToken`, and what reads them. */
export function apiTokensArea (parts: ApiTokensParts): SchemaArea {
  const { apiTokens, usersStore, rolePermissions, readableRecords, showUser, requesterOf } = parts

  const apiTokensList: Resolver<unknown, PageArguments> = async (_source, arguments_, context) => {
    const principal = await requesterOf(context).principal()
    rolePermissions.authorize(principal, 'read', { table: TABLE })
    const tokens = await apiTokens.list()
    const readable = await readableRecords(principal, TABLE, tokens.map(({ id }) => id))
    const visible = tokens.filter(({ id }) => readable.has(id))
    return { count: visible.length, items: page(visible, arguments_).map(token => visibleToken(token, readable.get(token.id))) }
  }

  const apiToken: Resolver<unknown, { id?: string | null, name?: string | null }> = async (_source, { id, name }, context) => {
    const principal = await requesterOf(context).principal()
    rolePermissions.authorize(principal, 'read', { table: TABLE })
    if (id == null && name == null) throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ id: 'is required, or name' })
    const found = await apiTokens.find(id == null ? { name: name as string } : { id })
    if (found === null || (name != null && found.name !== name)) throw notFound()
    const fields = (await readableRecords(principal, TABLE, [found.id])).get(found.id)
    if (fields === undefined) throw notFound()
    return visibleToken(found, fields)
  }

  const roles: Resolver<VisibleToken, unknown> = async (source, _arguments, context) => {
    if (source.roles === undefined) return null
    const found = source.roles.flatMap(id => rolePermissions.find({ id }) ?? [])
    return listOf(await visibleRoles(parts, await requesterOf(context).principal(), found))
  }

  const createdBy: Resolver<VisibleToken, unknown> = async (source, _arguments, context) => {
    if (source.createdBy == null) return null
    const principal = await requesterOf(context).principal()
    const isSelf = principal.kind === 'user' && principal.userId === source.createdBy
    if (!isSelf && !rolePermissions.can(principal, 'read', { table: 'Users' }).allowed) return null
    return await showUser(await usersStore.findById(source.createdBy), principal)
  }

  return {
    types: `
      "A static secret with roles and no user, for servers."
      type ApiToken {${fields}
      }
      type ApiTokenListResponse { count: Int!, items: [ApiToken!]! }
      type ApiTokenCreateResponse {
        "The secret: sent as a bearer token, and given this once."
        token: String!${fields}
      }`,
    queries: `
      apiToken(id: ID, name: String): ApiToken
      "By name."
      apiTokensList(first: Int, last: Int, skip: Int, after: String, before: String): ApiTokenListResponse!`,
    resolvers: {
      Query: { apiToken, apiTokensList },
      ApiToken: { roles, createdBy },
      ApiTokenCreateResponse: { roles, createdBy }
    }
  }
}

function notFound (): Error {
  return new GRAPHQL_API_ERR_NOT_FOUND('API token')
}

/** A token, as far as these of its fields go. */
export function visibleToken (token: ApiToken, fields: ReadableFields | undefined): VisibleToken {
  return Object.fromEntries(Object.entries(token).filter(([field]) => fields?.has(field)))
}
