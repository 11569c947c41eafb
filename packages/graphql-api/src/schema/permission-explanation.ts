import type { Action, Principal, Resource, RolePermissionsService } from '@latchkey/role-permissions'
import { askedSubject } from '../asked-subject.js'
import { GRAPHQL_API_ERR_INVALID_ARGUMENT } from '../errors.js'
import type { AnswerSize } from '../lists/answer-size.js'
import type { FindSubject, Subject, SubjectInput, SubjectStep } from '../permission-subjects.js'
import type { RequesterOf } from '../requester-of.js'
import type { Resolver, SchemaArea } from './schema-area.js'

interface PermissionExplanationParts {
  readonly rolePermissions: RolePermissionsService
  readonly findSubject: FindSubject
  readonly answerSize: AnswerSize
  readonly requesterOf: RequesterOf
}

interface ExplainArguments {
  readonly subject: SubjectInput
  readonly action: string
  readonly table?: string | null
  readonly function?: string | null
}

interface Question {
  readonly action: Action | 'call'
  readonly resource: Resource
}

const tableActions: readonly string[] = ['create', 'read', 'update', 'delete'] satisfies Action[]

/** Why somebody may do something, or not. */
export function permissionExplanationArea ({ rolePermissions, findSubject, answerSize, requesterOf }: PermissionExplanationParts): SchemaArea {
  const permissionExplain: Resolver<unknown, ExplainArguments> = async (_source, { subject: input, ...asked }, context) => {
    const asker = await requesterOf(context).principal()
    rolePermissions.authorize(asker, 'read', { table: 'Roles' })
    const question = readQuestion(asked)
    return explain(await askedSubject(findSubject, input, asker, context), question)
  }

  /** Each may have a filter of any length, and somebody may have all roles there are. */
  const countedRoles: Resolver<{ readonly roles: readonly object[] }, unknown> = async ({ roles }, _arguments, context, info) => await answerSize.reading(context, info, async () => roles)

  function explain ({ principal, sentence, steps, accepted, remedy }: Subject, { action, resource }: Question): object {
    if (principal === null) return { allowed: false, principal: sentence, steps, roles: [], remedy, remedyRoleId: null }
    const explanation = rolePermissions.explain(principal, action, resource)
    const decision = rolePermissions.can(principal, action, resource)
    const grants = decision.allowed ? decision.grants : []
    return {
      allowed: accepted && explanation.allowed,
      principal: sentence,
      // What is refused before has no roles that decide.
      steps: accepted ? [...steps, rolesStep(principal)] : steps,
      roles: explanation.roles.map(({ role, says, detail }) => {
        const grant = grants.find(grant => grant.role.name === role)
        return {
          roleId: idOf(role),
          roleName: role,
          allowed: says === 'allows',
          reason: detail,
          filter: grant?.filter ?? null,
          fields: grant?.fields == null ? null : [...grant.fields].sort()
        }
      }),
      remedy: remedy ?? (explanation.remedy === '' ? null : explanation.remedy),
      remedyRoleId: remedy === null && explanation.remedyRole !== null ? idOf(explanation.remedyRole) : null
    }
  }

  function rolesStep ({ roles }: Principal): SubjectStep {
    const names = roles.flatMap(id => rolePermissions.find({ id })?.name ?? []).sort()
    return { step: 'roles', ok: names.length > 0, message: names.length > 0 ? names.join(', ') : 'none, and so nothing is allowed' }
  }

  function idOf (name: string): string | null {
    return rolePermissions.find({ name })?.id ?? null
  }

  return {
    types: `
      "Of whom it is asked: exactly one of these."
      input PermissionSubject {
        userId: ID
        email: String
        apiTokenId: ID
        "Somebody signed in who has these roles."
        roleIds: [ID!]
        "true: whoever sends no token."
        guest: Boolean
        "An ID token or an API token, which is verified as a request's would be. It is neither kept nor logged, and nothing is done by it."
        token: String
      }
      type PermissionExplanation {
        allowed: Boolean!
        "A sentence that says who it is."
        principal: String!
        "The way from what was given to the roles that decide, as far as it goes."
        steps: [PermissionStep!]!
        "What each role says, by name."
        roles: [RoleExplanation!]!
        "What to do so that it is allowed; null where it is."
        remedy: String
        "The role in which to do it; null where it is done elsewhere."
        remedyRoleId: ID
      }
      type PermissionStep { step: String!, ok: Boolean!, message: String! }
      type RoleExplanation {
        roleId: ID!
        roleName: String!
        allowed: Boolean!
        reason: String!
        "The records that it allows it with; null for all, and where it allows none."
        filter: JSON
        "The fields that it allows it with; null for all, and where it allows none."
        fields: [String!]
      }`,
    queries: `
      "Why somebody may do something, or not: create, read, update or delete on a table, call on a function. Needs read on all Roles and, as the subject is, on all Users or ApiTokens."
      permissionExplain(subject: PermissionSubject!, action: String!, table: String, function: String): PermissionExplanation!`,
    resolvers: { Query: { permissionExplain }, PermissionExplanation: { roles: countedRoles } }
  }
}

/** @throws GRAPHQL_API_ERR_INVALID_ARGUMENT */
function readQuestion ({ action, table, function: name }: Omit<ExplainArguments, 'subject'>): Question {
  if (action === 'call') {
    if (name == null) throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ function: 'is required for the action call' })
    if (table != null) throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ table: 'must be left out for the action call, which is of a function' })
    return { action, resource: { function: name } }
  }
  if (!tableActions.includes(action)) throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ action: `must be one of ${tableActions.join(', ')}, call` })
  if (table == null) throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ table: `is required for the action ${action}` })
  if (name != null) throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ function: 'must be left out: functions have the action call' })
  return { action: action as Action, resource: { table } }
}
