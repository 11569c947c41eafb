import tokenVerifier, { errors } from '@latchkey/token-verifier'
import Fastify from 'fastify'
import t from 'tap'
import errorReplies from '../dist/plugins/error-replies.js'

t.test('error replies of routes', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(errorReplies)
  await app.register(tokenVerifier)
  app.get('/expired', () => { throw new errors.TOKEN_VERIFIER_ERR_TOKEN_EXPIRED() })
  app.get('/away', () => { throw Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:5432'), { code: 'ECONNREFUSED' }) })
  app.get('/unforeseen', () => { throw new Error('select password from accounts') })

  t.test('say how to authenticate, as RFC 6750 requires', async t => {
    const response = await app.inject('/expired')
    t.match(response, { statusCode: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token", error_description="Token expired"' } })
    t.strictSame(response.json(), { code: 'TOKEN_VERIFIER_ERR_TOKEN_EXPIRED', message: 'Token expired' })
  })
  t.test('reveal nothing about an unexpected error', async t => {
    const response = await app.inject('/unforeseen')
    t.equal(response.statusCode, 500)
    t.strictSame(response.json(), { code: 'InternalError', message: 'Internal error' })
  })
  t.test('say when to try again if the database is unavailable, without details', async t => {
    const response = await app.inject('/away')
    t.match(response, { statusCode: 503, headers: { 'retry-after': '5' } })
    t.strictSame(response.json(), { code: 'InternalError', message: 'Internal error' })
  })
  t.test('have the same shape for unknown addresses', async t => {
    const response = await app.inject('/nowhere')
    t.equal(response.statusCode, 404)
    t.strictSame(response.json(), { code: 'NotFound', message: 'There is nothing at this address' })
  })
})
