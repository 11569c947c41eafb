// Starts the built reference app as a process of its own, on a free port with a fresh database.
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const entry = fileURLToPath(new URL('../dist/server.js', import.meta.url))
const START_TIMEOUT_MS = 30_000

/**
 * @typedef {object} RunningServer
 * @property {string} url
 * @property {() => string} output what it has printed so far
 * @property {import('node:child_process').ChildProcess} process
 * @property {() => Promise<number | null>} stop sends SIGTERM; gives the exit code
 */

/**
 * @param {{ config?: object, env?: Record<string, string>, port?: number }} [options] `config`: the content of the configuration file
 * @returns {Promise<RunningServer>}
 */
export async function startServer ({ config, env = {}, port } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-server-'))
  const configFile = join(folder, 'config.json')
  if (config !== undefined) await writeFile(configFile, JSON.stringify(config))
  const chosenPort = port ?? await freePort()
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
  const collect = (/** @type {Buffer} */ chunk) => { output += chunk }
  child.stdout.on('data', collect)
  child.stderr.on('data', collect)
  const ended = new Promise(resolve => child.once('exit', code => { resolve(code) }))

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
  return { url, output: () => output, process: child, stop }
}

/**
 * @param {string} url
 * @param {import('node:child_process').ChildProcess} child
 * @param {() => string} output
 */
async function untilLive (url, child, output) {
  const deadline = Date.now() + START_TIMEOUT_MS
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`The server ended while starting:\n${output()}`)
    try {
      if ((await fetch(`${url}/livez`)).ok) return
    } catch { /* not listening yet */ }
    await new Promise(resolve => setTimeout(resolve, 25))
  }
  throw new Error(`The server did not start in time:\n${output()}`)
}

/** @returns {Promise<number>} */
export async function freePort () {
  const probe = createServer()
  await new Promise((resolve, reject) => probe.once('error', reject).listen(0, '127.0.0.1', () => { resolve(undefined) }))
  const { port } = /** @type {import('node:net').AddressInfo} */ (probe.address())
  await new Promise(resolve => probe.close(resolve))
  return port
}
