import graphqlApi, { mercuriusOptions, type GraphqlApi, type GraphqlApiOptions } from '@latchkey/graphql-api'
import type { Principal } from '@latchkey/role-permissions'
import Fastify, { type FastifyInstance } from 'fastify'
import mercurius, { type MercuriusContext } from 'mercurius'
import { expect, test } from 'tstyche'

test('fastify.graphqlApi is typed once the package is imported', () => {
  expect<FastifyInstance['graphqlApi']>().type.toBe<GraphqlApi>()
  const { graphqlApi } = {} as FastifyInstance
  expect(graphqlApi.principal({} as MercuriusContext)).type.toBe<Promise<Principal>>()
})

test('the plugin is registered with its options only', () => {
  const app = Fastify()
  expect(app.register(graphqlApi, { path: '/api', ide: true, queryDepth: 5, maxTokens: 100, introspection: false })).type.not.toBe<never>()
  expect<GraphqlApiOptions>().type.not.toBeAssignableFrom<{ queryDepth: string }>()
})

test('Mercurius takes what it must be registered with', () => {
  const app = Fastify()
  expect(app.register(mercurius, { schema: 'type Query { size: Int }', ...mercuriusOptions({ queryDepth: 5 }) })).type.not.toBe<never>()
  expect(mercuriusOptions).type.not.toBeCallableWith({ path: '/api' })
})
