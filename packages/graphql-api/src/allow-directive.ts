import type { Action, Principal, Resource, RolePermissionsService } from '@latchkey/role-permissions'
import { defaultFieldResolver, GraphQLDirective, GraphQLEnumType, getDirectiveValues, GraphQLString, isInterfaceType, isObjectType, type GraphQLField, type GraphQLSchema } from 'graphql'
import type { MercuriusContext } from 'mercurius'
import { GRAPHQL_API_ERR_INVALID_OPTIONS } from './errors.js'
import { permitEvent } from './subscription-events.js'

/** The directive, for the app's schema. A field with it is resolved only for principals with the named permission. */
export const allowDirective = 'directive @allow(table: String, action: AllowedAction, function: String) on FIELD_DEFINITION enum AllowedAction { create read update delete }'

const directive = new GraphQLDirective({
  name: 'allow',
  locations: [],
  args: {
    table: { type: GraphQLString },
    action: { type: new GraphQLEnumType({ name: 'AllowedAction', values: { create: {}, read: {}, update: {}, delete: {} } }) },
    function: { type: GraphQLString }
  }
})

type Field = GraphQLField<unknown, MercuriusContext>
type Authorize = (context: MercuriusContext) => Promise<unknown>

/**
 * Guards every field that has the directive, and every event of a guarded subscription, which ends with the first refusal.
 *
 * @param principalOf returns the principal of a resolver's context
 * @throws GRAPHQL_API_ERR_INVALID_OPTIONS if a directive names neither or both of table and function, or something undeclared
 */
export function guardFields (schema: GraphQLSchema, rolePermissions: RolePermissionsService, principalOf: (context: MercuriusContext) => Promise<Principal>): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (isInterfaceType(type)) for (const field of Object.values(type.getFields())) refuseOnInterface(field, `${type.name}.${field.name}`)
    if (!isObjectType(type) || type.name.startsWith('__')) continue
    for (const field of Object.values(type.getFields())) {
      const wanted = wantedBy(field, `${type.name}.${field.name}`, rolePermissions)
      if (wanted === null) continue
      guard(field, async context => { rolePermissions.authorize(await principalOf(context), wanted.action, wanted.resource) })
    }
  }
}

function guard (field: Field, authorize: Authorize): void {
  const { resolve = defaultFieldResolver, subscribe } = field
  field.resolve = async (source, arguments_, context, info) => {
    await (subscribe === undefined ? authorize(context) : permitEvent(context, async () => await authorize(context)))
    return await resolve(source, arguments_, context, info)
  }
  if (subscribe !== undefined) {
    field.subscribe = async (source, arguments_, context, info) => {
      await authorize(context)
      return await subscribe(source, arguments_, context, info)
    }
  }
}

/** The fields of an interface are never resolved. @throws GRAPHQL_API_ERR_INVALID_OPTIONS */
function refuseOnInterface ({ astNode }: Field, path: string): void {
  if (astNode != null && getDirectiveValues(directive, astNode) !== undefined) throw new GRAPHQL_API_ERR_INVALID_OPTIONS(`@allow on ${path} has no effect on an interface: put it on the field of each type that implements it`)
}

function wantedBy ({ astNode }: Field, path: string, { tables, functions }: RolePermissionsService): { action: Action | 'call', resource: Resource } | null {
  const given = astNode == null ? undefined : getDirectiveValues(directive, astNode)
  if (given === undefined) return null
  const { table, action, function: name } = given as { table?: string, action?: Action, function?: string }
  const refuse = (why: string): never => { throw new GRAPHQL_API_ERR_INVALID_OPTIONS(`@allow on ${path} ${why}`) }
  if (name !== undefined && table === undefined && action === undefined) {
    if (!functions.has(name)) refuse(`names the undeclared function ${name}: call app.rolePermissions.declareFunction('${name}')`)
    return { action: 'call', resource: { function: name } }
  }
  if (name !== undefined || table === undefined || action === undefined) return refuse('needs either table and action, or function')
  if (!tables.has(table)) refuse(`names the undeclared table ${table}: call app.rolePermissions.declareTable`)
  return { action, resource: { table } }
}
