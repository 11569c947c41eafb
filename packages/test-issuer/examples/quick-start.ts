// examples/quick-start.ts
import { startTestIssuer } from '@latchkey/test-issuer'
import Fastify from 'fastify'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import t from 'tap'

/** Your app: returns the email in the ID token of a request. */
function buildApp (issuer: string, jwksUri: string) {
  const keys = createRemoteJWKSet(new URL(jwksUri))
  const app = Fastify()
  app.get('/me', async (request, reply) => {
    const token = request.headers.authorization?.slice('Bearer '.length) ?? ''
    try {
      const { payload } = await jwtVerify(token, keys, { issuer, audience: 'web' })
      return { email: payload.email }
    } catch {
      return await reply.code(401).send({ error: 'Token invalid' })
    }
  })
  return app
}

t.test('GET /me', async t => {
  const issuer = await startTestIssuer({ clientId: 'web' })
  const app = buildApp(issuer.issuer, issuer.jwksUri)
  t.teardown(async () => {
    await app.close()
    await issuer.close()
  })
  const get = async (token: string) => await app.inject({ url: '/me', headers: { authorization: `Bearer ${token}` } })

  const accepted = await get(await issuer.idToken({ email: 'ada@example.com' }))
  t.equal(accepted.json().email, 'ada@example.com')

  t.equal((await get(await issuer.idToken({ expiresIn: -60 }))).statusCode, 401, 'an expired token')
  t.equal((await get(await issuer.idToken({ claims: { aud: 'mobile' } }))).statusCode, 401, "another client's token")
  t.equal((await get(await issuer.forgedToken())).statusCode, 401, 'a forged token')
})
