import { startPostgres } from '@latchkey/test-databases'
import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { open, user } from './helpers/app.js'

/** A little longer than roles in memory count as fresh. */
const SECOND = 1050

t.test('while the database is away, the known roles stay in force, and that is logged once', async t => {
  const postgres = await startPostgres()
  t.teardown(() => postgres.stop())
  const { app, complaints } = await open(t, 'postgres', {}, postgres.url)
  const { id } = await app.rolePermissions.create({ name: 'Editor', permissions: { data: { Posts: { read: { allow: true } } } } })
  const allowed = () => app.rolePermissions.can(user('ann', [id]), 'read', { table: 'Posts' }).allowed
  const refreshErrors = () => complaints.filter(({ msg }) => msg.startsWith('The roles')).map(({ msg }) => msg)
  await postgres.pause()
  for (let attempt = 0; attempt < 2; attempt++) {
    await wait(SECOND)
    await app.rolePermissions.refresh()
    t.equal(allowed(), true)
  }
  t.strictSame(refreshErrors(), ['The roles cannot be refreshed from the database. The known roles stay in force'])
  await postgres.resume()
  await app.db.updateTable('latchkey_roles').set({ permissions: '{}' }).where('id', '=', id).execute()
  await app.db.updateTable('latchkey_role_version').set(({ eb }) => ({ version: eb('version', '+', 1) })).execute()
  await wait(SECOND)
  await app.rolePermissions.refresh()
  t.equal(allowed(), false, 'and what changed in the meantime is seen when it is back')
})
