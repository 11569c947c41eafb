import { databaseUrl, dialects } from '@latchkey/test-databases'
import t from 'tap'
import { open, posts, register, user } from './helpers/app.js'

const readPosts = { data: { Posts: { read: { allow: true } } } }
const roles = [{ name: 'Editor', description: 'Edits', permissions: readPosts }]

for (const dialect of dialects) {
  t.test(dialect, async t => {
    t.test('what was edited survives a restart', async t => {
      const url = await databaseUrl(t, dialect)
      const first = (await register(t, url)).app
      const ids = first.rolePermissions.list().map(({ id }) => id)
      await first.rolePermissions.update(first.rolePermissions.guest().roles[0] as string, { name: 'Visitor', permissions: readPosts })
      await first.close()
      const second = (await register(t, url)).app
      t.strictSame(second.rolePermissions.list().map(({ id }) => id), ids)
      t.match(second.rolePermissions.find({ name: 'Visitor' }), { builtin: 'guest', permissions: readPosts })
    })

    t.test('a configured role can be named at once, and has its permissions when the app is ready', async t => {
      const { app } = await register(t, await databaseUrl(t, dialect), { roles })
      const { rolePermissions } = app
      const { id, ...role } = rolePermissions.find({ name: 'Editor' }) ?? {}
      t.match(role, { description: 'Edits', permissions: {} })
      const allowed = () => rolePermissions.can(user('ann', [id as string]), 'read', { table: 'Posts' }).allowed
      rolePermissions.declareTable(posts)
      t.equal(allowed(), false)
      await app.ready()
      t.equal(allowed(), true)
    })

    t.test('configured roles are brought up to date, and those made at run time stay', async t => {
      const url = await databaseUrl(t, dialect)
      const { app } = await open(t, dialect, { roles }, url)
      const { id } = app.rolePermissions.find({ name: 'Editor' }) ?? {}
      t.equal(app.rolePermissions.can(user('ann', [id as string]), 'read', { table: 'Posts' }).allowed, true)
      await app.rolePermissions.update(id as string, { description: 'Edited', permissions: {} })
      await app.rolePermissions.create({ name: 'Own', permissions: {} })
      await app.close()

      const again = (await open(t, dialect, { roles: [{ name: 'Editor', permissions: readPosts }, { name: 'Guest', permissions: readPosts }] }, url)).app
      t.match(again.rolePermissions.find({ name: 'Editor' }), { id, description: 'Edited', permissions: readPosts }, 'a description left out stays')
      t.match(again.rolePermissions.find({ name: 'Guest' }), { builtin: 'guest', permissions: readPosts })
      t.ok(again.rolePermissions.find({ name: 'Own' }))
      await again.close()

      const described = (await open(t, dialect, { roles }, url)).app
      t.equal(described.rolePermissions.find({ name: 'Editor' })?.description, 'Edits')
    })

    t.test('a start that changes nothing makes no other copy read the roles again', async t => {
      const url = await databaseUrl(t, dialect)
      const version = async () => (await first.app.db.selectFrom('latchkey_role_version').select('version').executeTakeFirstOrThrow()).version
      const first = await open(t, dialect, { roles }, url)
      const before = await version()
      await open(t, dialect, { roles }, url)
      t.equal(await version(), before)
    })

    t.test('a configuration that leaves nobody who may do everything stops the start, and is not stored', async t => {
      const url = await databaseUrl(t, dialect)
      await t.rejects(open(t, dialect, { roles: [{ name: 'Administrator', permissions: {} }] }, url), { code: 'ROLE_PERMISSIONS_ERR_LAST_ADMINISTRATOR' })
      t.equal((await register(t, url)).app.rolePermissions.administrator().permissions.all, true)
      const moved = { roles: [{ name: 'Administrator', permissions: {} }, { name: 'Owner', permissions: { all: true } }] }
      t.strictSame((await open(t, dialect, moved, url)).app.rolePermissions.administrator().permissions, {})
    })

    t.test('a configuration with a mistake in its permissions is not stored', async t => {
      const url = await databaseUrl(t, dialect)
      await t.rejects(open(t, dialect, { roles: [{ name: 'Editor', permissions: { data: { Post: { read: { allow: true } } } } }] }, url), { code: 'ROLE_PERMISSIONS_ERR_INVALID_OPTIONS' })
      t.strictSame((await register(t, url)).app.rolePermissions.find({ name: 'Editor' })?.permissions, {})
    })
  })
}

t.test('postgres: several copies that start at once make the roles once', async t => {
  const url = await databaseUrl(t, 'postgres')
  const copies = await Promise.all(Array.from({ length: 6 }, () => open(t, 'postgres', { roles }, url)))
  const [first, ...others] = copies.map(({ app }) => app.rolePermissions)
  t.strictSame(first?.list().map(({ name }) => name), ['Administrator', 'Editor', 'Guest'])
  for (const other of others) t.strictSame(other.list().map(({ id }) => id), first?.list().map(({ id }) => id))
  t.equal((await copies[0]?.app.db.selectFrom('latchkey_roles').selectAll().execute())?.length, 3)
})
