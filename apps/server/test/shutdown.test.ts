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
  // Half a request: the server has begun it and waits for the rest.
  socket.write(`POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 5)}`)
  await new Promise(resolve => setTimeout(resolve, 200))

  const ended = once(server.process, 'exit')
  server.process.kill('SIGTERM')
  await new Promise(resolve => setTimeout(resolve, 300))
  t.equal(server.process.exitCode, null, 'it waits')
  socket.write(body.slice(5))
  await once(socket, 'close')
  t.match(answer, 'HTTP/1.1 200 OK')
  t.match(answer, '{"data":{"__typename":"Query"}}')
  t.strictSame(await ended, [0, null])
})
