import { databaseUrl, dialects } from '@latchkey/test-databases'
import Sqlite from 'better-sqlite3'
import Fastify from 'fastify'
import { Kysely, MysqlDialect, sql, SqliteDialect } from 'kysely'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import database, { dialectOf, type Tables } from '../dist/index.js'

for (const dialect of dialects) {
  t.test(`${dialect}: a URL gives a working database, closed with the app`, async t => {
    const app = Fastify()
    await app.register(database, { url: await databaseUrl(t, dialect) })
    t.equal(dialectOf(app.db), dialect)
    t.strictSame((await sql`select 1 as one`.execute(app.db)).rows, [{ one: 1 }])
    const { db } = app
    await app.close()
    await t.rejects(sql`select 1`.execute(db))
  })
}

for (const [synchronous, level] of [[undefined, 1], ['normal', 1], ['full', 2]] as const) {
  t.test(`a commit of SQLite ${level === 2 ? 'waits' : 'does not wait'} for the disk where synchronous is ${synchronous ?? 'left out'}; readers do not wait for the writer`, async t => {
    const app = Fastify()
    const url = await databaseUrl({ teardown: remove => t.teardown(async () => { await app.close(); await remove() }) }, 'sqlite')
    await app.register(database, { url, ...synchronous !== undefined && { synchronous } })
    t.strictSame((await sql`pragma synchronous`.execute(app.db)).rows, [{ synchronous: level }])
    t.strictSame((await sql`pragma journal_mode`.execute(app.db)).rows, [{ journal_mode: 'wal' }])
  })
}

t.test('sqlite: a transaction that SQLite has rolled back by itself, as on a full disk, fails by the reason why, and the next one works', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(database, { url: 'sqlite::memory:' })
  await sql`create table things (id text primary key)`.execute(app.db)
  await t.rejects(app.db.transaction().execute(async transaction => {
    await sql`insert into things values ('one')`.execute(transaction)
    await sql`insert or rollback into things values ('one')`.execute(transaction)
  }), { code: 'SQLITE_CONSTRAINT_PRIMARYKEY' })
  await app.db.transaction().execute(async transaction => { await sql`insert into things values ('two')`.execute(transaction) })
  t.strictSame((await sql`select id from things`.execute(app.db)).rows, [{ id: 'two' }])
  await t.rejects(app.db.transaction().execute(async transaction => {
    await sql`insert into things values ('three')`.execute(transaction)
    throw new Error('No')
  }), { message: 'No' })
  t.strictSame((await sql`select id from things`.execute(app.db)).rows, [{ id: 'two' }])
})

t.test('a Kysely instance of the app is used as it is and not closed', async t => {
  const own = new Kysely<Tables>({ dialect: new SqliteDialect({ database: new Sqlite(':memory:') }) })
  t.teardown(() => own.destroy())
  const app = Fastify()
  await app.register(database, { kysely: own })
  t.equal(app.db, own)
  await app.close()
  t.strictSame((await sql`select 1 as one`.execute(own)).rows, [{ one: 1 }])
})

t.test('sqlite::memory: works and creates no file', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(database, { url: 'sqlite::memory:' })
  t.strictSame((await sql`select 1 as one`.execute(app.db)).rows, [{ one: 1 }])
})

const refused: [string, object, string][] = [
  ['neither url nor kysely', {}, 'DATABASE_ERR_INVALID_OPTIONS'],
  ['an unknown option', { url: 'sqlite::memory:', path: 'x' }, 'DATABASE_ERR_INVALID_OPTIONS'],
  ['another way of waiting for the disk', { url: 'sqlite::memory:', synchronous: 'off' }, 'DATABASE_ERR_INVALID_OPTIONS'],
  ['an unknown scheme', { url: 'mysql://root:hunter2@localhost/x' }, 'DATABASE_ERR_UNSUPPORTED_URL'],
  ['an SQLite URL without a path', { url: 'sqlite:' }, 'DATABASE_ERR_UNSUPPORTED_URL'],
  ['a Kysely instance of another database', { kysely: new Kysely({ dialect: new MysqlDialect({ pool: async () => { throw new Error('never') } }) }) }, 'DATABASE_ERR_UNSUPPORTED_DIALECT']
]
for (const kysely of [{}, null, 'sqlite::memory:', new SqliteDialect({ database: new Sqlite(':memory:') })]) {
  t.test(`registration says what kysely must be: ${typeof kysely} ${kysely?.constructor.name}`, async t => {
    const app = Fastify()
    t.teardown(() => app.close())
    await t.rejects(async () => await app.register(database, { kysely } as never), {
      code: 'DATABASE_ERR_INVALID_OPTIONS',
      message: 'Invalid database options: kysely must be a Kysely instance, created by new Kysely({ dialect })'
    })
  })
}

for (const [what, options, code] of refused) {
  t.test(`registration refuses ${what}`, async t => {
    const app = Fastify()
    t.teardown(() => app.close())
    await t.rejects(async () => await app.register(database, options), { code, message: /^(?!.*hunter2)/ })
  })
}

t.test('an SQLite file is made with all of its folders', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-database-'))
  const app = Fastify()
  t.teardown(async () => { await app.close(); await rm(folder, { recursive: true }) })
  await app.register(database, { url: `sqlite:${join(folder, 'one/two/app.db')}` })
  t.strictSame((await sql`select 1 as one`.execute(app.db)).rows, [{ one: 1 }])
})

t.test('only the user of the app can read a new SQLite file and its folders; others stay as they are', { skip: process.platform === 'win32' }, async t => {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-database-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const modes = async (...paths: string[]) => await Promise.all(paths.map(async path => ((await stat(join(folder, path))).mode & 0o777).toString(8)))
  const open = async (t: Test, path: string) => {
    const app = Fastify()
    t.teardown(() => app.close())
    await app.register(database, { url: `sqlite:${join(folder, path)}` })
    await sql`create table things (id text)`.execute(app.db)
  }
  const umask = process.umask(0)
  t.teardown(() => { process.umask(umask) })
  await t.test('new', async t => {
    await open(t, 'one/two/app.db')
    t.strictSame(await modes('one', 'one/two', 'one/two/app.db', 'one/two/app.db-wal', 'one/two/app.db-shm'), ['700', '700', '600', '600', '600'])
  })
  await t.test('existing', async t => {
    await mkdir(join(folder, 'shared'), { mode: 0o755 })
    await writeFile(join(folder, 'shared/app.db'), '', { mode: 0o640 })
    await open(t, 'shared/app.db')
    t.strictSame(await modes('shared', 'shared/app.db', 'shared/app.db-wal'), ['755', '640', '640'])
  })
})

t.test('an SQLite file that cannot be made, or written, stops the registration at once and is named', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-database-'))
  t.teardown(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, 'notes.txt'), 'no folder')
  const paths: [string, string][] = [
    ['/proc/nowhere/one/two/app.db', 'ENOENT'],
    [join(folder, 'notes.txt', 'app.db'), 'ENOTDIR'],
    [join(folder, 'notes.txt', 'one', 'app.db'), 'ENOTDIR'],
    [folder, 'EISDIR']
  ]
  for (const [path, code] of paths) {
    const app = Fastify()
    await t.rejects(async () => await app.register(database, { url: `sqlite:${path}` }), {
      code: 'DATABASE_ERR_FILE_UNUSABLE',
      message: new RegExp(`^The SQLite database ${path} cannot be used \\(.+\\): give the app write access to the file and its folder, or use another file$`),
      cause: { code: new RegExp(code) }
    })
    await app.close()
  }
})

/** Registers the plugin in a process of its own, which a shell command starts as `"$@"`; what the error says. */
async function saidIn (command: string, path: string, program: string = ''): Promise<string> {
  const register = `
    import database from ${JSON.stringify(new URL('../dist/index.js', import.meta.url).href)}
    import Fastify from ${JSON.stringify(import.meta.resolve('fastify'))}
    import { openSync } from 'node:fs'
    // Its parts are loaded by then.
    await Fastify().register(database, { url: 'sqlite::memory:' })
    ${program}
    await Fastify().register(database, { url: ${JSON.stringify(`sqlite:${path}`)} }).then(() => { console.log('opened') }, error => { console.log(error.code, error.message) })`
  const { stdout } = await promisify(execFile)('sh', ['-c', command, 'sh', process.execPath, '--input-type=module', '--eval', register])
  return stdout.trim()
}

t.test('the error for an unusable SQLite file has the right reason and remedy', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-database-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const path = join(folder, 'app.db')
  const unusable = (said: string, remedy: string) => new RegExp(`^DATABASE_ERR_FILE_UNUSABLE The SQLite database ${path} cannot be used \\(${said}.*\\): ${remedy}$`)

  const noMore = 'try { for (;;) openSync("/dev/null") } catch {}'
  t.match(await saidIn('ulimit -n 1000; exec "$@"', path, noMore), unusable('EMFILE: too many open files', 'raise the limit of open files of the process or the system'))
  t.match(await saidIn('ulimit -f 0; exec "$@"', path), unusable('disk I/O error', 'check that its disk works, has free space, and is not a network drive'))

  const disk = (options: string) => `unshare -rm sh -c 'mount -t tmpfs -o ${options} tmpfs ${folder} && { dd if=/dev/zero of=${folder}/full bs=4k count=16 2>/dev/null; "$@"; }' sh "$@"`
  const mayMount = await promisify(execFile)('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'tmpfs', folder]).then(() => true, () => false)
  if (!mayMount) return t.comment('no disk can be made here to be full')
  t.match(await saidIn(disk('size=64k'), path), unusable('database or disk is full', 'free space on its disk'))
  t.match(await saidIn(disk('size=64k,nr_inodes=2'), path), unusable('ENOSPC: no space left on device', 'free space on its disk'))
})

t.test('a PostgreSQL server that closes idle connections, or one in a transaction, does not end the process', async t => {
  const lines: string[] = []
  const app = Fastify({ logger: { stream: { write: line => { lines.push(line) } } } })
  const url = await databaseUrl({ teardown: remove => t.teardown(async () => { await app.close(); await remove() }) }, 'postgres')
  await app.register(database, { url })
  await app.ready()
  const end = async (pid: number) => {
    // As soon as it is ended; what comes of that is read in a turn of the event loop.
    await sql`select pg_terminate_backend(${sql.lit(pid)}, 60000)`.execute(app.db).catch(() => {})
    await new Promise(resolve => setTimeout(resolve, 100))
    await new Promise(resolve => setImmediate(resolve))
  }
  const pidOf = async (db: Kysely<Tables>) => (await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db)).rows[0]?.pid as number

  await t.rejects(app.db.transaction().execute(async transaction => {
    await end(await pidOf(transaction))
    await sql`select 1`.execute(transaction)
  }))
  const [one, other] = await Promise.all([pidOf(app.db), pidOf(app.db)])
  await end(one === await pidOf(app.db) ? other : one)
  t.strictSame((await sql`select 1 as one`.execute(app.db)).rows, [{ one: 1 }])
  t.notOk(lines.some(line => line.includes('secretKey')), 'the log has not the whole client')
})
