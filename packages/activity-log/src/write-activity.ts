import type { Tables } from '@latchkey/database'
import { sql, type Kysely, type Transaction } from 'kysely'
import { Counts, type Batch, type Counted, type SignInRow } from './pending-activity.js'

/** Writes a batch atomically. Skips sign-ins that exist already, or whose user does not exist, and does not count them. */
export async function writeActivity (db: Kysely<Tables>, { signIns, counts }: Batch): Promise<void> {
  await db.transaction().execute(async transaction => {
    const all = new Counts()
    for (const counted of counts) all.add(counted)
    for (const { created_at: at, profile_id: detail } of await insertSignIns(transaction, signIns)) all.add({ day: at.slice(0, 10), kind: 'signIn', detail, count: 1 })
    await addCounts(transaction, all.sorted())
  })
}

type Inserted = Pick<SignInRow, 'created_at' | 'profile_id'>

async function insertSignIns (transaction: Transaction<Tables>, signIns: readonly SignInRow[]): Promise<readonly Inserted[]> {
  if (signIns.length === 0) return []
  const values = signIns.map(row => sql`(${sql.join([row.id, row.user_id, row.profile_id, row.issuer, row.subject, row.created_at, row.ip, row.user_agent])})`)
  // Both databases name the columns of `values` like this. Sorted, to avoid deadlocks between instances with the same sign-ins.
  const { rows } = await sql<Inserted>`
    insert into latchkey_sign_ins (id, user_id, profile_id, issuer, subject, created_at, ip, user_agent)
    select column1, column2, column3, column4, column5, column6, column7, column8 from (values ${sql.join(values)}) as noted
    where exists (select 1 from latchkey_users where latchkey_users.id = column2)
    order by column1
    on conflict (id) do nothing
    returning created_at, profile_id`.execute(transaction)
  return rows
}

async function addCounts (transaction: Transaction<Tables>, counts: readonly Counted[]): Promise<void> {
  if (counts.length === 0) return
  await transaction.insertInto('latchkey_activity_counts').values([...counts])
    .onConflict(conflict => conflict.columns(['day', 'kind', 'detail']).doUpdateSet({ count: sql`latchkey_activity_counts.count + excluded.count` }))
    .execute()
}
