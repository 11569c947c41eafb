/** Two decisions that are the same give the same records and fields, whatever stands in the roles. */
import { dialects } from '@latchkey/test-databases'
import fc, { type Arbitrary } from 'fast-check'
import t from 'tap'
import type { Decision, Principal } from '../dist/index.js'
import { open, posts, user } from './helpers/app.js'
import { addRecords, readable } from './helpers/records.js'

// Few, so that two of them are often the same.
const condition = fc.constantFrom<object>(
  { id: { in: ['1', '2'] } }, { status: { equals: 'draft' } }, { authorId: { is_self: true } },
  { OR: [{ id: { in: ['2', '1'] } }, { status: { equals: 'draft' } }] }, { OR: [{ status: { equals: 'draft' } }, { id: { in: ['1', '2'] } }] }, { OR: [] }, { OR: [{}] }, { OR: [{ authorId: { is_self: true } }] }
)
const read = fc.record({
  allow: fc.constant(true),
  fields: fc.constantFrom({ id: true }, { title: true }, { title: true, id: true }, { id: false }),
  filter: condition
}, { requiredKeys: ['allow'] }) as Arbitrary<{ allow: true }>
const roles = fc.array(read, { minLength: 1, maxLength: 2 })
const pairs = fc.oneof(fc.tuple(roles, roles), roles.chain(given => fc.tuple(fc.constant(given), fc.array(fc.constantFrom(...given), { minLength: 1, maxLength: 3 }))))
const principals: readonly ((roles: readonly string[]) => Principal)[] = [roles => user('ann', roles), roles => ({ kind: 'apiToken', tokenId: 't', roles })]

for (const dialect of dialects) {
  t.test(`${dialect}: random roles`, async t => {
    const { app } = await open(t, dialect)
    const { rolePermissions } = app
    await addRecords(app)
    const make = async (name: string) => await Promise.all([1, 2, 3].map(async number => (await rolePermissions.create({ name: `${name} ${number}`, permissions: {} })).id))
    const [one, other] = [await make('one'), await make('other')]
    const set = async (ids: readonly string[], given: readonly { allow: true }[]) => {
      for (const [index, id] of ids.entries()) {
        const permission = given[index]
        await rolePermissions.update(id, { permissions: permission === undefined ? {} : { data: { Posts: { read: permission } } } })
      }
    }
    const decide = (principal: Principal): Decision & { allowed: true } => rolePermissions.can(principal, 'read', { table: 'Posts' }) as Decision & { allowed: true }
    let same = 0
    await fc.assert(fc.asyncProperty(pairs, async ([first, second]) => {
      await set(one, first)
      await set(other, second)
      for (const principal of principals) {
        const [a, b] = [decide(principal(one)), decide(principal(other))]
        if (a.sameAs(b) !== b.sameAs(a)) return false
        if (!a.sameAs(b)) continue
        same++
        if (JSON.stringify(await readable(app, a, posts)) !== JSON.stringify(await readable(app, b, posts))) return false
      }
      const [ann, bob, token] = [user('ann', one), user('bob', one), { kind: 'apiToken', tokenId: 't', roles: one } as const].map(decide) as [Decision & { allowed: true }, Decision & { allowed: true }, Decision & { allowed: true }]
      const asksWho = JSON.stringify(first).includes('is_self')
      if (ann.sameAs(token) && JSON.stringify(await readable(app, ann, posts)) !== JSON.stringify(await readable(app, token, posts))) return false
      return ann.sameAs(bob) && (asksWho || ann.sameAs(token))
    }), { numRuns: 200 })
    t.ok(same > 10, `${same} were the same`)
  })
}
