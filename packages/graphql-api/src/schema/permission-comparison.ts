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

/** What one of the two may do with one resource. */
interface ComparedExtent extends PermissionExtent {
  readonly allowed: boolean
  readonly count: () => Promise<number | null>
}

const actions: readonly Action[] = ['create', 'read', 'update', 'delete']
const nothing: PermissionExtent = { everyRecord: false, fields: null, filter: null }

/** What two may do, beside each other. */
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

      /** `null` for who is refused before any role is asked. */
      function decide ({ principal, accepted }: Subject): Decision | null {
        return accepted && principal !== null ? rolePermissions.can(principal, action, resource) : null
      }

      function show (decision: Decision | null, { principal }: Subject): ComparedExtent {
        const allowed = decision?.allowed === true
        let counted: Promise<number | null> | undefined
        return {
          allowed,
          ...allowed ? extentOf(decision) : nothing,
          // Once, by however many names a query asks for it.
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
      "What two may do, beside each other: with every table and every function that permissions can be about."
      type PermissionComparison {
        "A sentence that says who it is."
        first: String!
        second: String!
        items: [PermissionComparisonItem!]!
      }
      type PermissionComparisonItem {
        resource: String!
        "data for a table, function for a function."
        resourceType: String!
        "create, read, update or delete; call of a function."
        action: String!
        "Whether both may do it with the same records and fields: with the same conditions, in whatever order and by whichever roles. Conditions that mean the same in other words are not the same."
        same: Boolean!
        first: PermissionExtent!
        second: PermissionExtent!
      }
      "What all roles of somebody admit together; which fields of which records, the server decides record by record."
      type PermissionExtent {
        allowed: Boolean!
        "Whether it is allowed with every record; where it is not allowed, false."
        everyRecord: Boolean!
        "null for all, and where it is not allowed."
        fields: [String!]
        "null for every record, and where it is not allowed; of several roles that have one, { OR: [ … ] }."
        filter: JSON
        "Of read of a table, how many records that is; null for whoever may not read all that this tells, and of everything else."
        count: Int
      }`,
    queries: `
      "What two may do, beside each other; usually two roles. Needs what permissionExplain needs of both; once in a request."
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
