/**
 * Owns the GraphQL API: its schema, its error codes, and the validation of requests, as a complete Mercurius schema or as
 * an extension of the app's schema. All decisions are made elsewhere: `tokenVerifier` verifies identities, `authProfiles`
 * resolves users and sign-ups, and `rolePermissions` decides permissions.
 */
import type {} from '@latchkey/activity-log'
import type {} from '@latchkey/api-tokens'
import type {} from '@latchkey/audit-log'
import type {} from '@latchkey/auth-profiles'
import type {} from '@latchkey/database'
import type {} from '@latchkey/first-administrator'
import type {} from '@latchkey/token-verifier'
import type {} from '@latchkey/users-store'
import type { Action, Allowed, Principal, Resource } from '@latchkey/role-permissions'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { parse } from 'graphql'
import mercurius, { type MercuriusContext } from 'mercurius'
import { createAdmittedCount } from './admitted-count.js'
import { guardFields } from './allow-directive.js'
import { createAccountsOfUsers } from './changes/accounts-of-users.js'
import { createGuardedChanges } from './changes/guarded-changes.js'
import { createProfilePermission } from './changes/profile-permission.js'
import { createRoleGiving } from './changes/role-giving.js'
import { isOfConnection } from './connection-credentials.js'
import { createCreatorOf } from './creators.js'
import { isCompilable } from './document-rules.js'
import { asClientError } from './error-format.js'
import { assertExecutable } from './executable.js'
import { createIdentitiesOf } from './identities-of.js'
import { createAnswerSize } from './lists/answer-size.js'
import { createProfileList } from './lists/profile-list.js'
import { createRecordLists, type ListedName } from './lists/record-lists.js'
import { mercuriusOptions } from './mercurius-options.js'
import { resolveOptions, type GraphqlApiOptions } from './options.js'
import { createFindSubject } from './permission-subjects.js'
import { createReadableRecords } from './readable-records.js'
import { createRequesterOf, type RequesterOf } from './requester-of.js'
import { accountsArea } from './schema/accounts.js'
import { activityArea } from './schema/activity.js'
import { apiTokenChangesArea } from './schema/api-token-changes.js'
import { apiTokensArea } from './schema/api-tokens.js'
import { assembleExtension, assembleSchema } from './schema/assemble.js'
import { auditEvents } from './schema/audit-events.js'
import { firstAdministratorArea } from './schema/first-administrator.js'
import { identitiesArea } from './schema/identities.js'
import { identityChangesArea } from './schema/identity-changes.js'
import { listsArea } from './schema/lists.js'
import { permissionComparisonArea } from './schema/permission-comparison.js'
import { permissionEditorArea } from './schema/permission-editor.js'
import { permissionExplanationArea } from './schema/permission-explanation.js'
import { profileChangesArea } from './schema/profile-changes.js'
import { profilesArea } from './schema/profiles.js'
import { roleChangesArea } from './schema/role-changes.js'
import { rolesArea } from './schema/roles.js'
import { scalars } from './schema/scalars.js'
import type { SchemaArea } from './schema/schema-area.js'
import { settingsArea } from './schema/settings.js'
import { signUpArea } from './schema/sign-up.js'
import { userChangesArea } from './schema/user-changes.js'
import { usersArea } from './schema/users.js'
import { guardSubscriptions } from './subscription-events.js'
import { beginSubscription } from './subscription-options.js'
import { describeTables, fieldNames, type DescribedTable, type DescribedTables } from './tables.js'
import { createVisibleProfiles } from './visible-profiles.js'
import { createShowUser } from './visible-users.js'

export { allowDirective } from './allow-directive.js'
export type { ErrorCode } from './error-codes.js'
export * as errors from './errors.js'
export type { WebSocketLimits } from './guarded-socket.js'
export { mercuriusOptions, type RequiredMercuriusOptions } from './mercurius-options.js'
export type { GraphqlApiOptions, GraphqlLimits } from './options.js'
export { subscriptionOptions, type RequiredSubscriptionOptions } from './subscription-options.js'

/** The API of `fastify.graphqlApi`, for the app's own resolvers. */
export interface GraphqlApi {
  /**
   * The principal of a GraphQL request, determined once per request.
   *
   * @param context the context that Mercurius passes to resolvers
   * @throws what `authProfiles.resolve` throws, for a token without a user
   */
  principal (context: MercuriusContext): Promise<Principal>
  /**
   * Authorizes the principal of a GraphQL request.
   *
   * @returns the records and fields that are allowed
   * @throws what `principal` throws, and ROLE_PERMISSIONS_ERR_NOT_AUTHORIZED
   */
  authorize (context: MercuriusContext, action: Action | 'call', resource: Resource): Promise<Allowed>
}

declare module 'fastify' {
  interface FastifyInstance {
    /** What the GraphQL API offers to the app's own code. */
    graphqlApi: GraphqlApi
  }
}

async function graphqlApi (fastify: FastifyInstance, options: GraphqlApiOptions): Promise<void> {
  const requesterOf = createRequesterOf(fastify)
  const principal: GraphqlApi['principal'] = async context => await requesterOf(context).principal()
  // First, so that a second registration fails with Fastify's error for that, and not with one about tables or Mercurius.
  fastify.decorate('graphqlApi', Object.freeze<GraphqlApi>({
    principal,
    authorize: async (context, action, resource) => fastify.rolePermissions.authorize(await principal(context), action, resource)
  }))
  const ownMercurius = fastify.hasDecorator('graphql')
  const { path, ide, maxCost, ...limits } = resolveOptions(options, ownMercurius)
  const tables = describeTables(fastify.usersStore.columns)
  const names = listedNames(fastify)
  const declared: DescribedTable[] = [tables.AuthenticationProfiles, tables.AuthenticationSettings, ...names.map(name => tables[name])]
  for (const table of declared) fastify.rolePermissions.declareTable(table, { otherFields: table.otherFields })
  fastify.rolePermissions.declareFunction('getToken')

  const areas = areasOf(fastify, tables, names, maxCost, requesterOf)
  if (ownMercurius) {
    const { typeDefs, resolvers } = assembleExtension(areas, fastify.graphql.schema)
    // Parsed here, because the app's limit on the size of queries must not apply to the schema.
    await fastify.graphql.extendSchema(parse(typeDefs))
    fastify.graphql.defineResolvers(resolvers)
  } else {
    const { typeDefs, resolvers } = assembleSchema(areas)
    await fastify.register(mercurius, { ...mercuriusOptions(limits), schema: typeDefs, resolvers, path, ide: ide ?? false })
  }
  fastify.graphql.addHook('preExecution', (schema, document, context, variables) => {
    try {
      assertExecutable(context, schema, document, variables ?? {}, maxCost)
    } catch (error) {
      throw isOfConnection(context) ? asClientError(error, context) : error
    }
    // Returning the document makes Mercurius run it without compiling it.
    return isCompilable(document) ? undefined : { document }
  })
  fastify.graphql.addHook('preSubscriptionExecution', async (schema, document, context, id) => { await beginSubscription(schema, document, context, id, fastify, maxCost) })
  // The app's own fields, tables and functions are complete only when it is ready.
  fastify.addHook('onReady', async () => {
    guardFields(fastify.graphql.schema, fastify.rolePermissions, principal)
    guardSubscriptions(fastify.graphql.schema, requesterOf)
  })
}

/** The tables that depend on other plugins, by the decorator of the plugin. */
const listedWith = { apiTokens: 'ApiTokens', auditLog: 'AuditEvents', activityLog: 'SignIns' } as const satisfies Record<string, ListedName>

/** The tables that the app has. */
function listedNames (fastify: FastifyInstance): ListedName[] {
  return ['Users', 'Roles', ...Object.entries(listedWith).filter(([decorator]) => fastify.hasDecorator(decorator)).map(([, name]) => name)]
}

function areasOf (fastify: FastifyInstance, tables: DescribedTables, names: readonly ListedName[], maxCost: number, requesterOf: RequesterOf): SchemaArea[] {
  const { usersStore, rolePermissions, authProfiles, tokenVerifier, db, log } = fastify
  const apiTokens = fastify.hasDecorator('apiTokens') ? fastify.apiTokens : null
  const readableRecords = createReadableRecords(db, rolePermissions, tables)
  const showUser = createShowUser(readableRecords)
  const lists = createRecordLists(db, rolePermissions, tables)
  const creatorOf = createCreatorOf(usersStore, rolePermissions, lists)
  const auditLog = fastify.hasDecorator('auditLog') ? fastify.auditLog : null
  const changes = createGuardedChanges(rolePermissions, tables, auditLog)
  const roleGiving = createRoleGiving(rolePermissions)
  const visibleProfiles = createVisibleProfiles(rolePermissions, readableRecords, fieldNames(tables.AuthenticationProfiles))
  const { relations: _relations, ...filterableProfiles } = tables.AuthenticationProfiles
  const profileList = createProfileList(db, rolePermissions, filterableProfiles)
  const accounts = createAccountsOfUsers(authProfiles, usersStore)
  const answerSize = createAnswerSize(maxCost)
  const admittedCount = createAdmittedCount({ db, rolePermissions, authProfiles, log })
  const findSubject = createFindSubject({ authProfiles, usersStore, rolePermissions, apiTokens })
  return [
    scalars,
    usersArea({ usersStore, showUser, creatorOf, requesterOf }),
    userChangesArea({ usersStore, rolePermissions, changes, roleGiving, accounts, showUser, requesterOf }),
    identitiesArea({ rolePermissions, identitiesOf: createIdentitiesOf({ db, authProfiles, rolePermissions }), answerSize, requesterOf }),
    identityChangesArea({ usersStore, rolePermissions, authProfiles, tokenVerifier, changes, roleGiving, auditLog, requesterOf }),
    rolesArea({ db, rolePermissions, lists, tables, requesterOf }),
    listsArea({ lists, tables, names, answerSize, requesterOf }),
    roleChangesArea({ rolePermissions, changes, roleGiving, readableRecords, requesterOf }),
    permissionEditorArea({ rolePermissions, admittedCount, requesterOf }),
    permissionExplanationArea({ rolePermissions, findSubject, answerSize, requesterOf }),
    permissionComparisonArea({ rolePermissions, findSubject, admittedCount, answerSize, requesterOf }),
    profilesArea({ authProfiles, rolePermissions, readableRecords, visibleProfiles, profileList, filterable: filterableProfiles, requesterOf }),
    profileChangesArea({ authProfiles, changes, permission: createProfilePermission(rolePermissions, roleGiving), visibleProfiles, requesterOf }),
    settingsArea({ authProfiles, rolePermissions, changes, requesterOf }),
    signUpArea({ usersStore, authProfiles, rolePermissions, changes, roleGiving, requesterOf }),
    accountsArea({ authProfiles, rolePermissions, roleGiving, requesterOf }),
    ...fastify.hasDecorator('auditLog') ? [auditEvents] : [],
    ...fastify.hasDecorator('activityLog') ? [activityArea({ activityLog: fastify.activityLog, authProfiles, rolePermissions, userOf: creatorOf, answerSize, requesterOf })] : [],
    ...fastify.hasDecorator('firstAdministrator') ? [firstAdministratorArea({ firstAdministrator: fastify.firstAdministrator, rolePermissions, auditLog, requesterOf })] : [],
    ...apiTokens === null
      ? []
      : [
          apiTokensArea({ db, apiTokens, rolePermissions, readableRecords, lists, creatorOf, requesterOf }),
          apiTokenChangesArea({ apiTokens, rolePermissions, changes, roleGiving, readableRecords, requesterOf })
        ]
  ]
}

export default fp(graphqlApi, {
  name: '@latchkey/graphql-api',
  fastify: '5.x',
  dependencies: ['@latchkey/database', '@latchkey/users-store', '@latchkey/role-permissions', '@latchkey/token-verifier', '@latchkey/auth-profiles']
})
