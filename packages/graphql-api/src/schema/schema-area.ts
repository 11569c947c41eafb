import type { GraphQLResolveInfo, GraphQLScalarType } from 'graphql'
import type { MercuriusContext } from 'mercurius'

/** A resolver as this API writes them; GraphQL has checked its arguments. */
export type Resolver<Source, Arguments> = (source: Source, arguments_: Arguments, context: MercuriusContext, info: GraphQLResolveInfo) => unknown

/** One area of the schema: its types, its fields of Query and Mutation, and what resolves them. */
export interface SchemaArea {
  /** Types in the schema language. */
  readonly types?: string
  /** Fields of Query in the schema language. */
  readonly queries?: string
  /** Fields of Mutation in the schema language. */
  readonly mutations?: string
  /** By type (`Query` and `Mutation` among them) and field. */
  readonly resolvers?: Readonly<Record<string, Readonly<Record<string, Resolver<never, never>>>>>
  /** Scalars, with their definitions; one that the app's schema has already is left to the app. */
  readonly scalars?: readonly GraphQLScalarType[]
}
