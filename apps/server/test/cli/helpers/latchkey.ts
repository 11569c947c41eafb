import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import { run } from '../../../dist/cli/run.js'

const bin = fileURLToPath(new URL('../../../bin/latchkey.js', import.meta.url))

export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  /** What `--json` printed. */
  json (): any // eslint-disable-line @typescript-eslint/no-explicit-any -- as the test asked for it
}

export type Latchkey = (...args: string[]) => Promise<Outcome>

/** The command, with only this environment. It runs in this process, which has loaded the app already. */
export function latchkey (env: Record<string, string>, input = ''): Latchkey {
  return async (...args) => {
    const [stdout, stderr] = [collect(), collect()]
    const code = await run(args, { stdin: Readable.from([input]), stdout: stdout.stream, stderr: stderr.stream, env })
    return { code, stdout: stdout.text(), stderr: stderr.text(), json: () => JSON.parse(stdout.text()) as unknown }
  }
}

function collect (): { stream: Writable, text: () => string } {
  let text = ''
  const stream = new Writable({ write: (chunk: Buffer, _encoding, done) => { text += chunk.toString(); done() } })
  return { stream, text: () => text }
}

/** The built command as a separate process. */
export function latchkeyProcess (env: Record<string, string>, input = ''): Latchkey {
  return async (...args) => await new Promise(resolve => {
    const child = execFile(process.execPath, [bin, ...args], { env: { PATH: process.env.PATH, ...env } }, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode as number, stdout, stderr, json: () => JSON.parse(stdout) as unknown })
    })
    child.stdin?.end(input)
  })
}

/** Creates a folder that is removed when the test ends. @returns a function that writes a JSON file into it */
export async function folder (t: Test): Promise<(name: string, json: unknown) => Promise<string>> {
  const path = await mkdtemp(join(tmpdir(), 'latchkey-cli-'))
  t.teardown(() => rm(path, { recursive: true, force: true }))
  return async (name, json) => {
    const file = join(path, name)
    await writeFile(file, typeof json === 'string' ? json : JSON.stringify(json))
    return file
  }
}

/** Processes the items one after another. */
export async function inTurn<Item, Result> (items: readonly Item[], work: (item: Item) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = []
  for (const item of items) results.push(await work(item))
  return results
}
