/**
 * The whole check: build, lint, import directions, types, and every package's tests against one
 * PostgreSQL server. Prints `N passed, N failed` as its last line and exits 1 if anything failed.
 * `TEST_POSTGRES_URL` makes it use a server that is already there.
 */
import { spawn } from 'node:child_process'

const counts = { passed: 0, failed: 0 }
let ok = await run('npx', ['turbo', 'run', 'build'])
if (ok) {
  ok = await run('npm', ['run', '--silent', 'lint']) && ok
  ok = await withPostgres(async url =>
    // --continue: one failing package must not hide what the others have to say.
    await run('npx', ['turbo', 'run', 'typecheck', 'test:types', 'test', '--continue', '--concurrency=2'], { TEST_POSTGRES_URL: url })
  ) && ok
}
if (!ok && counts.failed === 0) counts.failed = 1
console.log(`${counts.passed} passed, ${counts.failed} failed`)
process.exitCode = ok && counts.failed === 0 ? 0 : 1

/** Runs a command, passes its output on, and adds up the summaries that tap prints in it. */
async function run (command, args, env = {}) {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env, TURBO_TELEMETRY_DISABLED: '1' }
  })
  let rest = ''
  child.stdout.on('data', chunk => {
    process.stdout.write(chunk)
    const lines = (rest + chunk).split('\n')
    rest = lines.pop()
    for (const line of lines) count(line)
  })
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve))
  count(rest)
  return code === 0
}

function count (line) {
  const summary = /# \{ total: \d+.*\}/.exec(line)?.[0]
  if (summary === undefined) return
  counts.passed += Number(/pass: (\d+)/.exec(summary)?.[1] ?? 0)
  counts.failed += Number(/fail: (\d+)/.exec(summary)?.[1] ?? 0)
}

async function withPostgres (use) {
  if (process.env.TEST_POSTGRES_URL) return await use(process.env.TEST_POSTGRES_URL)
  const { startPostgres } = await import('@latchkey/test-databases')
  const postgres = await startPostgres()
  try {
    return await use(postgres.url)
  } finally {
    await postgres.stop()
  }
}
