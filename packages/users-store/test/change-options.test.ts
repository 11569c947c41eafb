import { dialects } from '@latchkey/test-databases'
import { sql } from 'kysely'
import t from 'tap'
import { counts, freshApp } from './helpers/app.js'

for (const dialect of dialects) {
  t.test(dialect, async t => {
    const app = await freshApp(t, dialect)
    const { usersStore } = app
    const onlyActive = { where: sql<boolean>`latchkey_users.status = 'active'` }

    t.test('inTransaction sees the record before and after a change, and rolls it back by throwing', async t => {
      const user = await usersStore.create({ email: 'ann@example.com' }, { identity: { issuer: 'https://issuer.example', subject: 'ann' } })
      const seen: unknown[] = []
      const inTransaction = async (_transaction: unknown, change: unknown) => { seen.push(change) }
      const failing = { inTransaction: async () => { throw new Error('no') } }
      await t.rejects(usersStore.update(user.id, { firstName: 'Anna' }, failing), { message: 'no' })
      await t.rejects(usersStore.delete(user.id, failing), { message: 'no' })
      t.strictSame(await usersStore.findById(user.id), user)
      t.strictSame(await counts(app), { users: 1, identities: 1 })

      const updated = await usersStore.update(user.id, { firstName: 'Ann' }, { inTransaction })
      await usersStore.delete(user.id, { inTransaction })
      t.strictSame(seen, [{ before: user, after: updated }, { before: updated, after: null }])
      t.strictSame(await counts(app), { users: 0, identities: 0 })
    })

    t.test('onDelete work runs last in the transaction, sees the user as it was, and rolls the deletion back by throwing', async t => {
      const user = await usersStore.create({ email: 'leaving@example.com' })
      const order: unknown[] = []
      let refusing = true
      usersStore.onDelete(async (transaction, given) => {
        if (given.id !== user.id) return
        order.push(given, await transaction.selectFrom('latchkey_users').select('id').where('id', '=', user.id).execute())
        if (refusing) throw new Error('no')
      })
      await t.rejects(usersStore.delete(user.id), { message: 'no' })
      t.strictSame(await usersStore.findById(user.id), user)
      await usersStore.update(user.id, {}, {})
      refusing = false
      order.length = 0
      await usersStore.delete(user.id, { inTransaction: async () => { order.push('inTransaction') } })
      t.match(order, ['inTransaction', { id: user.id }, []])
      t.equal(order.length, 3)
    })

    t.test('a user who does not meet the condition is not found', async t => {
      const active = await usersStore.create({ email: 'active@example.com', status: 'active' })
      const blocked = await usersStore.create({ email: 'blocked@example.com', status: 'blocked' })
      await t.rejects(usersStore.update(blocked.id, { status: 'active' }, onlyActive), { code: 'USERS_STORE_ERR_USER_NOT_FOUND' })
      await t.rejects(usersStore.delete(blocked.id, onlyActive), { code: 'USERS_STORE_ERR_USER_NOT_FOUND' })
      for (const id of ['nobody', 'a\0b']) await t.rejects(usersStore.update(id, { status: 'active' }, onlyActive), { code: 'USERS_STORE_ERR_USER_NOT_FOUND' })
      t.strictSame(await usersStore.findById(blocked.id), blocked)
      t.equal((await usersStore.update(active.id, { firstName: 'A' }, onlyActive)).firstName, 'A')
      await usersStore.delete(active.id, onlyActive)
      t.equal(await usersStore.findById(active.id), null)
    })

    t.test('a violated constraint is reported the same with and without a condition', async t => {
      const [one, other] = await Promise.all(['one@example.com', 'other@example.com'].map(email => usersStore.create({ email })))
      await t.rejects(usersStore.update(one?.id as string, { email: other?.email as string }, { where: null }), { code: 'USERS_STORE_ERR_EMAIL_TAKEN' })
    })
  })
}
