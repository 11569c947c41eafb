import { queryOptions } from '@tanstack/react-query'
import { buildClientSchema, buildSchema, getIntrospectionQuery, type GraphQLSchema, type IntrospectionQuery } from 'graphql'
import { ApiError } from './api-error'
import { ask } from './ask'
import { TypedDocumentString } from '../graphql/graphql'

/** The API's own description of itself. */
export interface ApiSchema {
  readonly schema: GraphQLSchema
  /** Whether the server told it; one in production does not, and then it is what the console was built with, without what the app adds. */
  readonly told: boolean
}

const IntrospectionDocument = new TypedDocumentString<IntrospectionQuery, Record<string, never>>(getIntrospectionQuery())

/** Loads a good deal of code: for pages that need it, when they do. */
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
