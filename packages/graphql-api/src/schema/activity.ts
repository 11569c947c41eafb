import type { ActivityLog, DayRange } from '@latchkey/activity-log'
import type { AuthProfiles } from '@latchkey/auth-profiles'
import type { RolePermissionsService } from '@latchkey/role-permissions'
import type { CreatorOf } from '../creators.js'
import { assertReadsInFull, readsInFull } from '../full-reading.js'
import type { AnswerSize } from '../lists/answer-size.js'
import type { RequesterOf } from '../requester-of.js'
import { visibilityOf, type VisibleRecord } from '../visible-records.js'
import type { Resolver, SchemaArea } from './schema-area.js'

interface ActivityParts {
  readonly activityLog: ActivityLog
  readonly authProfiles: AuthProfiles
  readonly rolePermissions: RolePermissionsService
  /** The user with this id, as the principal may read it. */
  readonly userOf: CreatorOf
  readonly answerSize: AnswerSize
  readonly requesterOf: RequesterOf
}

const TABLE = 'SignIns'

/** The type `SignIn`, which `signInsList` returns, and the activity per day. */
export function activityArea ({ activityLog, authProfiles, rolePermissions, userOf, answerSize, requesterOf }: ActivityParts): SchemaArea {
  const user: Resolver<VisibleRecord, unknown> = async (source, _arguments, context) =>
    mayRead(source, 'user') ? await userOf(await requesterOf(context).principal(), source.userId as string | null) : null

  const profileName: Resolver<VisibleRecord, unknown> = async (source, _arguments, context) => {
    if (!mayRead(source, 'profileName') || source.profileId == null) return null
    const principal = await requesterOf(context).principal()
    // Users may always know the profile of their own sign-ins.
    const mayKnow = (principal.kind === 'user' && principal.userId === source.userId) || readsInFull(rolePermissions, principal, 'AuthenticationProfiles', ['name'])
    return mayKnow ? authProfiles.find({ id: source.profileId as string })?.name ?? null : null
  }

  const activityPerDay: Resolver<unknown, DayRange> = async (_source, range, context, info) => {
    // Each number reveals something about all records and their times.
    assertReadsInFull(rolePermissions, await requesterOf(context).principal(), TABLE, ['createdAt'])
    return await answerSize.reading(context, info, async () => await activityLog.perDay(range))
  }

  return {
    types: `
      "A sign-in of a user at their provider, counted once however often its tokens are refreshed. Deleted after the retention period, and with the user."
      type SignIn {
        id: ID
        createdAt: DateTime
        userId: ID
        "null if you cannot read the user."
        user: User
        profileId: ID
        "null if the profile was deleted, or if you cannot read its name. You can always see it for your own sign-ins."
        profileName: String
        issuer: String
        subject: String
        "The IP address that the sign-in came from; null if unknown."
        ip: String
        "The User-Agent header, exactly as the client sent it."
        userAgent: String
      }
      "The activity of one day (UTC)."
      type ActivityDay {
        "For example 2026-01-31."
        day: String!
        signIns: Int!
        signUps: Int!
        refused: Int!
        "The refusals by reason, most frequent first."
        refusals: [ActivityRefusal!]!
      }
      type ActivityRefusal { reason: String!, count: Int! }`,
    queries: `
      "The number of sign-ins, sign-ups and refusals on each day (UTC). from and to are inclusive, for example 2026-01-31. Default: the last 30 days; at most 366 days. Needs read on all SignIns, including the field createdAt."
      activityPerDay(from: String, to: String): [ActivityDay!]!`,
    resolvers: { Query: { activityPerDay }, SignIn: { user, profileName } }
  }
}

function mayRead (record: VisibleRecord, field: string): boolean {
  return visibilityOf(record)?.fields.has(field) === true
}
