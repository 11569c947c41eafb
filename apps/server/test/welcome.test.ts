import { startTestIssuer } from '@latchkey/test-issuer'
import t from 'tap'
import { freePort, startServer } from '../dist-demo/running-server.js'

t.test('at its start the server prints the addresses that a browser can open, and each of them responds', async t => {
  const server = await startServer()
  t.teardown(() => server.stop())
  const output = await server.printed('npm run demo')
  const addresses = [...output.matchAll(/^ {2}\S+ +(http\S+)$/gm)].map(([, address]) => address as string)
  t.match(addresses.map(address => new URL(address).pathname), ['/graphql', '/graphiql', '/console', '/auth/profiles', '/oidc/outbox'])
  // GraphQL itself is no page.
  for (const address of addresses.slice(1)) t.equal((await fetch(address)).status, 200, address)
  t.match(output, /^ {4}default \(Latchkey, embedded\)$/m)
  t.notMatch(output, 'response_type', 'no login URL, which leads to an error without the parameters of a front end')
})

t.test('the bare address redirects browsers to the console, and is a 404 for programs', async t => {
  const server = await startServer()
  t.teardown(() => server.stop())
  const ask = async (accept: string) => await fetch(server.url, { redirect: 'manual', headers: { accept } })
  const browser = await ask('text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8')
  t.match([browser.status, browser.headers.get('location')], [302, '/console'])
  t.match(await (await fetch(server.url, { headers: { accept: 'text/html' } })).text(), '<title>')
  for (const accept of ['*/*', 'application/json']) {
    const program = await ask(accept)
    t.equal(program.status, 404)
    t.equal(program.headers.get('vary'), 'accept')
    t.strictSame(await program.json(), { code: 'NotFound', message: 'There is nothing at this address' })
  }
})

t.test('in production the server prints no address that exists in development only', async t => {
  const server = await startServer({ env: { NODE_ENV: 'production', LATCHKEY_SECRET_KEY: 'a'.repeat(32) } })
  t.teardown(() => server.stop())
  t.notMatch(await server.printed('Profiles  '), /graphiql|outbox|npm run demo/)
})

t.test('an unreachable issuer logs one warning, however often its login page is requested, and one line when it responds again', async t => {
  const port = await freePort()
  const issuer = `http://127.0.0.1:${port}`
  const server = await startServer({ config: { profiles: [{ id: 'company-sso', name: 'Company SSO', type: 'openid', issuer, clientId: 'web' }] }, env: { LATCHKEY_ADMIN_EMAIL: 'root@example.com' } })
  t.teardown(() => server.stop())
  await server.printed('npm run demo')
  const loginUrl = async () => (await (await fetch(`${server.url}/auth/profiles`)).json() as { profiles: { loginUrl: string | null }[] }).profiles[0]?.loginUrl
  for (let time = 0; time < 5; time++) t.equal(await loginUrl(), null)

  const running = await startTestIssuer({ port })
  t.teardown(() => running.close())
  for (let time = 0; time < 3; time++) t.match(await loginUrl(), issuer)
  const output = await server.printed('responds again')
  const lines = output.split('\n').filter(line => line.startsWith('{')).map(line => JSON.parse(line) as Record<string, unknown>)
  const told = lines.filter(({ level, profile }) => Number(level) >= 40 || profile === 'company-sso')
  t.match(told, [
    { level: 40, profile: 'company-sso', err: { message: /ECONNREFUSED/ }, msg: `make sure that this machine can reach ${issuer}, or correct the issuer of the profile` },
    { level: 30, profile: 'company-sso', msg: /its login page is available/ }
  ])
  t.equal(told.length, 2)
})
