/**
 * Creates a fresh, empty database per dialect for a test, and removes it afterwards.
 * PostgreSQL is a real server: the one at TEST_POSTGRES_URL, or one started for the test file.
 * Private to this repository; not published.
 */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { startPostgres, type RunningPostgres } from './postgres-server.js'

export { openLink, type Link } from './link.js'
export { startPostgres, type RunningPostgres }

export type Dialect = 'sqlite' | 'postgres'

/** The part of a tap test that this package uses. */
interface Teardown { teardown (handler: () => unknown): unknown }

export const dialects: readonly Dialect[] = ['sqlite', 'postgres']

let server: Promise<RunningPostgres> | undefined

/**
 * The URL of a fresh, empty database, removed when the test ends.
 *
 * @param t the test that owns the database
 */
export async function databaseUrl (t: Teardown, dialect: Dialect): Promise<string> {
  return dialect === 'sqlite' ? await sqliteUrl(t) : await postgresUrl(t)
}

async function sqliteUrl (t: Teardown): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'latchkey-'))
  t.teardown(() => rm(directory, { recursive: true, force: true }))
  return `sqlite:${join(directory, 'test.db')}`
}

async function postgresUrl (t: Teardown): Promise<string> {
  const base = process.env.TEST_POSTGRES_URL ?? (await startedServer()).url
  const name = `latchkey_${randomBytes(8).toString('hex')}`
  await runOnServer(base, `create database ${name} strategy file_copy`)
  t.teardown(() => runOnServer(base, `drop database if exists ${name} with (force)`))
  const url = new URL(base)
  url.pathname = `/${name}`
  return url.href
}

/** One server for the whole test file. */
async function startedServer (): Promise<RunningPostgres> {
  if (server === undefined) {
    server = startPostgres()
    const { default: file } = await import('tap')
    file.teardown(async () => { await (await server)?.stop() })
  }
  return await server
}

async function runOnServer (url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
