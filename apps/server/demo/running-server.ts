// Starts the built reference app as a separate process, on a free port with a fresh database.
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
  /** What the server has printed so far. Log lines arrive up to a tenth of a second late. */
  output: () => string
  /** Waits until the server has printed a line that contains the text. @returns everything printed so far @throws after a minute */
  printed: (text: string) => Promise<string>
  process: ChildProcess
  /** Sends SIGTERM. @returns the exit code */
  stop: () => Promise<number | null>
}

interface StartOptions {
  /** The content of the configuration file. */
  config?: object
  env?: Record<string, string>
  /** Default: a free port. */
  port?: number
}

export async function startServer (options: StartOptions = {}): Promise<RunningServer> {
  for (let tries = 1; ; tries++) {
    try {
      return await startOn(options.port ?? await freePort(), options)
    } catch (error) {
      // Another process may have taken the free port.
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
    if (child.exitCode !== null) throw new Error(`The server exited with code ${child.exitCode} while starting:\n${output()}`)
    try {
      if ((await fetch(`${url}/livez`)).ok) return
    } catch { /* not listening yet */ }
    await new Promise(resolve => setTimeout(resolve, 25))
  }
  throw new Error(`The server did not start in time:\n${output()}`)
}

/** A free port below the ephemeral range, so that other processes are unlikely to take it before the server does, or while it restarts. */
export async function freePort (): Promise<number> {
  for (;;) {
    const [probe, port] = [createServer(), randomInt(10_000, 32_768)]
    const isFree = await new Promise<boolean>(resolve => probe.once('error', () => { resolve(false) }).listen(port, '127.0.0.1', () => { resolve(true) }))
    if (!isFree) continue
    await new Promise(resolve => probe.close(resolve))
    return port
  }
}
