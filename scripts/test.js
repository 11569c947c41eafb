/**
 * The whole check: build, types, lint, import directions, and every package's tests against one PostgreSQL server.
 * Prints `N passed, N failed` as its last line and exits 1 if anything failed.
 * `TEST_POSTGRES_URL` makes it use a server that is already there.
 *
 * A test file is a program that prints TAP. Those of a package are run by one plain node, as the JavaScript that
 * `typecheck` made of them: tap's own runner starts a process for each, with TypeScript and its loaders, and starting
 * took longer than the tests.
 */
import { spawn } from 'node:child_process'
import { readdir, rm } from 'node:fs/promises'
import { join, relative } from 'node:path'

// More than the two cores a small machine has: some tests wait for most of their time.
const CONCURRENCY = 4
// Several times what the longest takes: a machine may be busy with something else.
const PACKAGE_TIMEOUT_SECONDS = 1800

const packages = await Promise.all(['packages', 'apps'].map(async folder => (await readdir(folder)).map(name => join(folder, name))))
// Compiled tests of a source file that is no more must not run; turbo brings the others back.
await Promise.all(packages.flat().map(folder => rm(join(folder, 'dist-test'), { recursive: true, force: true })))

const counts = { passed: 0, failed: 0 }
if (await run('npx', ['turbo', 'run', 'typecheck', '--output-logs=errors-only'])) {
  await withPostgres(async postgresUrl => {
    const suites = (await Promise.all(packages.flat().map(testsOf))).filter(({ files }) => files.length > 0)
    // The longest first, or the end would wait for one of them: apps, which start servers and browsers, then those with the most files.
    const isApp = ({ folder }) => Number(folder.startsWith('apps'))
    suites.sort((one, other) => isApp(other) - isApp(one) || other.files.length - one.files.length)
    const tasks = [
      ...suites.map(suite => () => runTests(suite, postgresUrl)),
      () => run('npm', ['run', '--silent', 'lint']),
      () => run('npm', ['run', '--silent', 'test:types'])
    ]
    await Promise.all(Array.from({ length: CONCURRENCY }, async () => {
      for (let task = tasks.shift(); task !== undefined; task = tasks.shift()) await task()
    }))
  })
}
console.log(`${counts.passed} passed, ${counts.failed} failed`)
// What stops PostgreSQL when the process ends makes every code that is only set a 0.
process.exit(counts.failed === 0 ? 0 : 1)

/** A package and the paths in it of its compiled test files. */
async function testsOf (folder) {
  const entries = await readdir(join(folder, 'dist-test'), { recursive: true, withFileTypes: true }).catch(() => [])
  const files = entries.filter(({ name }) => name.endsWith('.test.js')).map(({ parentPath, name }) => relative(folder, join(parentPath, name)))
  return { folder, files: files.sort() }
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

/** Runs the tests of a package, and prints what they said if any failed. */
async function runTests ({ folder, files }, postgresUrl) {
  const started = performance.now()
  const program = files.map(file => `await import(${JSON.stringify(`./${file}`)})`).join('\n')
  const { code, output } = await outputOf(process.execPath, ['--input-type=module', '--eval', program], { TEST_POSTGRES_URL: postgresUrl, TAP_TIMEOUT: String(PACKAGE_TIMEOUT_SECONDS) }, folder)
  const summary = /^# \{ total: \d+.*\}$/m.exec(output)?.[0] ?? ''
  const count = name => Number(new RegExp(`${name}: (\\d+)`).exec(summary)?.[1] ?? 0)
  // A program that ended badly without saying so, or said nothing at all, has failed all the same.
  const failed = Math.max(count('fail'), code === 0 && summary !== '' ? 0 : 1)
  counts.passed += count('pass')
  counts.failed += failed
  console.log(`${failed === 0 ? 'ok' : 'FAILED'} ${folder}: ${files.length} files ${summary.slice(2)} ${((performance.now() - started) / 1000).toFixed(1)} s`)
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
