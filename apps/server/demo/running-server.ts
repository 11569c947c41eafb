// Starts the built reference app as a process of its own, on a free port with a fresh database.
import { spawn, type ChildProcess } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const entry = fileURLToPath(new URL('../dist-bundle/server.js', import.meta.url))
const START_TIMEOUT_MS = 120_000
const PRINT_TIMEOUT_MS = 60_000

export interface RunningServer {
  url: string
  /** What it has printed so far: a log comes up to a tenth of a second late. */
  output: () => string
  /** Waits until it has printed a line with this; gives all that it has printed. @throws after a minute */
  printed: (text: string) => Promise<string>
  process: ChildProcess
  /** Sends SIGTERM; gives the exit code. */
  stop: () => Promise<number | null>
}

interface StartOptions {
  /** The content of the configuration file. */
  config?: object
  env?: Record<string, string>
  /** Left out: one that is free. */
  port?: number
}

export async function startServer (options: StartOptions = {}): Promise<RunningServer> {
  for (let tries = 1; ; tries++) {
    try {
      return await startOn(options.port ?? await freePort(), options)
    } catch (error) {
      // Somebody else may have taken the port that was free.
      if (options.port !== undefined || tries === 3 || !/EADDRINUSE/.test((error as Error).message)) throw error
    }
  }
}

async function startOn (chosenPort: number, { config, env = {} }: StartOptions): Promise<RunningServer> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-server-'))
  const configFile = join(folder, 'config.json')
  if (config !== undefined) await writeFile(configFile, JSON.stringify(config))
  const child = spawn(process.execPath, [entry], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      HOST: '127.0.0.1',
      PORT: String(chosenPort),
      DATABASE_URL: `sqlite:${join(folder, 'latchkey.db')}`,
      ...(config === undefined ? {} : { LATCHKEY_CONFIG: configFile }),
      ...env
    }
  })
  let output = ''
  const collect = (chunk: Buffer) => { output += chunk.toString() }
  child.stdout.on('data', collect)
  child.stderr.on('data', collect)
  const ended = new Promise<number | null>(resolve => child.once('exit', code => { resolve(code) }))

  const printed = async (text: string) => {
    const deadline = Date.now() + PRINT_TIMEOUT_MS
    while (!output.split('\n').slice(0, -1).some(line => line.includes(text))) {
      if (Date.now() > deadline) throw new Error(`The server has not printed ${text}`)
      await new Promise(resolve => setTimeout(resolve, 25))
    }
    return output
  }

  const url = `http://127.0.0.1:${chosenPort}`
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
    const code = await ended
    await rm(folder, { recursive: true, force: true })
    return code
  }
  try {
    await untilLive(url, child, () => output)
  } catch (error) {
    child.kill('SIGKILL')
    await stop()
    throw error
  }
  return { url, output: () => output, printed, process: child, stop }
}

async function untilLive (url: string, child: ChildProcess, output: () => string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`The server ended with the code ${child.exitCode} while starting:\n${output()}`)
    try {
      if ((await fetch(`${url}/livez`)).ok) return
    } catch { /* not listening yet */ }
    await new Promise(resolve => setTimeout(resolve, 25))
  }
  throw new Error(`The server did not start in time:\n${output()}`)
}

/** Below those that systems give to whoever asks for any, so that hardly anybody takes it before the server does, or while that is started again. */
export async function freePort (): Promise<number> {
  for (;;) {
    const [probe, port] = [createServer(), randomInt(10_000, 32_768)]
    const isFree = await new Promise<boolean>(resolve => probe.once('error', () => { resolve(false) }).listen(port, '127.0.0.1', () => { resolve(true) }))
    if (!isFree) continue
    await new Promise(resolve => probe.close(resolve))
    return port
  }
}
