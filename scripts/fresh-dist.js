/**
 * Before a package is packed: builds it into an empty folder. What the compiler wrote of sources that are gone stays in `dist`, and
 * would be published.
 */
import { execSync } from 'node:child_process'
import { rmSync } from 'node:fs'

rmSync('dist', { recursive: true, force: true })
// To the other stream: npm writes what it packed, maybe as JSON, to this one.
execSync('npm run build --silent', { stdio: ['ignore', process.stderr, process.stderr] })
