import { createOptionsCheck } from '@latchkey/plugin-options'
import Type, { type Static } from 'typebox'
import { GRAPHQL_API_ERR_INVALID_OPTIONS } from './errors.js'

const limits = {
  /** How deep fields may be nested in a query. */
  queryDepth: Type.Optional(Type.Integer({ minimum: 1 })),
  /** How many words and signs a query's text may have; a larger one is not parsed. */
  maxTokens: Type.Optional(Type.Integer({ minimum: 1 })),
  /** How many fields a query may give another name: under many names, one field is asked many times. */
  maxAliases: Type.Optional(Type.Integer({ minimum: 0 })),
  /** Whether the schema may be asked about itself. */
  introspection: Type.Optional(Type.Boolean())
}

const schema = Type.Object({
  ...limits,
  /** About how many fields an answer may have, lists counted as long as they can be. */
  maxCost: Type.Integer({ minimum: 1, default: 250_000 }),
  /** The address of the API. */
  path: Type.Optional(Type.String({ pattern: '^/', description: 'a path such as /graphql' })),
  /** Whether to serve GraphiQL at `/graphiql`. */
  ide: Type.Optional(Type.Boolean())
}, { additionalProperties: false })

/** How much a query may ask for. */
export type GraphqlLimits = Pick<GraphqlApiOptions, keyof typeof limits>

/** What `@latchkey/graphql-api` is registered with; where the app has registered Mercurius itself, `maxCost` only. */
export type GraphqlApiOptions = Partial<Static<typeof schema>>

const check = createOptionsCheck(schema, GRAPHQL_API_ERR_INVALID_OPTIONS)

/** @param ownMercurius whether the app has registered Mercurius itself, so that these options would change nothing */
export function resolveOptions (options: GraphqlApiOptions, ownMercurius: boolean): Readonly<Static<typeof schema>> {
  const resolved = check(options)
  const [unused] = Object.keys(resolved).filter(name => name !== 'maxCost')
  if (ownMercurius && unused !== undefined) {
    throw new GRAPHQL_API_ERR_INVALID_OPTIONS(`${unused} changes nothing, since this app registers Mercurius itself: give limits to mercuriusOptions(), the rest to Mercurius`)
  }
  return resolved
}

/** The limits that hold where none are given. */
export function limitDefaults (): Required<GraphqlLimits> {
  return { queryDepth: 10, maxTokens: 2000, maxAliases: 30, introspection: process.env.NODE_ENV !== 'production' }
}
