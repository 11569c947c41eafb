import type { GraphQLScalarType, GraphQLSchema } from 'graphql'
import type { IResolvers } from 'mercurius'
import type { SchemaArea } from './schema-area.js'

export interface AssembledSchema {
  /** In the schema language. */
  readonly typeDefs: string
  readonly resolvers: IResolvers
}

interface Roots {
  readonly query: string
  readonly mutation: string
}

const roots: Roots = { query: 'Query', mutation: 'Mutation' }

/** Assembles the areas into a complete schema. */
export function assembleSchema (areas: readonly SchemaArea[]): AssembledSchema {
  const scalars = scalarsOf(areas)
  const parts = [
    ...scalars.map(({ name }) => `scalar ${name}`),
    ...areas.map(area => area.types ?? ''),
    `type Query { ${join(areas, 'queries')} }`,
    `type Mutation { ${join(areas, 'mutations')} }`
  ]
  return { typeDefs: parts.join('\n'), resolvers: resolversOf(areas, scalars, roots) }
}

/**
 * Assembles the areas into an extension of the app's schema. It adds fields to the app's root types, whatever their names,
 * and omits scalars that the app already has.
 */
export function assembleExtension (areas: readonly SchemaArea[], schema: GraphQLSchema): AssembledSchema {
  const scalars = scalarsOf(areas).filter(({ name }) => schema.getType(name) === undefined)
  const mutationName = schema.getMutationType()?.name
  const names: Roots = { query: schema.getQueryType()?.name ?? roots.query, mutation: mutationName ?? roots.mutation }
  const parts = [
    ...scalars.map(({ name }) => `scalar ${name}`),
    ...areas.map(area => area.types ?? ''),
    `extend type ${names.query} { ${join(areas, 'queries')} }`,
    mutationName === undefined
      ? `type ${names.mutation} { ${join(areas, 'mutations')} } extend schema { mutation: ${names.mutation} }`
      : `extend type ${names.mutation} { ${join(areas, 'mutations')} }`
  ]
  return { typeDefs: parts.join('\n'), resolvers: resolversOf(areas, scalars, names) }
}

function scalarsOf (areas: readonly SchemaArea[]): readonly GraphQLScalarType[] {
  return areas.flatMap(area => area.scalars ?? [])
}

function join (areas: readonly SchemaArea[], fields: 'queries' | 'mutations'): string {
  return areas.map(area => area[fields] ?? '').join('\n')
}

function resolversOf (areas: readonly SchemaArea[], scalars: readonly GraphQLScalarType[], names: Roots): IResolvers {
  const resolvers: Record<string, Record<string, unknown> | GraphQLScalarType> = Object.fromEntries(scalars.map(scalar => [scalar.name, scalar]))
  for (const [type, fields] of areas.flatMap(area => Object.entries(area.resolvers ?? {}))) {
    const name = type === roots.query ? names.query : type === roots.mutation ? names.mutation : type
    resolvers[name] = { ...resolvers[name], ...fields }
  }
  return resolvers as IResolvers
}
