/** Roles are compared by what they mean, and differences are said in sentences. */
import fc, { type Arbitrary } from 'fast-check'
import t from 'tap'
import { defineRoles, difference, type RoleDefinition, type RolePermissions } from '../dist/index.js'

const role = (permissions: RolePermissions, name = 'Editor'): RoleDefinition => ({ name, permissions })
const texts = (before: RoleDefinition[], after: RoleDefinition[]): string[] => difference(before, after).map(({ kind, text }) => `${kind}: ${text}`)
const reads = (permission: object): RoleDefinition => role({ data: { Notes: { read: { allow: true, ...permission } } } })
const own = { ownerId: { is_self: true } }

const sentences: [string, RoleDefinition[], RoleDefinition[], string[]][] = [
  ['an action more', [role({})], [reads({})], ['more: Editor may now read Notes']],
  ['a field more, of an action that is new', [role({}, 'Guest')], [role({ data: { Users: { read: { allow: true, fields: { email: true } } } } }, 'Guest')], ['more: Guest may now read Users.email']],
  ['an action with fields and a filter', [role({})], [reads({ fields: { title: true, text: true }, filter: own })], ['more: Editor may now read Notes.text, Notes.title where {"ownerId":{"is_self":true}}']],
  ['an action less', [role({ data: { Notes: { delete: { allow: true } } } })], [role({})], ['less: Editor may no longer delete Notes']],
  ['fields more and less', [reads({ fields: { title: true, owner: true } })], [reads({ fields: { title: true, text: true } })], ['more: Editor may now read Notes.text', 'less: Editor may no longer read Notes.owner']],
  ['only some of all fields', [reads({})], [reads({ fields: { title: true, text: false } })], ['less: Editor reads only title of Notes (before: all fields)']],
  ['all fields, before some', [reads({ fields: { title: true } })], [reads({})], ['more: Editor reads all fields of Notes (before: only title)']],
  ['a filter', [reads({})], [reads({ filter: own })], ['less: Editor reads only Notes where {"ownerId":{"is_self":true}} (before: all)']],
  ['no filter any more', [reads({ filter: own })], [reads({})], ['more: Editor reads all Notes (before: only where {"ownerId":{"is_self":true}})']],
  ['another filter', [reads({ filter: own })], [reads({ filter: { title: { equals: 'a' } } })], ['other: Editor reads Notes where {"title":{"equals":"a"}} (before: where {"ownerId":{"is_self":true}})']],
  ['functions', [role({ custom: { functions: { publish: { allow: true } } } })], [role({ custom: { functions: { getToken: { allow: true } } } })], ['more: Editor may now call getToken', 'less: Editor may no longer call publish']],
  ['settings', [role({})], [role({ custom: { settings: { admin: { allow: true } }, users: { admin: { allow: true } } } })], ['more: Editor now has settings.admin', 'more: Editor now has users.admin']],
  ['everything', [reads({})], [role({ all: true })], ['more: Editor now has full access (before: may read Notes)']],
  ['no longer everything', [role({ all: true })], [role({})], ['less: Editor no longer has full access (now: has no permissions)']],
  ['a new role', [], [reads({ fields: {} })], ['new: new role Editor: may read no field of Notes']],
  ['a missing role', [reads({})], [], ['missing: removed role Editor: may read Notes']],
  ['a description', [{ ...role({}), description: 'Old' }], [{ ...role({}), description: 'New' }], ['other: Editor has the description "New" (before: "Old")']],
  ['a description left out stays', [{ ...role({}), description: 'Old' }], [role({})], []]
]

t.test('what differs is said in a sentence', async t => {
  for (const [name, before, after, expected] of sentences) t.strictSame(texts(before, after), expected, name)
})

t.test('what means the same does not differ', async t => {
  const different: [RoleDefinition, RoleDefinition][] = [
    [role({}), role({ data: { Notes: { delete: { allow: false, filter: own } } }, custom: { functions: { publish: { allow: false } } } })],
    [reads({}), reads({ filter: {} })],
    [reads({ fields: { title: true } }), reads({ fields: { text: false, title: true } })],
    [reads({ filter: { OR: [{ a: { in: [1, 2] } }, { b: { equals: 1 } }] } }), reads({ filter: { OR: [{ b: { equals: 1 } }, { a: { in: [2, 1] } }] } })],
    [role({ all: false }), role({})]
  ]
  for (const [one, other] of different) t.strictSame(texts([one], [other]), [], JSON.stringify(other))
})

const condition = fc.constantFrom<object>({}, own, { title: { equals: 'a' } }, { OR: [own, { title: { in: ['a', 'b'] } }] }, { OR: [{ title: { in: ['b', 'a'] } }, own] })
const some = <Value>(names: string[], value: Arbitrary<Value>) => fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 3 })
const permission = fc.record({ allow: fc.boolean(), fields: some(['title', 'text', 'owner'], fc.boolean()), filter: condition }, { requiredKeys: ['allow'] })
const allow = fc.record({ allow: fc.boolean() })
const permissions = fc.oneof(fc.constant<object>({ all: true }), fc.record({
  data: some(['Notes', 'Users'], some(['create', 'read', 'update', 'delete'], permission)),
  custom: fc.record({ functions: some(['publish', 'getToken'], allow), settings: some(['a'], allow), users: some(['a'], allow) }, { requiredKeys: [] })
}, { requiredKeys: [] })) as Arbitrary<RolePermissions>
const roles = fc.uniqueArray(fc.record({ name: fc.constantFrom('A', 'B', 'C'), permissions }), { selector: ({ name }) => name, maxLength: 3 })

/** The same JSON with its keys, and the items of its lists, the other way round. */
function turned (json: unknown): unknown {
  if (Array.isArray(json)) return json.map(turned).reverse()
  if (typeof json !== 'object' || json === null) return json
  return Object.fromEntries(Object.entries(json).reverse().map(([key, value]) => [key, turned(value)]))
}

t.test('nothing differs from itself, in whatever order and after going through a definition', async t => {
  fc.assert(fc.property(roles, given => {
    t.strictSame(difference(given, turned(given) as RoleDefinition[]), [])
    t.strictSame(difference(given, defineRoles(given)), [])
    t.equal(JSON.stringify(defineRoles(given)), JSON.stringify(defineRoles(defineRoles([...given].reverse()))), 'a definition is one text')
  }), { numRuns: 200 })
  t.end()
})

t.test('differences are symmetric: what one direction adds, the other removes', async t => {
  const contrary = { new: 'missing', missing: 'new', more: 'less', less: 'more', other: 'other' }
  fc.assert(fc.property(roles, roles, (one, other) => {
    const kinds = (before: RoleDefinition[], after: RoleDefinition[]) => difference(before, after).map(({ role, kind }) => ({ role, kind }))
    const sorted = (list: { role: string, kind: string }[]) => list.map(({ role, kind }) => `${role} ${kind}`).sort()
    t.strictSame(sorted(kinds(one, other)), sorted(kinds(other, one).map(({ role, kind }) => ({ role, kind: contrary[kind] }))))
  }), { numRuns: 200 })
  t.end()
})

t.test('a definition has names and no ids, its keys in order', async t => {
  const stored = { id: '1', builtin: null, createdAt: 'x', updatedAt: 'x', description: null, name: 'B', permissions: { data: { Notes: { update: { allow: true }, read: { fields: { title: true }, allow: true } } } } }
  t.equal(JSON.stringify(defineRoles([stored, { name: 'A', description: 'First', permissions: {} }])),
    '[{"name":"A","description":"First","permissions":{}},{"name":"B","permissions":{"data":{"Notes":{"read":{"allow":true,"fields":{"title":true}},"update":{"allow":true}}}}}]')
})
