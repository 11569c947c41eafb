import { prepareQuery } from '@latchkey/database'
import { databaseUrl, dialects } from '@latchkey/test-databases'
import { sql } from 'kysely'
import t from 'tap'
import { describeUsersTable, rowToUser, userColumns, type NewUser, type User } from '../dist/index.js'
import { appOn } from './helpers/app.js'

const columns = { hiredAt: { type: 'date' }, newsletter: { type: 'boolean' } } as const

for (const dialect of dialects) {
  t.test(`${dialect}: another package's query can join users and read them`, async t => {
    const { db, usersStore } = await appOn(t, { url: await databaseUrl(t, dialect) }, { columns })
    const user = await usersStore.create({ email: 'anna@example.com', avatar: { id: 'a', downloadUrl: null }, hiredAt: '2026-01-31', newsletter: true } as NewUser)
    await db.schema.createTable('seats').addColumn('id', 'text').addColumn('email', 'text').addColumn('user_id', 'text').execute()
    await sql`insert into seats (id, email, user_id) values ('1A', 'seat@example.com', ${user.id}), ('1B', 'seat@example.com', ${user.id})`.execute(db)

    const seatsOf = prepareQuery(db, db.selectFrom('latchkey_users as person')
      .innerJoin(sql<{ id: string, user_id: string }>`seats`.as('seat'), 'seat.user_id', 'person.id')
      .select(userColumns(usersStore.columns, 'person'))
      .select('seat.id as seat')
      .where('person.id', '=', '')
      .orderBy('seat.id')
      .compile())
    const rows = await seatsOf.all([user.id])
    t.strictSame(rows.map(row => row.seat), ['1A', '1B'])
    t.strictSame(rows.map(row => rowToUser(row, usersStore.columns)), [user, user])
  })
}

t.test('rowToUser reads booleans and times as either database returns them', async t => {
  const row = { id: '1', email: 'a@example.com', avatar: null }
  const read = (values: object) => rowToUser({ ...row, ...values }, columns) as User & { newsletter: unknown, hiredAt: unknown }
  for (const [value, expected] of [[0, false], [1, true], [false, false], [true, true]]) {
    const { is8base, newsletter } = read({ is_8base: value, newsletter: value })
    t.strictSame({ is8base, newsletter }, { is8base: expected, newsletter: expected })
  }
  const hired = '2026-01-31T00:00:00.000Z'
  for (const value of [hired, new Date(hired)]) t.equal(read({ hired_at: value }).hiredAt, hired)
  t.equal(read({ newsletter: null }).newsletter, null)
  t.equal(read({}).newsletter, null)
  t.notOk('seat' in rowToUser({ ...row, seat: '1A' }, columns), 'what is no column of users is left out')
})

t.test('describeUsersTable lists every field except the avatar, including the app\'s own', async t => {
  t.strictSame(describeUsersTable(columns), {
    name: 'Users',
    table: 'latchkey_users',
    fields: {
      id: { column: 'id', type: 'id' },
      email: { column: 'email', type: 'string' },
      firstName: { column: 'first_name', type: 'string' },
      lastName: { column: 'last_name', type: 'string' },
      status: { column: 'status', type: 'string' },
      timezone: { column: 'timezone', type: 'string' },
      origin: { column: 'origin', type: 'string' },
      is8base: { column: 'is_8base', type: 'boolean' },
      createdAt: { column: 'created_at', type: 'date' },
      updatedAt: { column: 'updated_at', type: 'date' },
      createdBy: { column: 'created_by', type: 'id' },
      hiredAt: { column: 'hired_at', type: 'date' },
      newsletter: { column: 'newsletter', type: 'boolean' }
    }
  })
})
