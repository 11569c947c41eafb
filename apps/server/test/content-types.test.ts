import { readdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import t from 'tap'
import { startServer } from '../dist-demo/running-server.js'

t.test('browsers take every response for what it says it is', async t => {
  const server = await startServer({ env: { LOG_LEVEL: 'error' } })
  t.teardown(() => server.stop())
  const [script = ''] = await readdir(new URL('dist/assets/', `file://${createRequire(import.meta.url).resolve('@latchkey/console/package.json')}`))
  for (const [path, status] of [[`/console/assets/${script}`, 200], ['/console/assets/none.js', 404], ['/console', 200], ['/none', 404], ['/graphql', 400], ['/auth/profiles', 200], ['/metrics', 200], ['/oidc/jwks', 200]] as const) {
    const response = await fetch(server.url + path)
    t.match({ status: response.status, option: response.headers.get('x-content-type-options') }, { status, option: 'nosniff' }, path)
  }
})
