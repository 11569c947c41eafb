/**
 * The whole check: build, types, lint, import directions, and every package's tests against one PostgreSQL server.
 * Prints `N passed, N failed` as its last line and exits 1 if anything failed.
 * `TEST_POSTGRES_URL` makes it use a server that is already there.
 *
 * A test file is a program that prints TAP, so each is run by plain node, as the JavaScript that `typecheck` made of it:
 * tap's own runner starts TypeScript and its loaders for each of them, which took twice as long as the tests.
 */
import { spawn } from 'node:child_process'
import { readdir, rm } from 'node:fs/promises'
import { join, relative } from 'node:path'

// More than the two cores a small machine has: some tests wait for most of their time.
const CONCURRENCY = 3
const FILE_TIMEOUT_SECONDS = 300

const packages = await Promise.all(['packages', 'apps'].map(async folder => (await readdir(folder)).map(name => join(folder, name))))
// Compiled tests of a source file that is no more must not run; turbo brings the others back.
await Promise.all(packages.flat().map(folder => rm(join(folder, 'dist-test'), { recursive: true, force: true })))

const counts = { passed: 0, failed: 0 }
if (await run('npx', ['turbo', 'run', 'typecheck', '--output-logs=errors-only'])) {
  await withPostgres(async postgresUrl => {
    const files = (await Promise.all(packages.flat().map(testFiles))).flat()
    const tasks = [
      () => run('npm', ['run', '--silent', 'lint']),
      () => run('npm', ['run', '--silent', 'test:types']),
      ...files.map(file => () => runTestFile(file, postgresUrl))
    ]
    await Promise.all(Array.from({ length: CONCURRENCY }, async () => {
      for (let task = tasks.shift(); task !== undefined; task = tasks.shift()) await task()
    }))
  })
}
console.log(`${counts.passed} passed, ${counts.failed} failed`)
process.exitCode = counts.failed === 0 ? 0 : 1

/** The package and the path in it of each compiled test file of a package. */
async function testFiles (folder) {
  const entries = await readdir(join(folder, 'dist-test'), { recursive: true, withFileTypes: true }).catch(() => [])
  return entries.filter(({ name }) => name.endsWith('.test.js'))
    .map(({ parentPath, name }) => ({ folder, path: relative(folder, join(parentPath, name)) }))
    .sort((one, other) => one.path < other.path ? -1 : 1)
}

/** Runs a command that passes or fails as one; gives whether it passed. */
async function run (command, args) {
  const { code, output } = await outputOf(command, args, { TURBO_TELEMETRY_DISABLED: '1' })
  console.log(`${code === 0 ? 'ok' : 'FAILED'} ${command} ${args.join(' ')}`)
  if (code !== 0) {
    counts.failed++
    console.log(output)
  }
  return code === 0
}

/** Runs a test file, and prints what it said if any of it failed. */
async function runTestFile ({ folder, path }, postgresUrl) {
  const started = performance.now()
  const { code, output } = await outputOf(process.execPath, ['--enable-source-maps', path], { TEST_POSTGRES_URL: postgresUrl, TAP_TIMEOUT: String(FILE_TIMEOUT_SECONDS) }, folder)
  const summary = /^# \{ total: \d+.*\}$/m.exec(output)?.[0] ?? ''
  const count = name => Number(new RegExp(`${name}: (\\d+)`).exec(summary)?.[1] ?? 0)
  // A file that ended badly without saying so, or said nothing at all, has failed all the same.
  const failed = Math.max(count('fail'), code === 0 && summary !== '' ? 0 : 1)
  counts.passed += count('pass')
  counts.failed += failed
  console.log(`${failed === 0 ? 'ok' : 'FAILED'} ${join(folder, path)} ${summary.slice(2)} ${((performance.now() - started) / 1000).toFixed(1)} s`)
  if (failed > 0) console.log(output)
}

async function outputOf (command, args, env, cwd) {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', text => { output += text })
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve))
  return { code, output }
}

async function withPostgres (use) {
  if (process.env.TEST_POSTGRES_URL) return await use(process.env.TEST_POSTGRES_URL)
  const { startPostgres } = await import('@latchkey/test-databases')
  const postgres = await startPostgres()
  try {
    await use(postgres.url)
  } finally {
    await postgres.stop()
  }
}
