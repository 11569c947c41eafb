import { request } from 'node:http'
import t from 'tap'
import type { RunningServer } from '../dist-demo/running-server.js'
import { serverUnderTest } from './helpers/server-under-test.js'

/** The part of a log line that these tests check. */
interface Line {
  level?: number
  pid?: number
  hostname?: string
  reqId?: string
  msg?: string
  req?: { path?: string }
  res?: object
}

function linesOf ({ output }: RunningServer): Line[] {
  return output().split('\n').filter(line => line.startsWith('{')).map(line => JSON.parse(line) as Line)
}

t.test('the request log leaves out queries, which may contain tokens, codes and passwords', async t => {
  const { server } = await serverUnderTest(t, 'sqlite', { LOG_LEVEL: 'info' })
  const paths = ['/oidc/session/end?id_token_hint=', '/oidc/confirm/?token=', '/oauth2/callback/?code=', '/oidc/me?access_token=', '/graphql?query=', '/nowhere?password=']
  for (const path of paths) await fetch(`${server.url}${path}hunter2-of-the-query`)
  await server.printed('"/nowhere"')
  for (const path of paths) t.match(server.output(), `"path":"${path.split('?', 1)[0]}"`)
  t.notOk(server.output().includes('hunter2-of-the-query'))
})

t.test('each request has one line at info, with request and response, and at debug another one when it arrives', async t => {
  for (const [level, messages] of [['info', ['request completed']], ['debug', ['incoming request', 'request completed']]] as const) {
    const { server } = await serverUnderTest(t, 'sqlite', { LOG_LEVEL: level })
    await fetch(`${server.url}/nowhere`)
    await fetch(`${server.url}/profiles`)
    const lines = () => linesOf(server)
    for (let tries = 0; tries < 2400 && lines().filter(({ res }) => res !== undefined).length < 2; tries++) await new Promise(resolve => setTimeout(resolve, 25))
    const ofRequest = lines().filter(({ req }) => req?.path === '/nowhere')
    t.same(ofRequest.map(({ msg }) => msg), messages)
    t.match(ofRequest.at(-1), { req: { method: 'GET', path: '/nowhere' }, res: { statusCode: 404 }, responseTime: Number, reqId: String })
  }
})

t.test('the line of a request is valid JSON whatever the client sends, and comes in the order in which it was logged', async t => {
  const { server } = await serverUnderTest(t, 'sqlite', { LOG_LEVEL: 'info' })
  const [ready, port] = [await fetch(`${server.url}/readyz`), Number(new URL(server.url).port)]
  t.equal(ready.status, 200)
  await new Promise<void>((resolve, reject) => {
    request({ port, path: '/no"where\\', headers: { host: 'a"host' } }, response => response.resume().once('end', resolve)).once('error', reject).end()
  })
  await fetch(`${server.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: 'Bearer a.b.c' }, body: '{"query":"{ user { id } }"}' })
  await server.printed('"/graphql"')
  const lines = linesOf(server)
  const of = (path: string) => lines.filter(({ req }) => req?.path === path)
  t.match(of('/no"where\\'), [{ req: { method: 'GET', host: 'a"host', ip: '127.0.0.1' }, res: { statusCode: 404 } }])
  t.strictSame(of('/readyz'), [], 'a route may have a higher log level')
  const [answered] = of('/graphql')
  const refused = lines.findIndex(({ msg }) => msg === 'A token was refused')
  t.strictSame(Object.keys(answered ?? {}), ['level', 'time', 'pid', 'hostname', 'reqId', 'req', 'res', 'responseTime', 'msg'])
  const { level, pid, hostname, reqId } = lines[refused] ?? {}
  t.match(answered, { level, pid, hostname, reqId, time: Number })
  t.ok(refused !== -1 && refused < lines.indexOf(answered as object), 'after the events of the request')
})
