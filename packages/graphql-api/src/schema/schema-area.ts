import type { GraphQLResolveInfo, GraphQLScalarType } from 'graphql'
import type { MercuriusContext } from 'mercurius'

/** A resolver of this API; GraphQL has validated its arguments. */
export type Resolver<Source, Arguments> = (source: Source, arguments_: Arguments, context: MercuriusContext, info: GraphQLResolveInfo) => unknown

/** One area of the schema: its types, its fields of Query and Mutation, and their resolvers. */
export interface SchemaArea {
  /** Types in the schema language. */
  readonly types?: string
  /** Fields of Query in the schema language. */
  readonly queries?: string
  /** Fields of Mutation in the schema language. */
  readonly mutations?: string
  /** By type (including `Query` and `Mutation`) and field. */
  readonly resolvers?: Readonly<Record<string, Readonly<Record<string, Resolver<never, never>>>>>
  /** Scalars with their definitions. Omitted if the app's schema already has them. */
  readonly scalars?: readonly GraphQLScalarType[]
}
