/** The README's ways to write with permissions, as an app follows them: what they let through is what the roles mean. */
import { dialects } from '@latchkey/test-databases'
import type { FastifyInstance } from 'fastify'
import { sql, type Expression, type Kysely, type SqlBool } from 'kysely'
import t from 'tap'
import type { Allowed, Principal, RolePermissions } from '../dist/index.js'
import { open, user } from './helpers/app.js'
import { addRecords, type Row } from './helpers/records.js'

const columns = { id: 'id', title: 'title', status: 'status', authorId: 'author_id' } as const
type Change = Partial<Record<keyof typeof columns, string>>

for (const dialect of dialects) {
  t.test(dialect, async t => {
    t.test('a record can be created if a role admits it, and a role that admits it grants each field that is set', async t => {
      const { as, create } = await openPosts(t)
      const ann = await as('ann', {
        Drafting: { data: { Posts: { create: { allow: true, fields: { id: true, title: true, status: true }, filter: { status: { equals: 'draft' } } } } } },
        Titling: { data: { Posts: { create: { allow: true, fields: { id: true, title: true }, filter: { status: { equals: null } } } } } }
      })
      t.equal(await create(ann, { id: 'a', title: 'new', status: 'draft' }), true)
      t.equal(await create(ann, { id: 'b', title: 'new' }), true)
      t.equal(await create(ann, { id: 'c', title: 'new', status: 'published' }), false, 'no role admits such a record')
      t.equal(await create(ann, { id: 'd', title: 'new', authorId: 'ann' }), false, 'no role gives this field')
    })

    t.test('a field is changed only of the records for which one role gives it', async t => {
      const { as, update } = await openPosts(t)
      const ann = await as('ann', {
        Publishing: { data: { Posts: { update: { allow: true, fields: { status: true }, filter: { status: { equals: 'draft' } } } } } },
        Titling: { data: { Posts: { update: { allow: true, fields: { title: true }, filter: { authorId: { is_self: true } } } } } }
      })
      t.equal(await update(ann, '3', { status: 'draft' }), false, 'neither a draft nor one of hers')
      t.equal(await update(ann, '1', { status: 'draft' }), false, 'hers, but no draft')
      t.equal(await update(ann, '1', { title: 'changed' }), true)
      t.equal(await update(ann, '2', { title: 'changed', status: 'published' }), true, 'both, since the record was a draft of hers')
      t.equal(await update(ann, '2', { status: 'draft' }), false, 'it is a draft no longer')
    })

    async function openPosts (t: Parameters<typeof open>[0]) {
      const { app } = await open(t, dialect)
      await addRecords(app)
      return { as: asUser, create, update }

      async function asUser (userId: string, roles: Record<string, RolePermissions>): Promise<Principal> {
        const made = await Promise.all(Object.entries(roles).map(([name, permissions]) => app.rolePermissions.create({ name, permissions })))
        return user(userId, made.map(({ id }) => id))
      }

      async function create (principal: Principal, fields: Change): Promise<boolean> {
        const allowed = app.rolePermissions.authorize(principal, 'create', { table: 'Posts' })
        return await records(app).transaction().execute(async transaction => {
          await transaction.insertInto('posts').values({ title: null, status: null, author_id: null, ...toRow(fields) }).execute()
          const admitted = await transaction.selectFrom('posts').select('id').where('id', '=', fields.id as string).where(maySet(allowed, fields)).execute()
          if (admitted.length === 0) throw new Error('refused')
          return true
        }).catch(error => (error as Error).message === 'refused' ? false : Promise.reject(error))
      }

      async function update (principal: Principal, id: string, fields: Change): Promise<boolean> {
        const allowed = app.rolePermissions.authorize(principal, 'update', { table: 'Posts' })
        const { numUpdatedRows } = await records(app).updateTable('posts').set(toRow(fields)).where('id', '=', id).where(maySet(allowed, fields)).executeTakeFirstOrThrow()
        return numUpdatedRows === 1n
      }
    }
  })
}

function records ({ db }: FastifyInstance): Kysely<{ posts: Row }> {
  return db as unknown as Kysely<{ posts: Row }>
}

function toRow (fields: Change): Row {
  return Object.fromEntries(Object.entries(fields).map(([field, value]) => [columns[field as keyof typeof columns], value]))
}

function maySet (allowed: Allowed, fields: Change): Expression<SqlBool> {
  const conditions = [allowed.rowFilter(), ...Object.keys(fields).map(field => allowed.fieldFilter(field))].filter(condition => condition !== null)
  return sql`${sql.join([sql`1 = 1`, ...conditions], sql` and `)}`
}
