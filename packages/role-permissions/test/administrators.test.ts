import { dialects } from '@latchkey/test-databases'
import t from 'tap'
import { open } from './helpers/app.js'

const LAST = { code: 'ROLE_PERMISSIONS_ERR_NO_ADMINISTRATOR_LEFT', statusCode: 409 }

for (const dialect of dialects) {
  t.test(dialect, async t => {
    const { app: { rolePermissions } } = await open(t, dialect)
    const { id: administrator } = rolePermissions.administrator()
    const other = (await rolePermissions.create({ name: 'Owner', permissions: { all: true } })).id

    t.test('where no user may do everything yet, roles are taken and changed freely', async t => {
      await rolePermissions.unassign('ann', [administrator, other])
      await rolePermissions.update(other, { permissions: {} })
      await rolePermissions.update(other, { permissions: { all: true } })
    })

    t.test('the last user who may do everything keeps that', async t => {
      await rolePermissions.assign('ann', [administrator])
      await t.rejects(rolePermissions.unassign('ann', [administrator]), LAST)
      t.strictSame((await rolePermissions.rolesOf('ann')).map(({ id }) => id), [administrator])
      await rolePermissions.unassign('bob', [administrator], undefined)
    })

    t.test('by another role it may keep it too', async t => {
      await rolePermissions.assign('ann', [other])
      await rolePermissions.unassign('ann', [administrator])
      await t.rejects(rolePermissions.update(other, { permissions: {} }), LAST, 'changing that role would take it away')
      await t.rejects(rolePermissions.delete(other), LAST, 'and so would deleting it')
      t.strictSame(rolePermissions.find({ id: other })?.permissions, { all: true })
    })

    t.test('two who take it from each other at once do not both succeed', async t => {
      await rolePermissions.assign('bob', [other])
      const results = await Promise.allSettled([rolePermissions.unassign('ann', [other]), rolePermissions.unassign('bob', [other])])
      t.strictSame(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
    })
  })
}
