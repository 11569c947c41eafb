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

/** Explains why a subject may or may not do something. */
export function permissionExplanationArea ({ rolePermissions, findSubject, answerSize, requesterOf }: PermissionExplanationParts): SchemaArea {
  const permissionExplain: Resolver<unknown, ExplainArguments> = async (_source, { subject: input, ...asked }, context) => {
    const asker = await requesterOf(context).principal()
    rolePermissions.authorize(asker, 'read', { table: 'Roles' })
    const question = readQuestion(asked)
    return explain(await askedSubject(findSubject, input, asker, context), question)
  }

  /** Counted against the limit, because filters may be long and a subject may have every role. */
  const countedRoles: Resolver<{ readonly roles: readonly object[] }, unknown> = async ({ roles }, _arguments, context, info) => await answerSize.reading(context, info, async () => roles)

  function explain ({ principal, sentence, steps, accepted, remedy }: Subject, { action, resource }: Question): object {
    if (principal === null) return { allowed: false, principal: sentence, steps, roles: [], remedy, remedyRoleId: null }
    const explanation = rolePermissions.explain(principal, action, resource)
    const decision = rolePermissions.can(principal, action, resource)
    const grants = decision.allowed ? decision.grants : []
    return {
      allowed: accepted && explanation.allowed,
      principal: sentence,
      // If the subject is refused earlier, roles decide nothing.
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
    return { step: 'roles', ok: names.length > 0, message: names.length > 0 ? names.join(', ') : 'none, so nothing is allowed' }
  }

  function idOf (name: string): string | null {
    return rolePermissions.find({ name })?.id ?? null
  }

  return {
    types: `
      "The subject of a question. Set exactly one field."
      input PermissionSubject {
        userId: ID
        email: String
        apiTokenId: ID
        "A signed-in user with these roles."
        roleIds: [ID!]
        "true: a request without a token."
        guest: Boolean
        "An ID token or an API token. It is verified like the token of a request, but neither stored nor logged, and has no effect."
        token: String
      }
      "Whether a subject can do something, and why."
      type PermissionExplanation {
        allowed: Boolean!
        "A description of the subject."
        principal: String!
        "How the subject was determined, step by step, up to the roles that decide."
        steps: [PermissionStep!]!
        "What each role says, ordered by name."
        roles: [RoleExplanation!]!
        "What to change so that it is allowed; null if it is."
        remedy: String
        "The role to change; null if the remedy is not in a role."
        remedyRoleId: ID
      }
      type PermissionStep { step: String!, ok: Boolean!, message: String! }
      type RoleExplanation {
        roleId: ID!
        roleName: String!
        allowed: Boolean!
        reason: String!
        "The record filter of the role; null if it allows all records, or none."
        filter: JSON
        "The fields that the role allows; null if it allows all fields, or none."
        fields: [String!]
      }`,
    queries: `
      "Explains why a subject can or cannot do something: create, read, update or delete on a table, or call on a function. Needs read on all Roles and, depending on the subject, on all Users or ApiTokens."
      permissionExplain(subject: PermissionSubject!, action: String!, table: String, function: String): PermissionExplanation!`,
    resolvers: { Query: { permissionExplain }, PermissionExplanation: { roles: countedRoles } }
  }
}

/** @throws GRAPHQL_API_ERR_INVALID_ARGUMENT */
function readQuestion ({ action, table, function: name }: Omit<ExplainArguments, 'subject'>): Question {
  if (action === 'call') {
    if (name == null) throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ function: 'is required for the action call' })
    if (table != null) throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ table: 'must be omitted: the action call needs a function' })
    return { action, resource: { function: name } }
  }
  if (!tableActions.includes(action)) throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ action: `must be one of ${tableActions.join(', ')}, call` })
  if (table == null) throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ table: `is required for the action ${action}` })
  if (name != null) throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ function: 'must be omitted: use the action call for functions' })
  return { action: action as Action, resource: { table } }
}
