import t from 'tap'
import { startServer } from '../dist-demo/running-server.js'

t.test('pages of other sites', async t => {
  const server = await startServer({ env: { LOG_LEVEL: 'error' }, config: { profiles: [{ id: 'default', name: 'Latchkey', type: 'embedded', callbackUrls: ['http://localhost:3000/callback'] }] } })
  t.teardown(() => server.stop())
  const allowed = async (path: string, { origin = 'https://other.example.com', method = 'GET' } = {}) => {
    const headers = { origin, ...method === 'OPTIONS' && { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,content-type,workspace' } }
    return (await fetch(`${server.url}${path}`, { method, headers })).headers.get('access-control-allow-origin')
  }
  await t.test('may use the API', async t => {
    t.equal(await allowed('/graphql', { method: 'OPTIONS' }), '*')
    t.equal(await allowed('/auth/profiles'), '*')
  })
  await t.test('may send headers of their own, except the one for viewing as another user', async t => {
    const allowedHeaders = async (asked: string) => {
      const headers = { origin: 'https://other.example.com', 'access-control-request-method': 'POST', 'access-control-request-headers': asked }
      return (await fetch(`${server.url}/graphql`, { method: 'OPTIONS', headers })).headers.get('access-control-allow-headers')
    }
    t.equal(await allowedHeaders('authorization,content-type,workspace'), 'authorization,content-type,workspace')
    t.equal(await allowedHeaders('authorization, Latchkey-View-As,workspace'), 'authorization,workspace')
    t.notMatch(await allowedHeaders('latchkey-view-as') ?? '', /view-as/i)
  })
  await t.test('cannot read the pages of the provider or the emails of development', async t => {
    t.equal((await fetch(`${server.url}/oidc/outbox`)).status, 200)
    t.equal(await allowed('/oidc/outbox'), null)
  })
  await t.test('cannot read anything else, such as the metrics', async t => {
    for (const path of ['/metrics', '/readyz', '/livez', '/graphiql', '/console', '/']) t.equal(await allowed(path), null, path)
  })
  await t.test('can get tokens if their site is in the callback URLs of a profile', async t => {
    t.equal(await allowed('/oidc/token', { method: 'OPTIONS', origin: 'http://localhost:3000' }), 'http://localhost:3000')
    t.ok(await allowed('/oidc/.well-known/openid-configuration'))
    t.ok(await allowed('/oidc/jwks'))
  })
})
