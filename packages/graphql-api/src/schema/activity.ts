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
  /** The user of this id, as somebody may see that one. */
  readonly userOf: CreatorOf
  readonly answerSize: AnswerSize
  readonly requesterOf: RequesterOf
}

const TABLE = 'SignIns'

/** The type `SignIn`, whose records `signInsList` reads, and how many of everything there were per day. */
export function activityArea ({ activityLog, authProfiles, rolePermissions, userOf, answerSize, requesterOf }: ActivityParts): SchemaArea {
  const user: Resolver<VisibleRecord, unknown> = async (source, _arguments, context) =>
    mayRead(source, 'user') ? await userOf(await requesterOf(context).principal(), source.userId as string | null) : null

  const profileName: Resolver<VisibleRecord, unknown> = async (source, _arguments, context) => {
    if (!mayRead(source, 'profileName') || source.profileId == null) return null
    const principal = await requesterOf(context).principal()
    // Everybody knows by which profile they have signed in.
    const mayKnow = (principal.kind === 'user' && principal.userId === source.userId) || readsInFull(rolePermissions, principal, 'AuthenticationProfiles', ['name'])
    return mayKnow ? authProfiles.find({ id: source.profileId as string })?.name ?? null : null
  }

  const activityPerDay: Resolver<unknown, DayRange> = async (_source, range, context, info) => {
    // Each number tells of all records, and when they were.
    assertReadsInFull(rolePermissions, await requesterOf(context).principal(), TABLE, ['createdAt'])
    return await answerSize.reading(context, info, async () => await activityLog.perDay(range))
  }

  return {
    types: `
      "Somebody signed in: once for each time at their provider, however often the token is refreshed. Deleted after a while, and with the user."
      type SignIn {
        id: ID
        createdAt: DateTime
        userId: ID
        "null for who may not read the user."
        user: User
        profileId: ID
        "null where the profile is gone, and for who may not read it."
        profileName: String
        issuer: String
        subject: String
        "The address that the sign-in came from; null where it is not known."
        ip: String
        "What the browser or client calls itself, which is whatever it sends."
        userAgent: String
      }
      "How many there were of one day in UTC."
      type ActivityDay {
        "As 2026-01-31."
        day: String!
        signIns: Int!
        signUps: Int!
        refused: Int!
        "The refusals by reason, the most frequent first."
        refusals: [ActivityRefusal!]!
      }
      type ActivityRefusal { reason: String!, count: Int! }`,
    queries: `
      "Sign-ins, sign-ups and refusals of each day, from and to included (as 2026-01-31, in UTC): by default the last 30 days, at most 366. Needs to read all SignIns."
      activityPerDay(from: String, to: String): [ActivityDay!]!`,
    resolvers: { Query: { activityPerDay }, SignIn: { user, profileName } }
  }
}

function mayRead (record: VisibleRecord, field: string): boolean {
  return visibilityOf(record)?.fields.has(field) === true
}
