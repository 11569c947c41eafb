import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { createGuardedFetch } from '../dist/index.js'

const patient = createGuardedFetch(5000)

t.test('the request and the answer pass unchanged, whatever the status', async t => {
  const url = await startServer(t, (request, response) => {
    request.setEncoding('utf8').once('data', body => { response.writeHead(418, { 'x-heard': body }).end('short and stout') })
  })
  const response = await patient(url, { method: 'POST', body: 'tea' })
  t.equal(response.status, 418)
  t.equal(response.headers.get('x-heard'), 'tea')
  t.equal(await response.text(), 'short and stout')
})

t.test('an answer that must not have a body is passed on', async t => {
  const url = await startServer(t, (_request, response) => { response.writeHead(204).end() })
  t.equal((await patient(url, {})).status, 204)
})

t.test('a redirect is an answer like others, and not followed', async t => {
  let asked = 0
  const url = await startServer(t, (request, response) => {
    asked++
    response.writeHead(request.url === '/' ? 307 : 200, { location: '/elsewhere' }).end()
  })
  t.equal((await patient(url, { redirect: 'follow' })).status, 307)
  t.equal(asked, 1)
})

t.test('a server that does not respond runs into the timeout', async t => {
  const url = await startServer(t, () => {})
  await t.rejects(createGuardedFetch(50)(url, {}), { name: 'TimeoutError' })
})

t.test('a response that never ends runs into the timeout', async t => {
  const url = await startServer(t, (_request, response) => { response.writeHead(200).write('{') })
  await t.rejects(createGuardedFetch(50)(url, {}), { name: 'TimeoutError' })
})

t.test('a megabyte is read and not a byte more', async t => {
  const url = await startServer(t, (request, response) => { response.end(Buffer.alloc(Number(request.url?.slice(1)))) })
  t.equal((await (await patient(`${url}/${1024 * 1024}`, {})).arrayBuffer()).byteLength, 1024 * 1024)
  await t.rejects(patient(`${url}/${1024 * 1024 + 1}`, {}), { message: /more than 1048576 bytes/ })
})

t.test('nothing is sent to an address that is not safe', async t => {
  let asked = 0
  const url = await startServer(t, (_request, response) => { asked++; response.end() })
  await t.rejects(patient(url.replace('127.0.0.1', '0.0.0.0'), {}), { message: /endpoint URL must begin with https/ })
  await t.rejects(patient(`${url}/#hunter2`, {}), { message: /endpoint URL must not contain a #/ })
  t.equal(asked, 0)
})

async function startServer (t: Test, listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => { server.close(); server.closeAllConnections() })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
