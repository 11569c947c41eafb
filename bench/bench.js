/** The command line of `npm run bench`, and the tables that it writes. */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { compare, uncountedSeconds, workloads } from './compare.js'
import { subjects } from './subjects.js'

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    seconds: { type: 'string', default: '3' },
    only: { type: 'string' },
    workloads: { type: 'string' },
    /** Measures faults of the issuer instead of the comparison. */
    faults: { type: 'boolean', default: false },
    /** Measures single parts, or growing numbers of users, roles, tokens and profiles. */
    micro: { type: 'boolean', default: false },
    scale: { type: 'boolean', default: false },
    /** Measures latency with one server at a time, which never rests. */
    steady: { type: 'boolean', default: false },
    /** A folder for CPU profiles of the servers, which Chrome's developer tools can open. */
    profile: { type: 'string' },
    /** Does not write to RESULTS.md. */
    dry: { type: 'boolean', default: false }
  }
})

const load = loadavg()[0].toFixed(1)
const report = line => { console.error(line) }

if (options.faults) await runFaults()
else if (options.micro) await runMicro()
else if (options.scale) await runScale()
else if (options.steady) await runSteady()
else await runComparison()

async function runComparison () {
  const { results, pairs, postgresVersion } = await compare({
    rounds: Number(options.rounds),
    seconds: Number(options.seconds),
    report,
    ...options.profile !== undefined && { nodeOptions: ['--cpu-prof', `--cpu-prof-dir=${resolve(options.profile)}`] },
    ...options.only !== undefined && { names: options.only.split(',') },
    ...options.workloads !== undefined && { onlyWorkloads: options.workloads.split(',') }
  })
  publish('compare', [
    `Medians of ${options.rounds} interleaved rounds of ${options.seconds} s, each after ${uncountedSeconds} s that do not count, with 50 connections. The server had one core; the load generator, PostgreSQL and the issuer shared the other. ${conditions(postgresVersion)}`,
    ...Object.keys(workloads).filter(workload => results.some(({ workloads: done }) => done[workload] !== undefined)).map(workload => `### ${capitalized(workloads[workload].name)}\n\n${table(
      ['', 'requests/s', 'CPU s per 10,000', 'p50 ms', 'p99 ms', 'p99 : p50', 'RSS MB', 'errors'],
      results.filter(({ workloads: done }) => done[workload] !== undefined).map(({ name, workloads: { [workload]: { perSecond, cpuSeconds, p50, p99, spread, rssMb, errors } } }) =>
        [subjects[name].name, Math.round(perSecond), cpuSeconds.toFixed(2), p50.toFixed(1), p99.toFixed(1), spread.toFixed(1), Math.round(rssMb), errors])
    )}\n\nRatios of requests per CPU second: the median of the rounds, and the middle half of them in brackets:\n\n${pairs[workload].map(described).join('\n')}`),
    `From process start to first answer, in ms: ${results.map(({ name, startMs }) => `${subjects[name].name} ${Math.round(startMs)}`).join('; ')}.`
  ])
}

/** In the comparison, each server rests while the others have their turns, and pays for it with pauses afterwards. */
async function runSteady () {
  const only = ['hot', 'turn', 'fresh']
  const rows = []
  for (const name of options.only?.split(',') ?? ['floor', 'sqliteFloorCached', 'latchkeySqlite', 'latchkeyPostgres', 'postgresFloor']) {
    const { results: [{ workloads: done }] } = await compare({ names: [name], rounds: Number(options.rounds), seconds: Number(options.seconds), onlyWorkloads: only, report })
    rows.push([subjects[name].name, ...only.map(workload => {
      const { p50, p99, spread } = done[workload]
      return `${p50.toFixed(1)} / ${p99.toFixed(1)} / ${spread.toFixed(1)}`
    })])
  }
  publish('steady', [
    `p50 in ms, p99 in ms, and p99 : p50. Medians of ${options.rounds} rounds of ${options.seconds} s, one server at a time, with 50 connections. ${conditions()}`,
    table(['', ...only.map(workload => workloads[workload].name)], rows)
  ])
}

async function runFaults () {
  const { keepers, measureFaults } = await import('./faults.js')
  const rows = await measureFaults(report)
  publish('faults', [conditions(), table(['', ...Object.keys(keepers)], rows)])
  // Some libraries keep timers and connections that cannot be closed.
  process.exit()
}

async function runMicro () {
  const { measureParts } = await import('./micro.js')
  const rows = await measureParts(report)
  publish('micro', [conditions(), table(['', 'per second', 'µs'], rows)])
}

async function runScale () {
  const { measureScale } = await import('./scale.js')
  const { rows, memory } = await measureScale(report)
  const measures = ['CPU s per 10,000', 'p50 ms', 'p99 ms', 'RSS MB']
  publish('scale', [
    conditions(),
    table(['', 'how many', 'tokens', ...measures], rows),
    'One process that gets 60,000 tokens in turn. It remembers at most 20,000, so each one is new to it:',
    table(['requests so far', ...measures, 'errors'], memory)
  ])
}

function conditions (postgresVersion) {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: import.meta.dirname, encoding: 'utf8' }).trim()
  const { dependencies } = JSON.parse(readFileSync(join(import.meta.dirname, 'package.json'), 'utf8'))
  const versions = Object.keys(dependencies).map(name => `${name} ${versionOf(name)}`)
  return `${new Date().toISOString().slice(0, 10)}, commit ${commit}, Node ${process.versions.node}, ${cpus().length} × ${cpus()[0].model}, load average at the start ${load}. ${[...postgresVersion === undefined ? [] : [postgresVersion], ...versions].join(', ')}.`
}

function versionOf (name) {
  return JSON.parse(readFileSync(join(import.meta.dirname, 'node_modules', name, 'package.json'), 'utf8')).version
}

function described ({ one, other, median, from, to }) {
  return `- ${subjects[one].name} : ${subjects[other].name} = ${median.toFixed(2)} (${from.toFixed(2)} to ${to.toFixed(2)})`
}

function table (head, rows) {
  const line = cells => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map((_, index) => index === 0 ? '---' : '--:')), ...rows.map(line)].join('\n')
}

function capitalized (text) {
  return text[0].toUpperCase() + text.slice(1)
}

/** Prints a part of the results, and writes it to its place in RESULTS.md, with the command that produced it. */
function publish (part, paragraphs) {
  const command = ['npm run bench', ...process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : []].join(' ')
  const text = ['```sh\n' + command + '\n```', ...paragraphs].join('\n\n')
  console.log(text)
  if (options.dry) return
  const file = join(import.meta.dirname, 'RESULTS.md')
  const mark = name => `<!-- ${part}: ${name} -->`
  const [before, after] = [readFileSync(file, 'utf8').split(mark('begin')), readFileSync(file, 'utf8').split(mark('end'))]
  writeFileSync(file, `${before[0]}${mark('begin')}\n\n${text}\n\n${mark('end')}${after[1]}`)
}
