import t from 'tap'
import { serverUnderTest } from './helpers/server-under-test.js'

t.test('the request log has no query: it may hold tokens, codes and passwords', async t => {
  const { server } = await serverUnderTest(t, 'sqlite', { LOG_LEVEL: 'info' })
  const paths = ['/oidc/session/end?id_token_hint=', '/oidc/confirm/?token=', '/oauth2/callback/?code=', '/oidc/me?access_token=', '/graphql?query=', '/nowhere?password=']
  for (const path of paths) await fetch(`${server.url}${path}hunter2-of-the-query`)
  // What a process has written arrives a little later.
  for (let tries = 0; tries < 200 && !server.output().includes('"/nowhere"'); tries++) await new Promise(resolve => setTimeout(resolve, 25))
  for (const path of paths) t.match(server.output(), `"path":"${path.split('?', 1)[0]}"`)
  t.notOk(server.output().includes('hunter2-of-the-query'))
})
