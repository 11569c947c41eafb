import type { errors, Identity, InvalidReason, TokenVerifier, TokenVerifierOptions, TrustedIssuer } from '@latchkey/token-verifier'
import type { FastifyInstance, FastifyRequest, onRequestAsyncHookHandler } from 'fastify'
import { expect, test } from 'tstyche'

declare module '@latchkey/token-verifier' {
  interface IdentityClaims {
    groups?: readonly string[]
  }
}

test('fastify.tokenVerifier and request.identity are typed once the package is imported', () => {
  expect<FastifyInstance['tokenVerifier']>().type.toBe<TokenVerifier>()
  expect<FastifyRequest['identity']>().type.toBe<Identity | null>()
})

test('the hooks are hooks of Fastify', () => {
  expect<onRequestAsyncHookHandler>().type.toBeAssignableFrom<TokenVerifier['authenticate']>()
  expect<onRequestAsyncHookHandler>().type.toBeAssignableFrom<TokenVerifier['requireIdentity']>()
})

test('nothing of @fastify/jwt reaches the app', () => {
  expect<FastifyInstance>().type.not.toHaveProperty('jwt')
  expect<FastifyRequest>().type.not.toHaveProperty('user')
  expect<FastifyRequest>().type.not.toHaveProperty('jwtVerify')
})

test('the claims are those that the app declared, and anything else is unknown', () => {
  const { claims } = {} as Identity
  expect(claims.groups).type.toBe<readonly string[] | undefined>()
  expect(claims.anything).type.toBe<unknown>()
})

test('an identity is read-only', () => {
  expect<Pick<Identity, 'email' | 'emailVerified'>>().type.toBe<{ readonly email: string, readonly emailVerified: boolean | null }>()
})

test('everything has a default but what an issuer is', () => {
  expect<TokenVerifierOptions>().type.toBeAssignableFrom<{}>()
  expect<TokenVerifierOptions>().type.toBeAssignableFrom<{ issuers: [{ id: 'main', issuer: 'https://id.example.com', clientId: 'web' }] }>()
  expect<TrustedIssuer>().type.not.toBeAssignableFrom<{ id: 'main', issuer: 'https://id.example.com' }>()
  expect<TrustedIssuer>().type.not.toBeAssignableFrom<{ id: 'main', issuer: 'https://id.example.com', clientId: 'web', algorithms: ['HS256'] }>()
})

test('why a token is invalid is one of a closed list', () => {
  const error = {} as InstanceType<typeof errors.TOKEN_VERIFIER_ERR_TOKEN_INVALID>
  expect(error.reason).type.toBe<InvalidReason>()
  expect<InvalidReason>().type.toBe<'malformed' | 'unknown_issuer' | 'audience_mismatch' | 'wrong_token_use' | 'key_not_found' | 'bad_signature' | 'not_yet_valid' | 'missing_claim' | 'issuer_unreachable'>()
})
