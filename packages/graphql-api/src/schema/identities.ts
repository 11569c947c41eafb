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

/** The accounts with which users sign in. */
export function identitiesArea ({ rolePermissions, identitiesOf, answerSize, requesterOf }: IdentitiesParts): SchemaArea {
  const resolverOf = (identitiesOf: IdentitiesOf): Resolver<VisibleUser, unknown> => async (source, _arguments, context, info) => {
    const { userId, isOwn, mayRead } = visibilityOf(source)
    const principal = await requesterOf(context).principal()
    // Identities reveal more about a person than other fields. Permission to read only some users, which may be older than this field, is not enough.
    if (!isOwn && !(mayRead('identities') && readsInFull(rolePermissions, principal, 'Users', ['identities']))) return null
    const found = await identitiesOf(principal, userId) ?? []
    return await answerSize.reading(context, info, async () => found)
  }

  return {
    types: `
      extend type User {
        "The user's linked accounts, oldest first. You can see your own. For other users, you need read on this field for all Users; otherwise it is null."
        identities: [UserIdentity!]
        "Accounts that were removed from the user, visible to the same people as identities. They are linked again only by userIdentityLink or userIdentityRestore."
        removedIdentities: [UserIdentity!]
      }
      "An account at an identity provider that is linked to a user."
      type UserIdentity {
        issuer: String!
        subject: String!
        "The email in the latest token of the account."
        email: String!
        "null if the issuer does not say."
        emailVerified: Boolean
        "The authentication profile with this issuer; null if there is none or more than one, or if you cannot read it."
        profileId: ID
        profileName: String
        createdAt: DateTime!
        "Whether this email differs from the user's email. If so, tokens of the account are refused, unless the profile updates the user's email."
        emailDiffers: Boolean!
      }`,
    resolvers: { User: { identities: resolverOf(identitiesOf.bound), removedIdentities: resolverOf(identitiesOf.removed) } }
  }
}
