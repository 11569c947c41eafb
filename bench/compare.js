/**
 * Runs all subjects under the same workloads, in interleaved rounds, so that noise on the machine affects all of them. They are
 * restarted for each workload.
 */
import { startChild } from './child.js'
import { latchkeySqlite, plainSqlite, startDatabases } from './databases.js'
import { issuerTokenCount, readTokens, startIssuer, tokenCount } from './inputs.js'
import { subjects } from './subjects.js'

/**
 * `issuers`: whether one or several signed the tokens. `warmUp`: how many requests do not count; after 50,000, V8 has compiled
 * everything that a new token needs. `floor`: what Latchkey on SQLite is compared with. `takesPart`: which subjects support it.
 */
export const workloads = {
  hot: { name: 'one token', issuers: 'one', count: 1, warmUp: 15_000, floor: 'sqliteFloorCached', takesPart: () => true },
  turn: { name: '2,000 tokens in turn', issuers: 'one', count: 2000, warmUp: 15_000, floor: 'sqliteFloorCached', takesPart: () => true },
  fresh: { name: 'another token in every request', issuers: 'one', count: tokenCount, warmUp: 50_000, floor: 'sqliteFloor', takesPart: () => true },
  issuers: { name: '2,000 tokens of five issuers in turn', issuers: 'several', count: issuerTokenCount, warmUp: 15_000, floor: 'sqliteFloorCached', takesPart: ({ severalIssuers }) => severalIssuers === true },
  list: { name: 'a list of 1,000 records, by one token', issuers: 'one', count: 1, items: 1000, warmUp: 300, floor: 'sqliteFloorCached', takesPart: ({ list }) => list !== undefined }
}

/**
 * How long a server answers before each of its rounds. It was idle while the others had their turns, and has lost much of its
 * caches; a virtual machine that reclaims idle pages needs two seconds to give them back.
 */
export const uncountedSeconds = 2

function pairsOf ({ floor }) {
  return [['latchkeySqlite', floor], ['latchkeyPostgres', 'postgresFloor'], ...['documentedCached', 'platformatic', 'apollo'].map(other => ['latchkeySqlite', other])]
}

/**
 * @param names the subjects; all by default
 * @param nodeOptions for the servers
 * @returns medians by subject and workload, and ratios of pairs by workload
 */
export async function compare ({ names = Object.keys(subjects), rounds, seconds, onlyWorkloads = Object.keys(workloads), nodeOptions = [], report }) {
  const issuer = await startIssuer()
  const postgres = names.some(name => subjects[name].postgres) ? await startDatabases(issuer) : undefined
  const input = {
    issuer: issuer.issuer,
    issuers: issuer.issuers,
    jwksUri: issuer.jwksUri,
    publicKeyPem: issuer.publicKeyPem,
    plainSqlite: plainSqlite(),
    latchkeySqlite: await latchkeySqlite(issuer),
    plainPostgres: postgres?.plainUrl,
    latchkeyPostgres: postgres?.latchkeyUrl
  }
  const load = startChild('load.js', 'others')
  const running = new Map()
  const measured = new Map(names.map(name => [name, Object.fromEntries(onlyWorkloads.map(workload => [workload, []]))]))
  /** By subject: the milliseconds that each of its starts took. */
  const startMs = new Map(names.map(name => [name, []]))
  /** By subject: the index of its next token. */
  const positions = new Map()
  const [firstToken] = readTokens()

  async function round (name, workload, seconds) {
    const { query, list, anybody, postgres } = subjects[name]
    const { server, port } = running.get(name)
    const { count, issuers, items } = workloads[workload]
    const from = count === tokenCount ? positions.get(name) ?? 0 : 0
    const before = await server.ask('usage')
    const answered = await load.ask({ port, query: items === undefined ? query : list, anybody, items, issuers, from, count, seconds, awake: postgres !== true })
    const after = await server.ask('usage')
    if (count === tokenCount) positions.set(name, answered.next)
    return { ...answered, perSecond: answered.answers / answered.seconds, cpuMs: after.cpuMs - before.cpuMs, rssMb: after.rssMb }
  }

  async function start (name) {
    const begun = performance.now()
    const server = startChild('server.js', 'server', nodeOptions)
    const { port } = await server.ask({ subject: name, input })
    await firstAnswer(port, subjects[name].query, firstToken)
    startMs.get(name).push(performance.now() - begun)
    running.set(name, { server, port })
  }

  /** By requests and not by time, because V8 optimizes by what has run. */
  async function warmUp (name, workload) {
    const end = performance.now() + 30_000
    for (let answered = 0; answered < workloads[workload].warmUp && performance.now() < end;) {
      const { answers, errors, example } = await round(name, workload, 2)
      if (errors > 0) throw new Error(`${name} answers wrongly: ${example}`)
      answered += answers
    }
  }

  async function stopAll () {
    await Promise.all([...running.values()].map(({ server }) => server.stop()))
    running.clear()
  }

  try {
    for (const workload of onlyWorkloads) {
      const taking = names.filter(name => workloads[workload].takesPart(subjects[name]))
      for (const name of taking) {
        await start(name)
        await warmUp(name, workload)
      }
      for (let index = 0; index < rounds; index++) {
        for (const name of taking) {
          await round(name, workload, uncountedSeconds)
          const result = await round(name, workload, seconds)
          measured.get(name)[workload].push(result)
          report(`${workload} round ${index + 1}/${rounds} ${name}: ${Math.round(result.perSecond)}/s, ${(result.cpuMs / result.answers * 10).toFixed(2)} s of CPU per 10,000, the load's core ${Math.round(result.loadCpu * 100)} % busy${result.errors > 0 ? `, ${result.errors} ERRORS: ${result.example}` : ''}`)
        }
      }
      await stopAll()
    }
  } finally {
    await Promise.all([load.stop(), stopAll()])
    await postgres?.stop()
    issuer.close()
  }
  const took = (name, workload) => names.includes(name) && workloads[workload].takesPart(subjects[name])
  return {
    postgresVersion: postgres?.version,
    pairs: Object.fromEntries(onlyWorkloads.map(workload => [workload, pairsOf(workloads[workload])
      .filter(pair => pair.every(name => took(name, workload)))
      .map(([one, other]) => ({ one, other, ...ratio(measured.get(one)[workload], measured.get(other)[workload]) }))])),
    results: names.map(name => ({
      name,
      startMs: median(startMs.get(name)),
      workloads: Object.fromEntries(onlyWorkloads.filter(workload => took(name, workload)).map(workload => [workload, summary(measured.get(name)[workload])]))
    }))
  }
}

async function firstAnswer (port, query, token) {
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query })
  })
  await response.text()
}

function cpuSeconds ({ cpuMs, answers }) {
  return cpuMs / answers * 10
}

/**
 * The ratio of requests per CPU second, round by round, because the machine may be twice as slow in one round as in the next:
 * the median, and the bounds of the middle half of the rounds.
 */
function ratio (rounds, otherRounds) {
  const ratios = rounds.map((round, index) => cpuSeconds(otherRounds[index]) / cpuSeconds(round)).sort((one, other) => one - other)
  const quarter = ratios.length >> 2
  return { median: median(ratios), from: ratios[quarter], to: ratios[ratios.length - 1 - quarter] }
}

function summary (rounds) {
  const medianOf = read => median(rounds.map(read))
  return {
    perSecond: medianOf(({ perSecond }) => perSecond),
    p50: medianOf(({ p50 }) => p50),
    p99: medianOf(({ p99 }) => p99),
    spread: medianOf(({ p50, p99 }) => p99 / p50),
    cpuSeconds: medianOf(cpuSeconds),
    rssMb: Math.max(...rounds.map(({ rssMb }) => rssMb)),
    errors: rounds.reduce((sum, { errors }) => sum + errors, 0)
  }
}

export function median (values) {
  const sorted = [...values].sort((one, other) => one - other)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}
