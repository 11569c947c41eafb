import database, { type Tables } from '@latchkey/database'
import { databaseUrl, dialects } from '@latchkey/test-databases'
import Sqlite from 'better-sqlite3'
import Fastify from 'fastify'
import { Kysely, sql, SqliteDialect, type KyselyPlugin } from 'kysely'
import { setTimeout as wait } from 'node:timers/promises'
import t, { type Test } from 'tap'
import rolePermissions from '../dist/index.js'
import { open, user } from './helpers/app.js'

const readPosts = { data: { Posts: { read: { allow: true } } } }
/** A little longer than roles in memory count as fresh. */
const SECOND = 1050

for (const dialect of dialects) {
  t.test(`${dialect}: a change in one copy of the app reaches another with its next refresh after a second`, async t => {
    const url = await databaseUrl(t, dialect)
    const [here, there] = [(await open(t, dialect, {}, url)).app.rolePermissions, (await open(t, dialect, {}, url)).app.rolePermissions]
    const { id } = await here.create({ name: 'Editor', permissions: readPosts })
    const allowed = () => there.can(user('ann', [id]), 'read', { table: 'Posts' }).allowed
    t.equal(allowed(), false)
    await wait(SECOND)
    await there.refresh()
    t.equal(allowed(), true)
    t.strictSame(there.find({ id }), here.find({ id }))

    await here.update(id, { permissions: {} })
    await wait(SECOND)
    await there.refresh()
    t.equal(allowed(), false)

    await here.delete(id)
    await wait(SECOND)
    await there.refresh()
    t.equal(there.find({ id }), null)

    await here.create({ name: 'Author' })
    await there.catchUp()
    t.ok(there.find({ name: 'Author' }), 'catchUp does not wait for a second to pass')
  })
}

for (const dialect of dialects) {
  t.test(`${dialect}: after a fail-over that lost a change, an instance that knew it follows later changes, at once if it makes one itself`, async t => {
    const url = await databaseUrl(t, dialect)
    const [{ app: { db, rolePermissions: here } }, { app: { rolePermissions: there } }] = [await open(t, dialect, {}, url), await open(t, dialect, {}, url)]
    const { id } = await here.create({ name: 'Editor' })
    const allowed = (copy: typeof here) => copy.can(user('ann', [id]), 'read', { table: 'Posts' }).allowed
    /** Makes changes, and has the database forget them. */
    const lose = async (changes: number) => {
      const [version, role] = [await db.selectFrom('latchkey_role_version').selectAll().executeTakeFirstOrThrow(), await db.selectFrom('latchkey_roles').selectAll().where('id', '=', id).executeTakeFirstOrThrow()]
      for (let change = 0; change < changes; change++) await here.update(id, { permissions: readPosts })
      await db.updateTable('latchkey_role_version').set(version).execute()
      await db.updateTable('latchkey_roles').set(role).where('id', '=', id).execute()
    }
    await lose(1)
    await there.create({ name: 'Author' })
    t.equal(allowed(here), true)
    await wait(SECOND)
    await here.refresh()
    t.equal(allowed(here), false)
    t.ok(here.find({ name: 'Author' }))

    await lose(3)
    t.ok(await here.create({ name: 'Reader' }))
    t.ok(here.find({ name: 'Reader' }))
    t.equal(allowed(here), false)
  })

  t.test(`${dialect}: changes by an older instance that does not know the mark are seen`, async t => {
    const url = await databaseUrl(t, dialect)
    const { app: { db, rolePermissions: older } } = await open(t, dialect, {}, url)
    const { id } = await older.create({ name: 'Editor' })
    await db.schema.alterTable('latchkey_role_version').dropColumn('mark').execute()
    await sql`delete from latchkey_migrations_role_permissions where name = '003-version-mark'`.execute(db)
    const { app: { rolePermissions: newer } } = await open(t, dialect, {}, url)
    for (const name of ['Author', 'Reader']) {
      await db.updateTable('latchkey_roles').set({ name }).where('id', '=', id).execute()
      await db.updateTable('latchkey_role_version').set(({ eb }) => ({ version: eb('version', '+', 1) })).execute()
      await wait(SECOND)
      await newer.refresh()
      t.equal(newer.find({ id })?.name, name)
      await newer.create({ name: `after ${name}` })
    }
  })
}

t.test('postgres: copies that change roles at once keep all the changes', async t => {
  const url = await databaseUrl(t, 'postgres')
  const copies = [(await open(t, 'postgres', {}, url)).app.rolePermissions, (await open(t, 'postgres', {}, url)).app.rolePermissions]
  await Promise.all(copies.flatMap((copy, index) => ['a', 'b', 'c'].map(name => copy.create({ name: `${name}${index}` }))))
  await wait(SECOND)
  for (const copy of copies) {
    await copy.refresh()
    t.strictSame(copy.list().map(({ name }) => name), ['Administrator', 'Guest', 'a0', 'a1', 'b0', 'b1', 'c0', 'c1'])
  }
})

t.test('the database is asked at most once a second, once for all who wait, and for the version only', async t => {
  const queries: string[] = []
  // No time passes but what is said: a machine may be busy for a second.
  let now = performance.now()
  t.intercept(performance, 'now', { value: () => now, configurable: true })
  const kysely = new Kysely<Tables>({
    dialect: new SqliteDialect({ database: new Sqlite(':memory:') }),
    log: ({ query }) => { queries.push(query.sql) }
  })
  const app = Fastify()
  t.teardown(async () => {
    await app.close()
    await kysely.destroy()
  })
  await app.register(database, { kysely })
  await app.register(rolePermissions)
  await app.ready()
  const asked = async () => {
    queries.length = 0
    await Promise.all(Array.from({ length: 50 }, () => app.rolePermissions.refresh()))
    app.rolePermissions.can(app.rolePermissions.guest(), 'read', { table: 'Posts' })
    return queries.map(query => /from "(\w+)"/.exec(query)?.[1])
  }
  now += SECOND
  t.strictSame(await asked(), ['latchkey_role_version'])
  t.strictSame(await asked(), [], 'fresh')
  now += SECOND
  t.strictSame(await asked(), ['latchkey_role_version'])
  await kysely.updateTable('latchkey_role_version').set({ version: 100 }).execute()
  now += SECOND
  t.strictSame(await asked(), ['latchkey_role_version', 'latchkey_role_version', 'latchkey_roles'], 'and the roles when the version is another')
  t.equal(app.rolePermissions.refresh(), undefined, 'fresh roles are waited for by nobody')
})

/** A copy whose reading of all roles takes as long as `delay` says. */
async function slowCopy (t: Test) {
  const { app: { db, rolePermissions: there } } = await open(t, 'postgres', {}, await databaseUrl(t, 'postgres'))
  const slow = { delay: 0 }
  const slowRoles: KyselyPlugin = {
    transformQuery: ({ node }) => node,
    transformResult: async ({ result }) => {
      if (result.rows.some(row => 'permissions' in row)) await wait(slow.delay)
      return result
    }
  }
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(database, { kysely: db.withPlugin(slowRoles) })
  await app.register(rolePermissions)
  await app.ready()
  return { there, slow, refresh: () => app.rolePermissions.refresh(), names: () => app.rolePermissions.list().map(({ name }) => name) }
}

t.test('roles whose answer comes too late do not replace those that were read since', async t => {
  const { there, slow, refresh, names } = await slowCopy(t)
  const { id } = await there.create({ name: 'Editor' })
  await wait(SECOND)
  slow.delay = 3500
  await refresh()
  slow.delay = 0
  await there.delete(id)
  await there.create({ name: 'Author' })
  await wait(SECOND)
  await refresh()
  t.strictSame(names(), ['Administrator', 'Author', 'Guest'])
  await wait(SECOND)
  t.strictSame(names(), ['Administrator', 'Author', 'Guest'])
})

t.test('a permanently slow database is followed all the same', async t => {
  const { there, slow, refresh, names } = await slowCopy(t)
  slow.delay = 2500
  for (const name of ['Author', 'Editor']) {
    await there.create({ name })
    await wait(SECOND)
    const begun = performance.now()
    await refresh()
    t.ok(performance.now() - begun < 2400, 'nobody waits for it')
    t.notOk(names().includes(name))
    await wait(SECOND)
    t.ok(names().includes(name))
  }
})

t.test('what a change of this process left behind is not replaced by what was read before it', async t => {
  const url = await databaseUrl(t, 'postgres')
  const [here, there] = [(await open(t, 'postgres', {}, url)).app.rolePermissions, (await open(t, 'postgres', {}, url)).app.rolePermissions]
  for (let round = 0; round < 2; round++) {
    await there.create({ name: `there ${round}` })
    await wait(SECOND)
    const [, created] = await Promise.all([here.refresh(), here.create({ name: `here ${round}`, permissions: readPosts })])
    t.equal(here.can(user('ann', [created.id]), 'read', { table: 'Posts' }).allowed, true)
    t.ok(here.find({ name: `there ${round}` }))
  }
})
