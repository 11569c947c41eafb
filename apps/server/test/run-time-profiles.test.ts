import { databaseUrl } from '@latchkey/test-databases'
import { startTestIssuer } from '@latchkey/test-issuer'
import t from 'tap'
import { freePort, startServer, type RunningServer } from '../dist-demo/running-server.js'
import { graphql, profileFor, signUpMutation } from './helpers/server-under-test.js'

const site = 'https://app.example.com'
const secretKey = 'a secret key of at least 32 characters'
const newKey = 'another secret key of 32 characters too'

t.test('postgres: changes of profiles and settings reach the other instance within a second, and survive a restart and a new secret key', async t => {
  const [main, partner] = [await startTestIssuer(), await startTestIssuer()]
  const servers: RunningServer[] = []
  const url = await databaseUrl({ teardown: remove => t.teardown(async () => { await Promise.all(servers.map(async server => await server.stop())); await Promise.all([main.close(), partner.close()]); await remove() }) }, 'postgres')
  const port = await freePort()
  const start = async (port: number, env: Record<string, string> = {}) => {
    const config = { profiles: [profileFor(main), { id: 'embedded', name: 'Embedded', type: 'embedded', callbackUrls: ['http://localhost:3000/cb'] }] }
    const server = await startServer({ port, config, env: { DATABASE_URL: url, PUBLIC_URL: `http://127.0.0.1:${port}`, LATCHKEY_ADMIN_EMAIL: 'root@example.com', LATCHKEY_SECRET_KEY: secretKey, ...env } })
    servers.push(server)
    return server
  }
  const publicUrl = `http://127.0.0.1:${port}`
  const one = await start(port)
  const other = await start(await freePort(), { PUBLIC_URL: publicUrl })
  const aSecond = async () => { await new Promise(resolve => setTimeout(resolve, 1100)) }
  const root = await main.idToken({ email: 'root@example.com' })
  t.equal((await graphql(one, signUpMutation('root@example.com'), root)).errors, undefined)

  const token = await partner.idToken({ subject: 'jane', email: 'jane@example.com' })
  const redirect = new URLSearchParams({ client_id: 'embedded', response_type: 'code', scope: 'openid', redirect_uri: `${site}/cb`, code_challenge: 'x'.repeat(43), code_challenge_method: 'S256' })
  const signIn = async (server: RunningServer) => (await fetch(`${server.url}/oidc/auth?${redirect.toString()}`, { redirect: 'manual' })).status
  const allowed = async (server: RunningServer, origin: string) => (await fetch(`${server.url}/graphql`, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } })).headers.get('access-control-allow-origin')
  for (const server of [one, other]) {
    t.match(await graphql(server, '{ user { id } }', token), { errors: [{ code: 'InvalidTokenError' }] })
    t.equal(await signIn(server), 400)
    t.equal(await allowed(server, 'https://elsewhere.example.com'), '*')
  }

  const made = await graphql(one, `mutation { authenticationProfileCreate(data: { name: "Partner", type: "openid", issuer: "${partner.issuer}", clientId: "web", secret: "hunter2", selfSignUpEnabled: true }) { id } }`, root)
  t.equal(made.errors, undefined)
  t.equal((await graphql(one, `mutation { authenticationSettingsUpdate(data: { allowedCallbacks: ["${site}/cb"], allowedWebOrigins: ["${site}"] }) { allowedCallbacks } }`, root)).errors, undefined)
  await aSecond()
  for (const server of [one, other]) {
    t.match(await graphql(server, '{ user { id } }', token), { errors: [{ code: 'EntityNotFoundError' }] }, 'the token is accepted')
    t.equal(await signIn(server), 303)
    t.equal(await allowed(server, site), site)
    t.not(await allowed(server, 'https://elsewhere.example.com'), 'https://elsewhere.example.com')
    t.not(await allowed(server, 'https://elsewhere.example.com'), '*')
  }
  t.equal((await graphql(other, `mutation { userSignUpWithToken(user: { email: "jane@example.com" }, authProfileId: "${made.data?.authenticationProfileCreate.id}") { id } }`, token)).errors, undefined)

  t.equal(await other.stop(), 0)
  const restarted = await start(await freePort(), { PUBLIC_URL: publicUrl, LATCHKEY_SECRET_KEY: newKey, LATCHKEY_SECRET_KEY_PREVIOUS: secretKey })
  t.match((await graphql(restarted, '{ user { email } }', token)).data, { user: { email: 'jane@example.com' } })
  t.equal(await signIn(restarted), 303)
  t.equal(await restarted.stop(), 0)
  const last = await start(await freePort(), { PUBLIC_URL: publicUrl, LATCHKEY_SECRET_KEY: newKey })
  t.match((await graphql(last, '{ user { email } }', token)).data, { user: { email: 'jane@example.com' } }, 'after re-encryption the old key is not needed')
  t.match((await (await fetch(`${last.url}/auth/profiles`)).json()), { profiles: [{ id: 'p0' }, { id: 'embedded' }, { name: 'Partner' }] })

  t.equal((await graphql(last, 'mutation { authenticationProfileDelete(filter: { name: "Partner" }) { success } }', root)).errors, undefined)
  t.match(await graphql(last, '{ user { id } }', token), { errors: [{ code: 'InvalidTokenError' }] })
  await aSecond()
  t.match(await graphql(one, '{ user { id } }', token), { errors: [{ code: 'InvalidTokenError' }] })
  for (const server of servers) t.notMatch(server.output(), /hunter2|secret key of/)
})
