import t from 'tap'
import { freePort, startServer } from '../dist-demo/running-server.js'

t.test('at its start the server prints the addresses that a browser can open, and each of them answers', async t => {
  const server = await startServer()
  t.teardown(() => server.stop())
  const output = await server.printed('The story')
  const addresses = [...output.matchAll(/^ {2}\S+ +(http\S+)$/gm)].map(([, address]) => address as string)
  t.match(addresses.map(address => new URL(address).pathname), ['/graphql', '/graphiql', '/console', '/auth/profiles', '/oidc/outbox'])
  // GraphQL itself is no page.
  for (const address of addresses.slice(1)) t.equal((await fetch(address)).status, 200, address)
  t.match(output, /^ {4}default \(Latchkey, embedded\)$/m)
  t.notMatch(output, 'response_type', 'no login URL, which leads to an error without what a front end adds')
})

t.test('in production it names nothing that is there in development only', async t => {
  const server = await startServer({ env: { NODE_ENV: 'production', LATCHKEY_SECRET_KEY: 'a'.repeat(32) } })
  t.teardown(() => server.stop())
  t.notMatch(await server.printed('Profiles  '), /graphiql|outbox|npm run demo/)
})

t.test('an issuer that cannot be reached is one warning at the start, which says what to do', async t => {
  const issuer = `http://127.0.0.1:${await freePort()}`
  const server = await startServer({ config: { profiles: [{ id: 'company-sso', name: 'Company SSO', type: 'openid', issuer, clientId: 'web' }] }, env: { LATCHKEY_ADMIN_EMAIL: 'root@example.com' } })
  t.teardown(() => server.stop())
  await server.printed('The story')
  const output = await server.printed(issuer)
  const warnings = output.split('\n').filter(line => line.startsWith('{')).map(line => JSON.parse(line) as Record<string, unknown>).filter(({ level }) => Number(level) >= 40)
  t.match(warnings, [{ profile: 'company-sso', err: { message: /ECONNREFUSED/ }, msg: `have ${issuer} reachable from this machine, or correct the issuer of the profile` }])
  t.equal(warnings.length, 1)
})
