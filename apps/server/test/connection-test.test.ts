import { databaseUrl } from '@latchkey/test-databases'
import { startTestIssuer } from '@latchkey/test-issuer'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { startServer } from '../dist-demo/running-server.js'
import { graphql, profileFor, signUpMutation } from './helpers/server-under-test.js'

t.test('testing a profile of any provider tells a refused client from an endpoint that fails', async t => {
  const issuer = await startTestIssuer()
  const server = await startServer({ config: { profiles: [profileFor(issuer)] }, env: { DATABASE_URL: await databaseUrl(t, 'sqlite'), LATCHKEY_ADMIN_EMAIL: 'root@example.com' } })
  /** What the provider says of itself, and what its token endpoint answers. Auth0's issuers end with a slash. */
  let slash = ''
  let tokenAnswer = { status: 401, error: 'invalid_client' }
  const provider = createServer((request, response) => {
    const base = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`
    const isToken = request.method === 'POST'
    const body = isToken ? { error: tokenAnswer.error } : /keys|jwks/.test(request.url as string) ? { keys: [key] } : { issuer: base + slash, jwks_uri: `${base}/keys`, token_endpoint: `${base}/token`, authorization_endpoint: `${base}/auth` }
    response.writeHead(isToken ? tokenAnswer.status : 200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  await new Promise<void>(resolve => provider.listen(0, '127.0.0.1', resolve))
  t.teardown(async () => {
    provider.closeAllConnections()
    provider.close()
    await Promise.all([server.stop(), issuer.close()])
  })
  const [key] = (await (await fetch(issuer.jwksUri)).json() as { keys: object[] }).keys
  const root = await issuer.idToken({ email: 'root@example.com' })
  t.equal((await graphql(server, signUpMutation('root@example.com'), root)).errors, undefined)

  const url = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`
  const profiles = {
    openid: `issuer: "${url}"`,
    auth0: `domain: "acme.eu.auth0.com", issuer: "${url}/"`,
    cognito: `domain: "${url}", issuer: "${url}", options: { region: "eu-west-1", userPoolId: "eu-west-1_AbCdEfGhI" }`
  }
  for (const [type, fields] of Object.entries(profiles)) {
    slash = type === 'auth0' ? '/' : ''
    const lastStep = async () => {
      const { data, errors } = await graphql(server, `mutation { authenticationProfileTest(data: { name: "X", type: "${type}", clientId: "web", secret: "hunter2", callbackUrls: ["https://app.example.com/cb"], ${fields} }) { step ok message } }`, root)
      t.equal(errors, undefined)
      return data?.authenticationProfileTest.at(-1)
    }
    tokenAnswer = { status: 401, error: 'invalid_client' }
    t.match(await lastStep(), { step: 'client', ok: false, message: /^The provider refuses the client/ }, type)
    tokenAnswer = { status: 500, error: 'server_error' }
    t.match(await lastStep(), { step: 'client', ok: false, message: /could not be tested/ }, type)
    tokenAnswer = { status: 400, error: 'invalid_grant' }
    t.match(await lastStep(), { step: 'client', ok: true }, type)
  }
})
