import { connect } from 'node:net'
import { once } from 'node:events'
import t from 'tap'
import { serverUnderTest } from './helpers/server-under-test.js'

t.test('SIGTERM lets a request under way finish, then ends the process in order', async t => {
  const { server } = await serverUnderTest(t, 'sqlite')
  const body = JSON.stringify({ query: '{ __typename }' })
  const socket = connect({ port: Number(new URL(server.url).port), host: '127.0.0.1' })
  await once(socket, 'connect')
  let answer = ''
  socket.on('data', chunk => { answer += chunk })
  const closed = once(socket, 'close')
  // The head of a request: by `100 Continue` the server says that it has begun it and waits for the rest.
  socket.write(`POST /graphql HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`)
  await once(socket, 'data')
  t.match(answer, 'HTTP/1.1 100 Continue')

  const ended = once(server.process, 'exit')
  server.process.kill('SIGTERM')
  await new Promise(resolve => setTimeout(resolve, 300))
  t.equal(server.process.exitCode, null, 'it waits')
  socket.write(body)
  await closed
  t.match(answer, 'HTTP/1.1 200 OK')
  t.match(answer, '{"data":{"__typename":"Query"}}')
  t.strictSame(await ended, [0, null])
})
