import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'

const bin = fileURLToPath(new URL('../../../bin/latchkey.js', import.meta.url))

export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  /** What `--json` printed. */
  json (): any // eslint-disable-line @typescript-eslint/no-explicit-any -- as the test asked for it
}

export type Latchkey = (...args: string[]) => Promise<Outcome>

/** The built command as a process, with this environment and nothing else. */
export function latchkey (env: Record<string, string>, input = ''): Latchkey {
  return async (...args) => await new Promise(resolve => {
    const child = execFile(process.execPath, [bin, ...args], { env: { PATH: process.env.PATH, ...env } }, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode as number, stdout, stderr, json: () => JSON.parse(stdout) as unknown })
    })
    child.stdin?.end(input)
  })
}

/** A folder for files, removed when the test ends; writes JSON into it. */
export async function folder (t: Test): Promise<(name: string, json: unknown) => Promise<string>> {
  const path = await mkdtemp(join(tmpdir(), 'latchkey-cli-'))
  t.teardown(() => rm(path, { recursive: true, force: true }))
  return async (name, json) => {
    const file = join(path, name)
    await writeFile(file, typeof json === 'string' ? json : JSON.stringify(json))
    return file
  }
}

/** Does something with each item, two at once: more would make each of the processes slow. */
export async function inPairs<Item, Result> (items: readonly Item[], work: (item: Item) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = []
  for (let index = 0; index < items.length; index += 2) results.push(...await Promise.all(items.slice(index, index + 2).map(work)))
  return results
}
