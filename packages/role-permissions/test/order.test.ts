/** The order of roles, and of what stands in them, never changes a decision. */
import fc, { type Arbitrary } from 'fast-check'
import { sql } from 'kysely'
import t from 'tap'
import type { Decision, RolePermissions } from '../dist/index.js'
import { open, posts, user, users } from './helpers/app.js'
import { addRecords, readable } from './helpers/records.js'

const conditions: Arbitrary<[string, unknown]> = fc.constantFrom<[string, unknown]>(
  ['id', { equals: '__loggedInUserId' }], ['id', { in: ['ann', 'bob', '1', '3'] }], ['id', { not_self: true }],
  ['OR', [{ id: { equals: '2' } }, { id: { gt: 'b' } }]], ['AND', [{ id: { is_not_empty: true } }]], ['OR', []]
)
const object = <Value>(entry: Arbitrary<[string, Value]>, maxLength: number) => fc.array(entry, { maxLength }).map(entries => Object.fromEntries(entries))

const permission = fc.record({
  allow: fc.constantFrom(true, true, true, false),
  fields: object(fc.tuple(fc.constant('id'), fc.boolean()), 1),
  filter: object(conditions, 3)
}, { requiredKeys: ['allow'] })
const actionsOf = object(fc.tuple(fc.constantFrom('create', 'read', 'update'), permission) as Arbitrary<[string, unknown]>, 3)
const permissions = fc.record({
  data: fc.record({ Users: actionsOf, Posts: actionsOf }, { requiredKeys: ['Posts'] }),
  custom: fc.record({ functions: object(fc.tuple(fc.constant('getToken'), fc.record({ allow: fc.boolean() })), 1) })
}, { requiredKeys: [] }) as Arbitrary<RolePermissions>

/** The same JSON with its keys the other way round. */
function turned (json: unknown): unknown {
  if (Array.isArray(json)) return json.map(turned)
  if (typeof json !== 'object' || json === null) return json
  return Object.fromEntries(Object.entries(json).reverse().map(([key, value]) => [key, turned(value)]))
}

t.test('random roles', async t => {
  const { app } = await open(t, 'sqlite')
  const { rolePermissions, db } = app
  await addRecords(app)
  const make = async (names: string[]) => await Promise.all(names.map(async name => (await rolePermissions.create({ name, permissions: {} })).id))
  const [straight, reversed] = [await make(['a', 'b', 'c']), await make(['z', 'y', 'x'])]

  const sqlOf = (decision: Decision) => decision.allowed && [decision.rowFilter(), decision.fieldFilter('id')].map(condition => condition === null ? null : sql`${condition}`.compile(db))
    .map(compiled => compiled && [compiled.sql, compiled.parameters])
  const questions = [users, posts].flatMap(table => (['create', 'read', 'update', 'delete'] as const).map(action => ({ table, action })))
  let allowed = 0

  await fc.assert(fc.asyncProperty(fc.array(permissions, { minLength: 3, maxLength: 3 }), async given => {
    for (const [index, permissions] of given.entries()) {
      await rolePermissions.update(straight[index] as string, { permissions })
      await rolePermissions.update(reversed[index] as string, { permissions: turned(permissions) as RolePermissions })
    }
    for (const { table, action } of questions) {
      const resource = { table: table.name }
      const decide = (roles: readonly string[]) => rolePermissions.can(user('ann', roles), action, resource)
      const found = async (decision: Decision) => JSON.stringify(decision.allowed ? await readable(app, decision, table) : 'denied')

      const decision = decide(straight)
      if (decision.allowed) allowed++
      for (const roles of [straight.toReversed(), [...straight, ...straight], [straight[1], straight[0], straight[2]] as string[]]) {
        if (JSON.stringify(sqlOf(decide(roles))) !== JSON.stringify(sqlOf(decision))) throw new Error(`the order of roles changes ${action} ${table.name}`)
      }
      if (await found(decide(reversed)) !== await found(decision)) throw new Error(`the order of what stands in roles changes ${action} ${table.name}`)

      const alone = await Promise.all(straight.map(async id => {
        const one = decide([id])
        return one.allowed ? (await readable(app, one, table)).map(([record]) => record) : []
      }))
      const together = decision.allowed ? (await readable(app, decision, table)).map(([record]) => record) : []
      if (JSON.stringify([...new Set(alone.flat())].sort()) !== JSON.stringify(together)) throw new Error(`roles together admit other records than each alone: ${action} ${table.name}`)
    }
    if (rolePermissions.can(user('ann', straight), 'call', { function: 'getToken' }).allowed !== rolePermissions.can(user('ann', reversed), 'call', { function: 'getToken' }).allowed) throw new Error('the order of roles changes a call')
  }), { numRuns: 60 })
  t.ok(allowed > 60, `${allowed} questions are answered by yes`)
})
