import t from 'tap'
import { startServer } from '../dist-demo/running-server.js'

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
