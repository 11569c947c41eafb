import { dialects } from '@latchkey/test-databases'
import { sql } from 'kysely'
import { setTimeout } from 'node:timers/promises'
import t from 'tap'
import { open } from './helpers/app.js'

for (const dialect of dialects) {
  t.test(dialect, async t => {
    const { app } = await open(t, dialect)
    const { rolePermissions, db } = app
    const [a, b, c] = await Promise.all(['A', 'B', 'C'].map(async name => (await rolePermissions.create({ name })).id)) as [string, string, string]
    const namesOf = async (userId: string) => (await rolePermissions.rolesOf(userId)).map(({ name }) => name)

    t.test('roles are given and taken, each once', async t => {
      t.strictSame(await namesOf('ann'), [])
      await rolePermissions.assign('ann', [c, a, c])
      await rolePermissions.assign('ann', [a, b])
      await rolePermissions.assign('ann', [])
      t.strictSame(await namesOf('ann'), ['A', 'B', 'C'])
      t.strictSame(await rolePermissions.rolesOf('ann'), [a, b, c].map(id => rolePermissions.find({ id })))
      await rolePermissions.unassign('ann', [a, a, 'gone', 'a\0b'])
      await rolePermissions.unassign('ann', [])
      t.strictSame(await namesOf('ann'), ['B', 'C'])
      t.strictSame(await namesOf('bob'), [], 'and only to the one who was named')
    })

    t.test('concurrent assignments of a role assign it once', async t => {
      await Promise.all(Array.from({ length: 8 }, () => rolePermissions.assign('many', [a, b])))
      t.strictSame(await namesOf('many'), ['A', 'B'])
    })

    for (const id of ['gone', '', 'a\0b']) {
      t.test(`a role that does not exist is not given, nor any with it: ${JSON.stringify(id)}`, async t => {
        await t.rejects(rolePermissions.assign('cleo', [a, id]), { code: 'ROLE_PERMISSIONS_ERR_ROLE_NOT_FOUND', statusCode: 404 })
        t.strictSame(await namesOf('cleo'), [])
      })
    }

    t.test('an id that no database can hold has no roles', async t => {
      // Each lone surrogate would be stored as this.
      await rolePermissions.assign('dan\ufffd', [a])
      t.strictSame(await namesOf('dan\ud800'), [])
      await rolePermissions.unassign('dan\ud800', [a])
      t.strictSame(await namesOf('dan\ufffd'), ['A'])
      t.strictSame(await namesOf('a\0b'), [])
      await rolePermissions.unassign('a\0b', [a])
    })

    t.test('a rollback undoes assigning and removing roles', async t => {
      await rolePermissions.assign('dora', [a])
      const undone = new Error('undone')
      await t.rejects(db.transaction().execute(async transaction => {
        await rolePermissions.assign('dora', [b], transaction)
        await rolePermissions.unassign('dora', [a], transaction)
        const rows = await transaction.selectFrom('latchkey_user_roles').select('role_id').where('user_id', '=', 'dora').execute()
        t.strictSame(rows, [{ role_id: b }])
        throw undone
      }), undone)
      t.strictSame(await namesOf('dora'), ['A'])
      await db.transaction().execute(async transaction => { await rolePermissions.assign('dora', [b], transaction) })
      t.strictSame(await namesOf('dora'), ['A', 'B'])
    })

    t.test('deleting a role removes it from its users', async t => {
      await rolePermissions.assign('emil', [b, c])
      await rolePermissions.delete(b)
      t.strictSame(await namesOf('emil'), ['C'])
      t.strictSame(await db.selectFrom('latchkey_user_roles').selectAll().where('role_id', '=', b).execute(), [])
    })
  })
}

t.test('postgres: a role that is deleted between the look-up and the assignment does not exist', async t => {
  const { app: { rolePermissions, db } } = await open(t, 'postgres')
  const { id } = await rolePermissions.create({ name: 'A' })
  let assigning: Promise<void> | undefined
  await db.transaction().execute(async transaction => {
    await transaction.deleteFrom('latchkey_roles').where('id', '=', id).execute()
    assigning = rolePermissions.assign('ann', [id])
    assigning.catch(() => {})
    // The assignment still sees the role, and its foreign key waits for this transaction.
    while ((await sql`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(db)).rows.length === 0) await setTimeout(5)
  })
  await t.rejects(assigning as Promise<void>, { code: 'ROLE_PERMISSIONS_ERR_ROLE_NOT_FOUND' })
})
