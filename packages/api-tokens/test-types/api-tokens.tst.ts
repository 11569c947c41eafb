import type { ApiToken, ApiTokens } from '@latchkey/api-tokens'
import type { FastifyInstance } from 'fastify'
import { expect, test } from 'tstyche'

test('fastify.apiTokens is typed once the package is imported', () => {
  expect<FastifyInstance['apiTokens']>().type.toBe<ApiTokens>()
})

test('fastify.db knows the tables', () => {
  const { db } = {} as FastifyInstance
  expect(db.selectFrom('latchkey_api_tokens').select(['id', 'expires_at']).executeTakeFirstOrThrow()).type.toBe<Promise<{ id: string, expires_at: string | null }>>()
  expect(db.selectFrom('latchkey_api_token_roles').select('role_id').executeTakeFirstOrThrow()).type.toBe<Promise<{ role_id: string }>>()
})

test('a new token needs a name and roles, and nothing the store decides can be given', () => {
  const { apiTokens } = {} as FastifyInstance
  expect(apiTokens.create).type.toBeCallableWith({ name: 'x', roles: ['1'], expiresAt: null })
  expect(apiTokens.create).type.not.toBeCallableWith({ name: 'x' })
  expect(apiTokens.create).type.not.toBeCallableWith({ name: 'x', roles: [], id: '1' })
  expect(apiTokens.update).type.toBeCallableWith('1', { roles: { add: ['1'] } })
  expect(apiTokens.update).type.not.toBeCallableWith('1', { createdBy: 'x' })
  expect(apiTokens.find).type.not.toBeCallableWith({ secret: 'x' })
})

test('a token is read-only and has no secret', () => {
  expect<ApiToken>().type.not.toHaveProperty('secret')
  expect<Pick<ApiToken, 'name'>>().type.toBe<{ readonly name: string }>()
})
