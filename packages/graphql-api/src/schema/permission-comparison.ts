import type { FilterableTable } from '@latchkey/record-filter'
import type { Action, Decision, Resource, RolePermissionsService } from '@latchkey/role-permissions'
import type { AdmittedCount } from '../admitted-count.js'
import { askedSubject } from '../asked-subject.js'
import type { AnswerSize } from '../lists/answer-size.js'
import { oncePerRequest } from '../once-per-request.js'
import { extentOf, type PermissionExtent } from '../permission-extent.js'
import type { FindSubject, Subject, SubjectInput } from '../permission-subjects.js'
import type { RequesterOf } from '../requester-of.js'
import type { Resolver, SchemaArea } from './schema-area.js'

interface PermissionComparisonParts {
  readonly rolePermissions: RolePermissionsService
  readonly findSubject: FindSubject
  readonly admittedCount: AdmittedCount
  readonly answerSize: AnswerSize
  readonly requesterOf: RequesterOf
}

/** What one of the two subjects may do with one resource. */
interface ComparedExtent extends PermissionExtent {
  readonly allowed: boolean
  readonly count: () => Promise<number | null>
}

const actions: readonly Action[] = ['create', 'read', 'update', 'delete']
const nothing: PermissionExtent = { everyRecord: false, fields: null, filter: null }

/** Compares what two subjects may do. */
export function permissionComparisonArea ({ rolePermissions, findSubject, admittedCount, answerSize, requesterOf }: PermissionComparisonParts): SchemaArea {
  const assertOnce = oncePerRequest('permissionComparison')

  const permissionComparison: Resolver<unknown, { first: SubjectInput, second: SubjectInput }> = async (_source, { first, second }, context) => {
    const asker = await requesterOf(context).principal()
    rolePermissions.authorize(asker, 'read', { table: 'Roles' })
    // It may count all tables twice.
    assertOnce(context)
    const [one, other] = [await askedSubject(findSubject, first, asker, context), await askedSubject(findSubject, second, asker, context)]

    function compare (resource: Resource, action: Action | 'call', countable: FilterableTable | null): object {
      const [decision, otherDecision] = [decide(one), decide(other)]
      return {
        resource: 'table' in resource ? resource.table : resource.function,
        resourceType: 'table' in resource ? 'data' : 'function',
        action,
        same: sameDecisions(decision, otherDecision),
        first: show(decision, one),
        second: show(otherDecision, other)
      }

      /** `null` if the subject is refused before roles decide. */
      function decide ({ principal, accepted }: Subject): Decision | null {
        return accepted && principal !== null ? rolePermissions.can(principal, action, resource) : null
      }

      function show (decision: Decision | null, { principal }: Subject): ComparedExtent {
        const allowed = decision?.allowed === true
        let counted: Promise<number | null> | undefined
        return {
          allowed,
          ...allowed ? extentOf(decision) : nothing,
          // Counted once, even if a query selects it under several aliases.
          count: async () => countable === null ? null : await (counted ??= admittedCount.ofReading(asker, countable, allowed ? principal : null))
        }
      }
    }

    return {
      first: one.sentence,
      second: other.sentence,
      items: [
        ...[...rolePermissions.tables].flatMap(([table, described]) => actions.map(action => compare({ table }, action, action === 'read' ? described : null))),
        ...[...rolePermissions.functions].map(name => compare({ function: name }, 'call', null))
      ]
    }
  }

  const countedItems: Resolver<{ readonly items: readonly object[] }, unknown> = async ({ items }, _arguments, context, info) => await answerSize.reading(context, info, async () => items)

  return {
    types: `
      "What two subjects can do with every table and every function."
      type PermissionComparison {
        "A description of the first subject."
        first: String!
        "A description of the second subject."
        second: String!
        items: [PermissionComparisonItem!]!
      }
      type PermissionComparisonItem {
        resource: String!
        "data for a table, function for a function."
        resourceType: String!
        "create, read, update or delete for a table, call for a function."
        action: String!
        "Whether both have the same permission: the same fields under the same conditions, in any order and from any roles. Equivalent conditions that are written differently are not the same."
        same: Boolean!
        first: PermissionExtent!
        second: PermissionExtent!
      }
      "What all roles of a subject allow together. The server decides for each record which of its fields are allowed."
      type PermissionExtent {
        allowed: Boolean!
        "Whether it is allowed for every record; false if it is not allowed."
        everyRecord: Boolean!
        "The allowed fields; null if all are allowed, or if it is not allowed."
        fields: [String!]
        "The record filter; null if every record is allowed, or if it is not allowed. Filters of several roles are combined as { OR: [ … ] }."
        filter: JSON
        "For read on a table, the number of readable records; null for everything else, and if you cannot read everything that the number reveals."
        count: Int
      }`,
    queries: `
      "Compares what two subjects, usually two roles, can do. Needs the permissions that permissionExplain needs for both. Allowed once per request."
      permissionComparison(first: PermissionSubject!, second: PermissionSubject!): PermissionComparison!`,
    resolvers: {
      Query: { permissionComparison },
      PermissionComparison: { items: countedItems },
      // Counted when a query selects it.
      PermissionExtent: { count: async ({ count }: ComparedExtent) => await count() }
    }
  }
}

function sameDecisions (one: Decision | null, other: Decision | null): boolean {
  if (one?.allowed !== true || other?.allowed !== true) return (one?.allowed === true) === (other?.allowed === true)
  return one.sameAs(other)
}
