import { queryOptions } from '@tanstack/react-query'
import { buildClientSchema, buildSchema, getIntrospectionQuery, type GraphQLSchema, type IntrospectionQuery } from 'graphql'
import { ApiError } from './api-error'
import { ask } from './ask'
import { TypedDocumentString } from '../graphql/graphql'

/** The API's GraphQL schema. */
export interface ApiSchema {
  readonly schema: GraphQLSchema
  /** Whether the server returned it. In production it doesn't by default; then this is the schema that the console was built with, without the app's additions. */
  readonly told: boolean
}

const IntrospectionDocument = new TypedDocumentString<IntrospectionQuery, Record<string, never>>(getIntrospectionQuery())

/** Loads a lot of code, so use it only on the pages that need it. */
export const schemaQuery = queryOptions({
  queryKey: ['schema'],
  queryFn: async (): Promise<ApiSchema> => {
    try {
      return { schema: buildClientSchema(await ask(IntrospectionDocument)), told: true }
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'ValidationError') throw error
      const { default: text } = await import('../graphql/schema.graphql?raw')
      return { schema: buildSchema(text), told: false }
    }
  },
  staleTime: Infinity
})
