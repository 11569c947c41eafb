import fastifyJwt from '@fastify/jwt'
import buildGetJwks from 'get-jwks'
import Fastify, { type FastifyInstance, type FastifyPluginAsync } from 'fastify'
import fp from 'fastify-plugin'
import t, { type Test } from 'tap'
import tokenVerifier from '../../dist/index.js'
import { createGet, trust } from '../helpers/app.js'
import { startIssuer } from '../helpers/issuer.js'

const secret = 'of the app'

interface Jwt { sign (payload: object): string }

/** The app's own @fastify/jwt, used under `/own`. */
function ownJwt (namespace: string | undefined): FastifyPluginAsync {
  const verify = namespace === undefined ? 'jwtVerify' : `${namespace}JwtVerify`
  return fp(async app => {
    await app.register(fastifyJwt, { secret, ...namespace === undefined ? {} : { namespace } })
    app.get('/own', async request => {
      await (request as unknown as Record<string, () => Promise<void>>)[verify]?.()
      return { user: request.user }
    })
  })
}

function signerOf (app: FastifyInstance, namespace: string | undefined): Jwt {
  const { jwt } = app as unknown as { jwt: Jwt & Record<string, Jwt> }
  return namespace === undefined ? jwt : jwt[namespace] as Jwt
}

async function bothWork (t: Test, namespace: string | undefined, register: (app: FastifyInstance, plugins: { own: FastifyPluginAsync, ours: FastifyPluginAsync }) => Promise<void>): Promise<void> {
  const issuer = await startIssuer(t)
  const app = Fastify()
  t.teardown(() => app.close())
  const ours = fp(async (app: FastifyInstance) => {
    await app.register(tokenVerifier, { issuers: [trust(issuer)] })
    app.get('/', { onRequest: app.tokenVerifier.authenticate }, async request => ({ subject: request.identity?.subject }))
  })
  await register(app, { own: ownJwt(namespace), ours })
  const get = createGet(app)
  await app.ready()
  const token = await issuer.idToken()
  const ownToken = signerOf(app, namespace).sign({ name: 'ada' })
  const own = async (token: string) => await app.inject({ url: '/own', headers: { authorization: `Bearer ${token}` } })

  t.strictSame((await get(`Bearer ${token}`)).body, { subject: 'user-1' })
  t.match((await own(ownToken)).json(), { user: { name: 'ada' } })
  t.equal((await get(`Bearer ${ownToken}`)).status, 401, 'its tokens are not ours')
  t.not((await own(token)).statusCode, 200, 'our tokens are not its')
}

for (const namespace of [undefined, 'own']) {
  const which = namespace === undefined ? 'without a namespace' : 'with a namespace'
  t.test(`an app that registered @fastify/jwt before, ${which}`, async t => {
    await bothWork(t, namespace, async (app, { own, ours }) => {
      await app.register(own)
      await app.register(ours)
    })
  })
  t.test(`an app that registers @fastify/jwt afterwards, ${which}`, async t => {
    await bothWork(t, namespace, async (app, { own, ours }) => {
      await app.register(ours)
      await app.register(own)
    })
  })
}

t.test('each app, and each scope of an app, has its own verifier', async t => {
  const [issuer, other] = await Promise.all([startIssuer(t), startIssuer(t)])
  const app = Fastify()
  t.teardown(() => app.close())
  for (const [prefix, trusted] of Object.entries({ '/a': issuer, '/b': other })) {
    await app.register(async scope => {
      await scope.register(tokenVerifier, { issuers: [trust(trusted)] })
      scope.addHook('onRequest', scope.tokenVerifier.authenticate)
      scope.get('/', async request => ({ subject: request.identity?.subject }))
    }, { prefix })
  }
  const status = async (url: string, token: string): Promise<number> => (await app.inject({ url, headers: { authorization: `Bearer ${token}` } })).statusCode
  const [token, otherToken] = await Promise.all([issuer.idToken(), other.idToken()])
  t.strictSame(await Promise.all([status('/a', token), status('/a', otherToken), status('/b', token), status('/b', otherToken)]), [200, 401, 401, 200])
})

t.test('accepts the tokens that an app with @fastify/jwt and get-jwks accepts', async t => {
  // get-jwks reads RSA and EC keys.
  for (const shape of ['openid', 'cognito', 'auth0'] as const) {
    const issuer = await startIssuer(t, { shape, algorithm: shape === 'cognito' ? 'RS256' : 'ES256' })
    const getJwks = buildGetJwks({ issuersWhitelist: [issuer.issuer], providerDiscovery: true })
    const before = Fastify()
    t.teardown(() => before.close())
    await before.register(fastifyJwt, {
      decode: { complete: true },
      secret: async (_request: unknown, token: { header: { kid: string, alg: string }, payload: { iss: string } }) => {
        const { header: { kid, alg }, payload: { iss } } = token
        return await getJwks.getPublicKey({ kid, alg, domain: iss })
      }
    } as never)
    before.addHook('onRequest', async request => await request.jwtVerify())
    before.get('/', async request => ({ identity: { claims: request.user } }))

    const after = Fastify()
    t.teardown(() => after.close())
    await after.register(tokenVerifier, { issuers: [trust(issuer)] })
    after.addHook('onRequest', after.tokenVerifier.requireIdentity)
    after.get('/', async request => ({ identity: { claims: request.identity?.claims } }))

    const [getBefore, getAfter] = [createGet(before), createGet(after)]
    const token = await issuer.idToken()
    const answer = await getBefore(`Bearer ${token}`)
    t.equal(answer.status, 200, shape)
    t.strictSame((await getAfter(`Bearer ${token}`)).body, answer.body)
    for (const refused of [await issuer.forgedToken(), await issuer.idToken({ expiresIn: -60 }), await issuer.idToken({ header: { alg: 'none' } })]) {
      // Some of its refusals have status 500.
      t.not((await getBefore(`Bearer ${refused}`)).status, 200)
      t.equal((await getAfter(`Bearer ${refused}`)).status, 401)
    }
  }
})
