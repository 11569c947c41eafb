/** Measures requests with growing numbers of users, roles, profiles and tokens: their time and memory must stay flat. */
import { startChild } from './child.js'
import { latchkeySqlite } from './databases.js'
import { people, startIssuer, tokenCount } from './inputs.js'

const rounds = 5
const seconds = 2
/** An hour's tokens at about 280 requests per second, each with a new one. */
const manyTokens = 1_000_000

/** Each case is the reference app on SQLite with a number of one thing. `load`: how many tokens take turns. */
const cases = [
  { what: 'users', many: 1000, users: 1000, load: 1000 },
  { what: 'users', many: 100_000, users: 100_000, load: tokenCount },
  { what: 'users', many: 1_000_000, users: 1_000_000, load: tokenCount },
  { what: 'roles', many: 10, roles: 10, load: 1 },
  { what: 'roles', many: 1000, roles: 1000, load: 1 },
  { what: 'profiles', many: 1, profiles: 0, load: 1 },
  { what: 'profiles', many: 100, profiles: 99, load: 1 }
]

/** @returns a row for each case, and one after each hundred thousand tokens for the memory */
export async function measureScale (report) {
  const issuer = await startIssuer()
  const load = startChild('load.js', 'others')
  try {
    const rows = []
    for (const { what, many, load: count, ...sizes } of cases) {
      const server = startChild('server.js', 'server')
      const { port } = await server.ask({ subject: 'latchkeySqlite', input: await inputOf(issuer, sizes) })
      const measured = []
      await ask(load, { port, count, seconds })
      for (let round = 0; round < rounds; round++) measured.push(await usageOf(server, () => ask(load, { port, count, seconds })))
      await server.stop()
      const row = [what, many.toLocaleString('en'), count === 1 ? 'the same' : `${count.toLocaleString('en')} in turn`, ...cost(measured)]
      rows.push(row)
      report(row.join(' | '))
    }
    return { rows, memory: await memoryOf(issuer, load, report) }
  } finally {
    await load.stop()
    issuer.close()
  }
}

/** The memory of one process that gets an hour's worth of distinct tokens. A token that was sent long ago is forgotten, so it counts as new. */
async function memoryOf (issuer, load, report) {
  const server = startChild('server.js', 'server')
  const { port } = await server.ask({ subject: 'latchkeySqlite', input: await inputOf(issuer, {}) })
  const rows = []
  let sent = 0
  let from = 0
  let errors = 0
  while (sent < manyTokens) {
    const before = sent
    const measured = []
    while (sent < before + manyTokens / 10) {
      measured.push(await usageOf(server, async () => {
        const answered = await ask(load, { port, count: tokenCount, from, seconds: 5 })
        from = answered.next
        sent += answered.answers
        errors += answered.errors
        return answered
      }))
    }
    rows.push([sent.toLocaleString('en'), ...cost(measured), errors])
    report(rows.at(-1).join(' | '))
  }
  await server.stop()
  return rows
}

async function inputOf (issuer, { users = people, roles = 0, profiles = 0 }) {
  return {
    issuer: issuer.issuer,
    issuers: [issuer.issuer],
    latchkeySqlite: await latchkeySqlite(issuer, users === people ? {} : { count: users, name: `latchkey-${users}` }),
    roles: Array.from({ length: roles }, (_, index) => ({ name: `Role ${index}`, permissions: { data: { Users: { read: { allow: true, filter: { lastName: { equals: String(index) } } } } } } })),
    profiles: Array.from({ length: profiles }, (_, index) => ({ id: `other-${index}`, name: `Other ${index}`, type: 'openid', issuer: issuer.issuer, clientId: `other-${index}`, selfSignUp: 'off', roles: ['Guest'] }))
  }
}

async function ask (load, { port, count, from = 0, seconds }) {
  return await load.ask({ port, query: '{ user { id email } }', issuers: 'one', from, count, seconds, awake: true })
}

async function usageOf (server, work) {
  const before = await server.ask('usage')
  const { answers, p50, p99, example } = await work()
  if (example !== undefined) throw new Error(`A wrong answer: ${example}`)
  const after = await server.ask('usage')
  return { cpuSeconds: (after.cpuMs - before.cpuMs) / answers * 10, p50, p99, rssMb: after.rssMb }
}

/** CPU seconds per 10,000 requests, p50 and p99 in ms, and the final memory in MB. */
function cost (measured) {
  const middle = read => measured.map(read).sort((one, other) => one - other)[measured.length >> 1]
  return [middle(({ cpuSeconds }) => cpuSeconds).toFixed(2), middle(({ p50 }) => p50).toFixed(1), middle(({ p99 }) => p99).toFixed(1), Math.round(measured.at(-1).rssMb)]
}
