/** Starts cognito-local, an emulator of the user pools API, on a free port and with its own data folder. */
import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Test } from 'tap'

/** The code in every message that cognito-local sends. */
export const sentCode = '482915'

export interface CognitoLocal {
  /** For the SDK, and the base of its issuers: `<url>/<user pool id>`. */
  readonly url: string
}

/** Stopped, and its data removed, when the test ends. */
export async function startCognitoLocal (t: Test): Promise<CognitoLocal> {
  const port = await freePort()
  const folder = await mkdtemp(join(tmpdir(), 'cognito-local-'))
  const script = join(dirname(createRequire(import.meta.url).resolve('cognito-local/package.json')), 'lib/bin/start.js')
  const child = spawn(process.execPath, [script], {
    cwd: folder,
    env: { ...process.env, HOST: '127.0.0.1', PORT: String(port), CODE: sentCode, NODE_OPTIONS: '' },
    stdio: ['ignore', 'ignore', 'inherit']
  })
  const exited = once(child, 'exit')
  t.teardown(async () => {
    child.kill()
    await exited
    await rm(folder, { recursive: true })
  })
  const url = `http://127.0.0.1:${port}`
  await Promise.race([healthy(`${url}/health`), exited.then(() => { throw new Error('cognito-local exited immediately') })])
  return { url }
}

async function healthy (url: string): Promise<void> {
  const end = Date.now() + 120_000
  while (Date.now() < end) {
    const answer = await fetch(url).catch(() => null)
    if (answer?.ok === true) return
    await sleep(100)
  }
  throw new Error('cognito-local did not start within two minutes')
}

/** Below the range of ports that systems assign automatically, so that no other process takes it before the emulator does. */
async function freePort (): Promise<number> {
  for (;;) {
    const [probe, port] = [createServer(), randomInt(10_000, 32_768)]
    const isFree = await new Promise<boolean>(resolve => probe.once('error', () => { resolve(false) }).listen(port, '127.0.0.1', () => { resolve(true) }))
    if (!isFree) continue
    probe.close()
    await once(probe, 'close')
    return port
  }
}
