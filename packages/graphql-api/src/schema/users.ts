import type { User, UserColumn, UsersStore } from '@latchkey/users-store'
import type { CreatorOf } from '../creators.js'
import { GRAPHQL_API_ERR_NOT_AUTHORIZED, GRAPHQL_API_ERR_NOT_FOUND } from '../errors.js'
import type { Requester } from '../requester.js'
import type { RequesterOf } from '../requester-of.js'
import { ownUser, type ShowUser, type VisibleUser } from '../visible-users.js'
import type { Resolver, SchemaArea } from './schema-area.js'

interface UsersParts {
  readonly usersStore: UsersStore
  readonly showUser: ShowUser
  readonly creatorOf: CreatorOf
  readonly requesterOf: RequesterOf
}

interface WhichUser {
  readonly id?: string | null
  readonly email?: string | null
}

/** The type `User`, the inputs for users, and the query `user`. */
export function usersArea ({ usersStore, showUser, creatorOf, requesterOf }: UsersParts): SchemaArea {
  const user: Resolver<unknown, WhichUser> = (_source, { id, email }, context) => {
    const requester = requesterOf(context)
    if (id != null || email != null) return other(requester, { id, email })
    const known = requester.known()?.user
    // Most requests with a token need no promise.
    return known == null ? own(requester) : ownUser(known)
  }

  async function own (requester: Requester): Promise<VisibleUser> {
    const resolved = await requester.resolved()
    if (resolved === null) throw new GRAPHQL_API_ERR_NOT_AUTHORIZED('Users', 'read')
    return ownUser(resolved.user)
  }

  async function other (requester: Requester, { id, email }: WhichUser): Promise<VisibleUser> {
    const principal = await requester.principal()
    return await showUser(await find(id, email), principal) ?? notFound()
  }

  async function find (id: string | null | undefined, email: string | null | undefined): Promise<User | null> {
    if (email == null) return await usersStore.findById(id as string)
    const found = await usersStore.findByEmail(email)
    return id != null && found?.id !== id ? null : found
  }

  const createdBy: Resolver<VisibleUser, unknown> = async (source, _arguments, context) => await creatorOf(await requesterOf(context).principal(), source.createdBy)

  return {
    types: typesWith(usersStore.columns),
    queries: `
      "The user with this id or email; without arguments, the user of the token."
      user(id: ID, email: String): User`,
    resolvers: { Query: { user }, User: { createdBy } }
  }
}

function notFound (): never {
  throw new GRAPHQL_API_ERR_NOT_FOUND('User')
}

const columnTypes: Readonly<Record<UserColumn['type'], string>> = { string: 'String', number: 'Float', boolean: 'Boolean', date: 'DateTime' }

/** All fields are nullable, because any of them may be unreadable for the requester. */
function typesWith (columns: UsersStore['columns']): string {
  const ofTheApp = Object.entries(columns).map(([name, { type }]) => `${name}: ${columnTypes[type]}`).join('\n')
  const written = 'firstName: String, lastName: String, status: String, timezone: String, avatar: AvatarInput'
  return `
    "A record of the Users table. Fields that you cannot read are null."
    type User {
      id: ID
      email: String
      firstName: String
      lastName: String
      status: String
      timezone: String
      avatar: Avatar
      "Where the user came from: the id of the authentication profile of the sign-up, or another word such as api or invitation."
      origin: String
      is8base: Boolean
      createdAt: DateTime
      updatedAt: DateTime
      createdBy: User
      ${ofTheApp}
    }
    type Avatar { id: ID, downloadUrl: String }
    input AvatarInput { id: ID, downloadUrl: String }
    input UserCreateInput {
      email: String!
      ${written}
      roles: UsersRolesRelationInput
      ${ofTheApp}
    }
    input UserUpdateInput {
      id: ID
      email: String
      ${written}
      roles: UsersRolesUpdateRelationInput
      ${ofTheApp}
    }`
}
