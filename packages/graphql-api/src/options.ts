import { createOptionsCheck } from '@latchkey/plugin-options'
import Type, { type Static } from 'typebox'
import { GRAPHQL_API_ERR_INVALID_OPTIONS } from './errors.js'

const limits = {
  /** The maximum nesting depth of fields in a query. */
  queryDepth: Type.Optional(Type.Integer({ minimum: 1 })),
  /** The maximum number of tokens (names, values and punctuation) in a query. Larger queries are not parsed. */
  maxTokens: Type.Optional(Type.Integer({ minimum: 1 })),
  /** The maximum number of aliases in a query. Aliases can request one field many times. */
  maxAliases: Type.Optional(Type.Integer({ minimum: 0 })),
  /** Whether introspection is allowed. */
  introspection: Type.Optional(Type.Boolean())
}

const schema = Type.Object({
  ...limits,
  /** The approximate maximum number of fields in a response, counting lists at their maximum length. */
  maxCost: Type.Integer({ minimum: 1, default: 250_000 }),
  /** The path of the API. */
  path: Type.Optional(Type.String({ pattern: '^/', description: 'a path such as /graphql' })),
  /** Whether to serve GraphiQL at `/graphiql`. */
  ide: Type.Optional(Type.Boolean())
}, { additionalProperties: false })

/** The limits for queries. */
export type GraphqlLimits = Pick<GraphqlApiOptions, keyof typeof limits>

/** The options of `@latchkey/graphql-api`. Only `maxCost`, if the app registers Mercurius itself. */
export type GraphqlApiOptions = Partial<Static<typeof schema>>

const check = createOptionsCheck(schema, GRAPHQL_API_ERR_INVALID_OPTIONS)

/** @param ownMercurius whether the app registers Mercurius itself, so that options other than `maxCost` would have no effect */
export function resolveOptions (options: GraphqlApiOptions, ownMercurius: boolean): Readonly<Static<typeof schema>> {
  const resolved = check(options)
  const [unused] = Object.keys(resolved).filter(name => name !== 'maxCost')
  if (ownMercurius && unused !== undefined) {
    throw new GRAPHQL_API_ERR_INVALID_OPTIONS(`${unused} has no effect, because this app registers Mercurius itself: pass limits to mercuriusOptions(), and other options to Mercurius`)
  }
  return resolved
}

/** The default limits. */
export function limitDefaults (): Required<GraphqlLimits> {
  return { queryDepth: 10, maxTokens: 2000, maxAliases: 30, introspection: process.env.NODE_ENV !== 'production' }
}
