import { dialects, type Dialect } from '@latchkey/test-databases'
import type { FastifyInstance } from 'fastify'
import type { Kysely } from 'kysely'
import t, { type Test } from 'tap'
import { replaceRoles } from '../dist/index.js'
import { open } from './helpers/app.js'

const LAST = { code: 'ROLE_PERMISSIONS_ERR_NO_ADMINISTRATOR_LEFT', statusCode: 409 }

/** An app that says where its users are: Ann and Bob, of whom Ann is Administrator. */
async function openWithUsers (t: Test, dialect: Dialect) {
  const { app } = await open(t, dialect)
  const { rolePermissions } = app
  const members = app.db as unknown as Kysely<{ members: { member_id: string } }>
  await members.schema.createTable('members').addColumn('member_id', 'text', column => column.primaryKey()).execute()
  await members.insertInto('members').values([{ member_id: 'ann' }, { member_id: 'bob' }]).execute()
  rolePermissions.declareUsers({ table: 'members', id: 'member_id' })
  const { id: administrator } = rolePermissions.administrator()
  await rolePermissions.assign('ann', [administrator])
  return { app, rolePermissions, administrator, remove: async (id: string, db = members) => { await db.deleteFrom('members').where('member_id', '=', id).execute() }, members }
}

const first = async ({ db, rolePermissions }: FastifyInstance, userId: string) => await db.transaction().execute(async transaction => await rolePermissions.assignFirstAdministrator(userId, transaction))

for (const dialect of dialects) {
  t.test(`${dialect}: a deleted user is not an administrator, even if roles remain`, async t => {
    const { app, rolePermissions, administrator, remove } = await openWithUsers(t, dialect)
    t.equal(await rolePermissions.administrated(), true)
    t.equal(await first(app, 'bob'), null)
    await rolePermissions.assign('bob', [administrator])
    await remove('ann')
    t.equal(await rolePermissions.administrated(), true)
    await t.rejects(rolePermissions.unassign('bob', [administrator]), LAST, 'nobody else is left')
    const owner = await rolePermissions.create({ name: 'Owner', permissions: { all: true } })
    await rolePermissions.assign('ann', [owner.id])
    await t.rejects(rolePermissions.update(administrator, { permissions: {} }), LAST, 'by a change of the role neither')
    await t.rejects(replaceRoles(app.db, rolePermissions, [{ name: 'Administrator', permissions: {} }]), LAST)
    await rolePermissions.delete(owner.id)
    await remove('bob')
    t.equal(await rolePermissions.administrated(), false)
  })

  t.test(`${dialect}: the first administrator must be an existing user`, async t => {
    const { app, rolePermissions, administrator, remove } = await openWithUsers(t, dialect)
    await remove('ann')
    for (const nobody of ['ann', 'cleo', '', 'a\0b']) await t.rejects(first(app, nobody), { code: 'ROLE_PERMISSIONS_ERR_USER_NOT_FOUND', statusCode: 404 })
    t.equal(await rolePermissions.administrated(), false)
    t.match(await first(app, 'bob'), { id: administrator })
    t.equal(await rolePermissions.administrated(), true)
  })

  t.test(`${dialect}: the user cannot be deleted until the claim is done`, async t => {
    const { app, rolePermissions, remove } = await openWithUsers(t, dialect)
    await remove('ann')
    const order: string[] = []
    let removing: Promise<void> | undefined
    await app.db.transaction().execute(async transaction => {
      await rolePermissions.assignFirstAdministrator('bob', transaction)
      removing = remove('bob').then(() => { order.push('deleted') })
      await new Promise(resolve => setTimeout(resolve, 200))
      order.push('given')
    })
    await removing
    t.strictSame(order, ['given', 'deleted'])
  })

  t.test(`${dialect}: a deleted user's role can be removed, even the last administrator's`, async t => {
    const { rolePermissions, administrator, remove } = await openWithUsers(t, dialect)
    await remove('ann')
    await rolePermissions.unassign('ann', [administrator])
    t.strictSame(await rolePermissions.rolesOf('ann'), [])
  })

  t.test(`${dialect}: forgetUser removes all roles, and assertAdministrated protects the last administrator`, async t => {
    const { app, rolePermissions, administrator, remove } = await openWithUsers(t, dialect)
    const { id: other } = await rolePermissions.create({ name: 'Other' })
    await rolePermissions.assign('ann', [other])
    await rolePermissions.assign('bob', [other, administrator])
    const leave = async (userId: string, asking: boolean) => {
      await app.db.transaction().execute(async transaction => {
        await remove(userId, transaction as unknown as Parameters<typeof remove>[1])
        // Where two transactions can be open, both are by now.
        await new Promise(resolve => setTimeout(resolve, 200))
        if (asking) await rolePermissions.assertAdministrated(transaction)
        await rolePermissions.forgetUser(userId, transaction)
      })
    }
    const results = await Promise.allSettled([leave('ann', true), leave('bob', true)])
    t.strictSame(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected'], 'two who delete each other at once do not both succeed')
    t.match(results.find(({ status }) => status === 'rejected'), { reason: LAST })
    const [gone, last] = results[0].status === 'fulfilled' ? ['ann', 'bob'] : ['bob', 'ann']
    t.strictSame(await rolePermissions.rolesOf(gone as string), [])
    t.equal((await rolePermissions.rolesOf(last as string)).length, 2)
    await leave(last as string, false)
    t.strictSame(await app.db.selectFrom('latchkey_user_roles').selectAll().execute(), [])
    await app.db.transaction().execute(async transaction => { await rolePermissions.forgetUser('a\0b', transaction) })
  })

  t.test(`${dialect}: users are in one table`, async t => {
    const { rolePermissions } = await openWithUsers(t, dialect)
    rolePermissions.declareUsers({ table: 'members', id: 'member_id' })
    for (const other of [{ table: 'people', id: 'member_id' }, { table: 'members', id: 'id' }]) t.throws(() => { rolePermissions.declareUsers(other) }, { code: 'ROLE_PERMISSIONS_ERR_TABLE_DECLARED' })
  })

  t.test(dialect, async t => {
    const { app: { rolePermissions } } = await open(t, dialect)
    const { id: administrator } = rolePermissions.administrator()
    const other = (await rolePermissions.create({ name: 'Owner', permissions: { all: true } })).id

    t.test('while no user has full access, roles can be removed and changed freely', async t => {
      await rolePermissions.unassign('ann', [administrator, other])
      await rolePermissions.update(other, { permissions: {} })
      await rolePermissions.update(other, { permissions: { all: true } })
    })

    t.test('the last user with full access keeps it', async t => {
      await rolePermissions.assign('ann', [administrator])
      await t.rejects(rolePermissions.unassign('ann', [administrator]), LAST)
      t.strictSame((await rolePermissions.rolesOf('ann')).map(({ id }) => id), [administrator])
      await rolePermissions.unassign('bob', [administrator], undefined)
    })

    t.test('with another such role, the user can lose one', async t => {
      await rolePermissions.assign('ann', [other])
      await rolePermissions.unassign('ann', [administrator])
      await t.rejects(rolePermissions.update(other, { permissions: {} }), LAST, 'changing that role would take it away')
      await t.rejects(rolePermissions.delete(other), LAST, 'and so would deleting it')
      t.strictSame(rolePermissions.find({ id: other })?.permissions, { all: true })
    })

    t.test('of two administrators who remove each other concurrently, one fails', async t => {
      await rolePermissions.assign('bob', [other])
      const results = await Promise.allSettled([rolePermissions.unassign('ann', [other]), rolePermissions.unassign('bob', [other])])
      t.strictSame(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
    })
  })
}
