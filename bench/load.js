/** The load generator: one round of requests on 50 connections. Each answer is checked for the person whose token was sent, or for the number of records. */
import { Client } from 'undici'
import { idOf, people, readTokens, readTokensOfIssuers } from './inputs.js'

const connections = 50
const tokensBy = { one: readTokens(), several: readTokensOfIssuers() }

/** The connections to the server that was asked last. */
let connected = { port: undefined, clients: [] }

/** Opens the connections, unless this server was also asked last: for a tenth of a second, new connections are answered late. */
async function connectedTo (port) {
  if (connected.port !== port) {
    await Promise.all(connected.clients.map(client => client.close()))
    connected = { port, clients: Array.from({ length: connections }, () => new Client(`http://127.0.0.1:${port}`)) }
    await Promise.all(connected.clients.map(async client => { await (await client.request({ method: 'GET', path: '/' })).body.dump() }))
  }
  return connected.clients
}

process.on('message', async ({ port, query, anybody, items, issuers, from, count, seconds, awake }) => {
  const tokens = tokensBy[issuers]
  const isRight = items === undefined ? (text, index) => text.includes(`"id":"${idOf(anybody ? 0 : index % people)}"`) : text => text.split('"id":"').length === items + 1
  const times = []
  let errors = 0
  let example
  let next = from
  const body = JSON.stringify({ query })
  const clients = await connectedTo(port)
  const usedBefore = process.cpuUsage()
  const begun = performance.now()
  const end = begun + seconds * 1000

  /** With `dispatch`, because undici's promises and streams cost more than the server. */
  function ask (client) {
    const index = next++ % count
    const asked = performance.now()
    const chunks = []
    let status
    return new Promise((resolve, reject) => {
      client.dispatch({ method: 'POST', path: '/graphql', headers: { 'content-type': 'application/json', authorization: `Bearer ${tokens[index]}` }, body }, {
        onRequestStart () {},
        onResponseStart (_controller, statusCode) { status = statusCode },
        onResponseData (_controller, chunk) { chunks.push(chunk) },
        onResponseEnd () {
          times.push(performance.now() - asked)
          const text = (chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)).toString()
          if (status !== 200 || !isRight(text, index) || text.includes('"errors"')) {
            errors++
            example ??= `${status} ${text.slice(0, 500)}`
          }
          resolve()
        },
        onResponseError (_controller, error) { reject(error) }
      })
    })
  }

  let asking = awake
  // On a virtual machine, waking a sleeping process costs its waker tens of microseconds. A slow server would pay that for every answer, a fast one for few.
  const stayAwake = () => { if (asking) setImmediate(stayAwake) }
  stayAwake()
  await Promise.all(clients.map(async client => {
    while (performance.now() < end) {
      await ask(client).catch(error => {
        errors++
        example ??= error.message
      })
    }
  }))
  asking = false
  const duration = (performance.now() - begun) / 1000
  const used = process.cpuUsage(usedBefore)
  times.sort((one, other) => one - other)
  process.send({
    next: next % count,
    answers: times.length,
    seconds: duration,
    p50: times[Math.floor(times.length * 0.5)],
    p99: times[Math.floor(times.length * 0.99)],
    errors,
    example,
    loadCpu: (used.user + used.system) / 1e6 / duration
  })
})

process.on('disconnect', () => { process.exit() })
