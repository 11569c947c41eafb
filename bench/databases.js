/** The databases: the same people in Latchkey's tables, and in one plain table. */
import { startPostgres } from '@latchkey/test-databases'
import Sqlite from 'better-sqlite3'
import pg from 'pg'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createLatchkey } from './latchkey-app.js'
import { dataDirectory, emailOf, idOf, issuerTokenCount, people, subjectOf } from './inputs.js'

const createUsers = `create table users (
  id varchar(36) primary key,
  email text not null unique,
  first_name text,
  last_name text,
  created_at text not null
)`
const indexUsers = 'create index users_created_at on users (created_at, id)'
const createdAt = index => new Date(Date.UTC(2025, 0, 1) + index * 1000).toISOString()
const rowOf = index => ({ id: idOf(index), email: emailOf(index), first_name: 'Person', last_name: String(index), created_at: createdAt(index) })

/** @returns the path of the file */
export function plainSqlite () {
  const path = join(dataDirectory, 'plain.db')
  if (existsSync(path)) return path
  const database = new Sqlite(path)
  database.pragma('journal_mode = WAL')
  database.exec(createUsers)
  database.exec(indexUsers)
  const insert = database.prepare('insert into users values (@id, @email, @first_name, @last_name, @created_at)')
  database.transaction(() => { for (let index = 0; index < people; index++) insert.run(rowOf(index)) })()
  database.close()
  return path
}

/** @returns the database's URL */
export async function latchkeySqlite (issuer, { count = people, name = 'latchkey' } = {}) {
  const path = join(dataDirectory, `${name}.db`)
  const url = `sqlite:${path}`
  const unfinished = `${path}-unfinished`
  if (!existsSync(path)) {
    for (const suffix of ['', '-wal', '-shm']) rmSync(unfinished + suffix, { force: true })
    await fillLatchkey(`sqlite:${unfinished}`, issuer, count)
    const database = new Sqlite(unfinished)
    database.pragma('wal_checkpoint(truncate)')
    database.exec(`vacuum into '${path}'`)
    database.close()
    rmSync(unfinished)
  }
  return url
}

/** Starts a PostgreSQL server with both. */
export async function startDatabases (issuer) {
  const server = await startPostgres()
  const client = new pg.Client({ connectionString: server.url })
  await client.connect()
  await client.query('create database latchkey')
  await client.query(createUsers)
  await client.query(indexUsers)
  await client.query('insert into users select id, email, first_name, last_name, created_at from json_populate_recordset(null::users, $1)',
    [JSON.stringify(Array.from({ length: people }, (_, index) => rowOf(index)))])
  await client.query('analyze')
  const { rows: [{ version }] } = await client.query('select version()')
  await client.end()
  const latchkeyUrl = new URL(server.url)
  latchkeyUrl.pathname = '/latchkey'
  await fillLatchkey(latchkeyUrl.href, issuer, people)
  return { plainUrl: server.url, latchkeyUrl: latchkeyUrl.href, version: version.split(' ').slice(0, 2).join(' '), stop: () => server.stop() }
}

async function fillLatchkey (databaseUrl, issuer, count) {
  const app = await createLatchkey({ databaseUrl, issuer })
  const { id: roleId } = app.rolePermissions.find({ name: 'Member' })
  for (let first = 0; first < count; first += 250) {
    const indexes = Array.from({ length: Math.min(250, count - first) }, (_, offset) => first + offset)
    await app.db.transaction().execute(async transaction => {
      await transaction.insertInto('latchkey_users').values(indexes.map(index => ({ ...rowOf(index), updated_at: createdAt(index), status: 'active', origin: 'bench' }))).execute()
      await transaction.insertInto('latchkey_user_identities').values(indexes.flatMap(index => issuersOf(issuer, index).map(name => ({
        issuer: name,
        subject: subjectOf(index),
        user_id: idOf(index),
        email: emailOf(index),
        email_verified: databaseUrl.startsWith('sqlite:') ? 1 : true,
        created_at: createdAt(index)
      })))).execute()
      await transaction.insertInto('latchkey_user_roles').values(indexes.map(index => ({ user_id: idOf(index), role_id: roleId }))).execute()
    })
  }
  await app.close()
}

/** Who has tokens of several issuers is known by each of them. */
function issuersOf ({ issuer, issuers }, index) {
  const other = issuers[index % issuers.length]
  return index < issuerTokenCount && other !== issuer ? [issuer, other] : [issuer]
}
