import { databaseUrl } from '@latchkey/test-databases'
import { sql } from 'kysely'
import t from 'tap'
import { migrateUsersStore } from '../dist/index.js'
import { appOn, freshApp } from './helpers/app.js'
import { outcomes, range } from './helpers/outcomes.js'

t.test('postgres', async t => {
  // Keeps the server of this file running between the tests.
  await databaseUrl(t, 'postgres')

  t.test('any number of instances can start at once on an empty database', async t => {
    const url = await databaseUrl(t, 'postgres')
    const columns = { level: { type: 'number' }, hiredAt: { type: 'date' } } as const
    const apps = await Promise.all(range(4).map(() => appOn(t, { url }, { columns })))
    const [first, last] = [apps[0], apps[3]]
    const user = await first?.usersStore.create({ email: 'anna@example.com' })
    t.strictSame(await last?.usersStore.findByEmail('anna@example.com'), user)
  })

  t.test('any number of instances can add columns at once', async t => {
    const { db } = await freshApp(t, 'postgres')
    const columns = Object.fromEntries(range(20).map(index => [`own${index}`, { type: 'string' as const }]))
    t.strictSame(await outcomes(range(8).map(() => migrateUsersStore(db, columns))), { done: 8 })
  })

  t.test('two users who take each other\'s email at once are both refused, although they deadlock', async t => {
    const app = await freshApp(t, 'postgres')
    const users = await Promise.all(range(2).map(index => app.usersStore.create({ email: `u${index}@example.com` })))
    // A slow index before the one on the emails: each update holds its user's lock when it checks the other's email.
    await sql`create function slowly(value text) returns text immutable language plpgsql as 'begin perform pg_sleep(0.3); return value; end'`.execute(app.db)
    await sql`create index slow on latchkey_users (slowly(email))`.execute(app.db)
    await sql`drop index latchkey_users_email`.execute(app.db)
    await sql`create unique index latchkey_users_email on latchkey_users (email)`.execute(app.db)

    // On a busy machine, the two may not overlap the first time.
    let deadlocks = 0
    for (let tries = 1; tries <= 5 && deadlocks === 0; tries++) {
      const calls = users.map((user, index) => app.usersStore.update(user.id, { email: users[1 - index]?.email ?? '' }))
      t.strictSame(await outcomes(calls), { USERS_STORE_ERR_EMAIL_TAKEN: 2 })
      t.strictSame(await Promise.all(users.map(user => app.usersStore.findById(user.id))), users)
      const { rows } = await sql<{ deadlocks: string }>`select deadlocks from pg_stat_database where datname = current_database()`.execute(app.db)
      deadlocks = Number(rows[0]?.deadlocks)
    }
    t.ok(deadlocks > 0, 'there was a deadlock')
  })
})
