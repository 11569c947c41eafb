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

    for (const builtin of ['Guest', 'Administrator'] as const) {
      t.test(`${builtin} in the configuration is the built-in role, even if it was renamed and another role has its name`, async t => {
        const url = await databaseUrl(t, dialect)
        const first = (await open(t, dialect, {}, url)).app
        const { id } = first.rolePermissions.find({ name: builtin }) ?? {}
        await first.rolePermissions.update(id as string, { name: 'Renamed' })
        await first.close()
        const permissions = builtin === 'Guest' ? readPosts : { all: true as const }
        const second = (await open(t, dialect, { roles: [{ name: builtin, description: 'Configured', permissions }] }, url)).app
        t.match(second.rolePermissions.find({ name: 'Renamed' }), { id, builtin: builtin.toLowerCase(), description: 'Configured', permissions })
        t.equal(second.rolePermissions.find({ name: builtin }), null, 'no other one is made')
        await second.rolePermissions.create({ name: builtin, permissions: {} })
        await second.close()
        const third = (await open(t, dialect, { roles: [{ name: builtin, description: 'Again', permissions }] }, url)).app
        t.match(third.rolePermissions.find({ name: 'Renamed' }), { id, description: 'Again' })
        t.match(third.rolePermissions.find({ name: builtin }), { builtin: null, description: null, permissions: {} })
        await third.close()
        const twice = { roles: [{ name: builtin, permissions }, { name: 'Renamed', permissions: readPosts }] }
        await t.rejects(open(t, dialect, twice, url), { code: 'ROLE_PERMISSIONS_ERR_INVALID_OPTIONS', message: new RegExp(`roles.1.name "Renamed" is the same role as "${builtin}"`) })
      })
    }

    t.test('a start that changes nothing makes no other copy read the roles again', async t => {
      const url = await databaseUrl(t, dialect)
      const version = async () => (await first.app.db.selectFrom('latchkey_role_version').select('version').executeTakeFirstOrThrow()).version
      const first = await open(t, dialect, { roles }, url)
      const before = await version()
      await open(t, dialect, { roles }, url)
      t.equal(await version(), before)
    })

    t.test('a configuration without a user with full access stops the start, and is not stored', async t => {
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

t.test('a role that names what nothing declares is logged once at the start, with the remedy', async t => {
  const misspelt = { name: 'Editor', permissions: { data: { Posst: { read: { allow: true } } }, custom: { functions: { publsh: { allow: true } } } } }
  const url = await databaseUrl(t, 'sqlite')

  const nothing = await register(t, url, { roles: [misspelt, { name: 'Silent', permissions: { data: { Drafts: { read: { allow: false } } } } }] })
  await nothing.app.ready()
  const remedy = (declare: string) => `call fastify.rolePermissions.${declare} before the app is ready, or correct the role`
  t.match(nothing.complaints, [
    { level: 40, role: 'Editor', table: 'Posst', msg: `The role Editor has permissions on the table Posst, which the app does not declare, so they have no effect: ${remedy('declareTable')}` },
    { level: 40, role: 'Editor', function: 'publsh', msg: `The role Editor has permissions on the function publsh, which the app does not declare, so they have no effect: ${remedy('declareFunction')}` }
  ])
  t.equal(nothing.complaints.length, 2)
  await nothing.app.close()

  const stored = await register(t, url)
  stored.app.rolePermissions.declareTable(posts)
  stored.app.rolePermissions.declareFunction('publish')
  await stored.app.ready()
  t.match(stored.complaints.map(({ msg }) => msg), [/the table Posst, .* correct the role; did you mean Posts\?$/, /the function publsh, .* correct the role; did you mean publish\?$/])
})
