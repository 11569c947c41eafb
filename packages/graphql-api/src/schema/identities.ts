import type { RolePermissionsService } from '@latchkey/role-permissions'
import { readsInFull } from '../full-reading.js'
import type { createIdentitiesOf, IdentitiesOf } from '../identities-of.js'
import type { AnswerSize } from '../lists/answer-size.js'
import type { RequesterOf } from '../requester-of.js'
import { visibilityOf, type VisibleUser } from '../visible-users.js'
import type { Resolver, SchemaArea } from './schema-area.js'

interface IdentitiesParts {
  readonly rolePermissions: RolePermissionsService
  readonly identitiesOf: ReturnType<typeof createIdentitiesOf>
  readonly answerSize: AnswerSize
  readonly requesterOf: RequesterOf
}

/** By what users sign in. */
export function identitiesArea ({ rolePermissions, identitiesOf, answerSize, requesterOf }: IdentitiesParts): SchemaArea {
  const resolverOf = (identitiesOf: IdentitiesOf): Resolver<VisibleUser, unknown> => async (source, _arguments, context, info) => {
    const { userId, isOwn, mayRead } = visibilityOf(source)
    const principal = await requesterOf(context).principal()
    // Who may read some users only has roles of before there was this field, which says more of a person than any other.
    if (!isOwn && !(mayRead('identities') && readsInFull(rolePermissions, principal, 'Users', ['identities']))) return null
    const found = await identitiesOf(principal, userId) ?? []
    return await answerSize.reading(context, info, async () => found)
  }

  return {
    types: `
      extend type User {
        "By what the user signs in, oldest first: one's own, and those of others for who may read this field of all Users."
        identities: [UserIdentity!]
        "What was removed of it, for who may read identities: it is not bound to the user again until it is linked, or restored."
        removedIdentities: [UserIdentity!]
      }
      "An account at an identity provider that is bound to a user."
      type UserIdentity {
        issuer: String!
        subject: String!
        "Of the last token that was seen of it."
        email: String!
        "null where the issuer did not say."
        emailVerified: Boolean
        "Of the authentication profile of its issuer; null where several have that issuer, and for who may not read it."
        profileId: ID
        profileName: String
        createdAt: DateTime!
        "Whether its email is another one than the user's: unless its profile lets the record follow, its tokens are refused."
        emailDiffers: Boolean!
      }`,
    resolvers: { User: { identities: resolverOf(identitiesOf.bound), removedIdentities: resolverOf(identitiesOf.removed) } }
  }
}
