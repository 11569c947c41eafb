/** What opens more than it looks is found, and what is meant is left alone. */
import type { FilterableTable } from '@latchkey/record-filter'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import t from 'tap'
import { lint, type LintSubject, type RolePermissions } from '../dist/index.js'

const users: FilterableTable = {
  name: 'Users',
  table: 'users',
  fields: { id: { column: 'id', type: 'id' }, email: { column: 'email', type: 'string' }, city: { column: 'city', type: 'string' } }
}
const notes: FilterableTable = {
  name: 'Notes',
  table: 'notes',
  fields: {
    id: { column: 'id', type: 'id' },
    title: { column: 'title', type: 'string' },
    text: { column: 'text', type: 'string' },
    ownerId: { column: 'owner_id', type: 'id' },
    company: { column: 'company', type: 'string' },
    published: { column: 'published', type: 'boolean' }
  },
  relations: { colleagues: { kind: 'many', table: () => users, from: 'company', to: 'city' } }
}
const named = (name: string): FilterableTable => ({ name, table: name, fields: { id: { column: 'id', type: 'id' }, name: { column: 'name', type: 'string' } } })
const tables = new Map([users, notes, ...['Roles', 'ApiTokens', 'AuthenticationProfiles'].map(named)].map(table => [table.name, table]))
const functions = new Set(['getToken', 'appointEditor'])

function found (permissions: RolePermissions, name = 'Editor', more: Partial<LintSubject> = {}): string[] {
  return lint({ roles: [{ name, permissions }], tables, functions, ...more }).map(({ rule, path }) => `${rule} ${path}`)
}
const notesBy = (action: string, permission: object): RolePermissions => ({ data: { Notes: { [action]: { allow: true, ...permission } } } })
const own = { ownerId: { is_self: true } }

const examples: [string, RolePermissions, string, string[]][] = [
  ['Guest reads a table', notesBy('read', {}), 'Guest', ['guest-unfiltered data.Notes.read']],
  ['Guest updates a table', notesBy('update', { fields: { text: true } }), 'Guest', ['guest-unfiltered data.Notes.update']],
  ['Guest deletes a table', notesBy('delete', {}), 'Guest', ['guest-unfiltered data.Notes.delete']],
  ['Guest deletes by a filter that chooses nothing', notesBy('delete', { filter: { id: { not_equals: null } } }), 'Guest', ['guest-unfiltered data.Notes.delete', 'always-true data.Notes.delete.filter']],
  ['Guest reads what is published', notesBy('read', { filter: { published: { equals: true } } }), 'Guest', []],
  ['Guest creates', notesBy('create', {}), 'Guest', []],
  ['Guest may do everything', { all: true }, 'Guest', ['guest-everything all']],
  ['Administrator may do everything', { all: true }, 'Administrator', []],
  ['somebody else reads a table', notesBy('read', {}), 'Editor', []],
  ['Guest by a variable', notesBy('read', { filter: own }), 'Guest', ['guest-variable data.Notes.read.filter']],
  ['Guest by no variable of a value', notesBy('read', { filter: { ownerId: { not_equals: '__loggedInUserId' } } }), 'Guest', ['guest-variable data.Notes.read.filter']],
  ['Guest by a list with a variable', notesBy('read', { filter: { ownerId: { in: ['x', '__loggedInUserId'] } } }), 'Guest', ['guest-variable data.Notes.read.filter']],
  ['Guest by a relation without oneself', notesBy('read', { filter: { colleagues: { none: { id: { is_self: true } } } } }), 'Guest', ['guest-variable data.Notes.read.filter']],
  ['Guest by a variable or what is published', notesBy('read', { filter: { OR: [own, { published: { equals: true } }] } }), 'Guest', []],
  ['Guest by a variable or its contrary', notesBy('read', { filter: { OR: [own, { ownerId: { not_self: true } }] } }), 'Guest', ['guest-unfiltered data.Notes.read', 'always-true data.Notes.read.filter']],

  ['every user may be changed', { data: { Users: { update: { allow: true, fields: { city: true } } } } }, 'Editor', ['unfiltered-update data.Users.update']],
  ['emails may be changed', { data: { Users: { update: { allow: true, fields: { city: true, email: true }, filter: { id: { is_self: true } } } } } }, 'Editor', ['identity-fields data.Users.update.fields']],
  ['all fields of other users may be changed', { data: { Users: { update: { allow: true, filter: { city: { equals: 'x' } } } } } }, 'Editor', ['identity-fields data.Users.update']],
  ['one field of oneself may be changed', { data: { Users: { update: { allow: true, fields: { city: true }, filter: { id: { is_self: true } } } } } }, 'Editor', []],

  ['a hidden field chooses', notesBy('read', { fields: { title: true }, filter: { published: { equals: true } } }), 'Editor', ['hidden-field data.Notes.read.filter']],
  ['a hidden field chooses inside', notesBy('read', { fields: { title: true }, filter: { AND: [{ OR: [{ published: { equals: true } }, own] }] } }), 'Editor', ['hidden-field data.Notes.read.filter']],
  ['a field that may be read chooses', notesBy('read', { fields: { title: true, published: true }, filter: { published: { equals: true } } }), 'Editor', []],
  ['whoever asks chooses', notesBy('read', { fields: { title: true }, filter: { ownerId: { equals: '__loggedInUserId' }, colleagues: { is_self: true } } }), 'Editor', []],

  ['an empty filter', notesBy('delete', { filter: {} }), 'Editor', ['always-true data.Notes.delete.filter']],
  ['no condition', notesBy('delete', { filter: { AND: [] } }), 'Editor', ['always-true data.Notes.delete.filter']],
  ['an empty text', notesBy('delete', { filter: { title: { contains: '' } } }), 'Editor', ['always-true data.Notes.delete.filter']],
  ['none of no values', notesBy('delete', { filter: { title: { not_in: [] } } }), 'Editor', ['always-true data.Notes.delete.filter']],
  ['a branch without a condition', notesBy('delete', { filter: { OR: [own, {}] } }), 'Editor', ['always-true data.Notes.delete.filter']],
  ['a value or another', notesBy('delete', { filter: { OR: [{ title: { equals: 'a' } }, { title: { not_equals: 'a' } }] } }), 'Editor', ['always-true data.Notes.delete.filter']],
  ['a field that may be empty', notesBy('delete', { filter: { company: { not_equals: null } } }), 'Editor', []],
  ['not empty text', notesBy('delete', { filter: { title: { not_contains: '' } } }), 'Editor', []],
  ['every of anything', notesBy('delete', { filter: { colleagues: { every: {} } } }), 'Editor', ['always-true data.Notes.delete.filter']],
  ['some of anything', notesBy('delete', { filter: { colleagues: { some: {} } } }), 'Editor', []],
  ['an empty OR', notesBy('delete', { filter: { OR: [] } }), 'Editor', ['never-true data.Notes.delete.filter']],
  ['no id', notesBy('delete', { filter: { id: { is_empty: true } } }), 'Editor', ['never-true data.Notes.delete.filter']],

  ['makes roles', { data: { Roles: { create: { allow: true } } } }, 'Editor', ['privilege data.Roles.create']],
  ['changes tokens', { data: { ApiTokens: { update: { allow: true, filter: { name: { equals: 'x' } } } } } }, 'Editor', ['privilege data.ApiTokens.update']],
  ['changes profiles', { data: { AuthenticationProfiles: { update: { allow: true } } } }, 'Editor', ['privilege data.AuthenticationProfiles.update']],
  ['reads roles', { data: { Roles: { read: { allow: true } } } }, 'Editor', []],

  ['a function nobody declares', { custom: { functions: { publish: { allow: true }, getToken: { allow: true } } } }, 'Editor', ['unknown-function custom.functions.publish']],
  ['a table nobody declares', { data: { Posts: { read: { allow: true } } } }, 'Editor', ['unknown-table data.Posts']],
  ['a denial of what nobody declares', { data: { Posts: { read: { allow: false } } }, custom: { functions: { publish: { allow: false } } } }, 'Editor', []],
  ['a filter that does not fit', notesBy('read', { filter: { author: { is_self: true } } }), 'Editor', ['broken-filter data.Notes.read.filter']],

  ['a rule chooses by what the same role may change', { data: { Notes: { read: { allow: true, filter: own }, update: { allow: true } } } }, 'Editor', ['roles-together data.Notes.read.filter']]
]

t.test('each rule', async t => {
  for (const [name, permissions, role, expected] of examples) t.strictSame(found(permissions, role), expected, name)
})

t.test('a finding has a reason and a remedy that name what they are about', async t => {
  const [finding] = lint({ roles: [{ name: 'Guest', permissions: notesBy('read', {}) }], tables, functions })
  t.strictSame(finding, {
    rule: 'guest-unfiltered',
    role: 'Guest',
    path: 'data.Notes.read',
    why: 'a request without a token can read every record of Notes, with all fields, including future ones',
    remedy: 'add a filter for the records that everyone may access, or remove the permission'
  })
})

t.test('Guest is the built-in role, whatever it is called', async t => {
  const roles = [{ name: 'Visitor', builtin: 'guest' as const, permissions: notesBy('read', {}) }, { name: 'Guest', builtin: null, permissions: notesBy('read', {}) }]
  t.strictSame(lint({ roles, tables, functions }).map(({ role, rule }) => `${role} ${rule}`), ['Visitor guest-unfiltered'])
})

t.test('roles that somebody has together', async t => {
  const roles = [
    { name: 'Author', permissions: notesBy('read', { filter: { company: { equals: 'x' } } }) },
    { name: 'Curator', permissions: notesBy('update', { fields: { company: true } }) },
    { name: 'Titles', permissions: notesBy('read', { fields: { title: true } }) }
  ]
  t.strictSame(lint({ roles, tables, functions }), [], 'apart they open nothing')
  const together = lint({ roles, tables, functions, together: [['Author', 'Curator'], ['Curator', 'Author', 'Gone']] })
  t.match(together, [{ rule: 'roles-together', role: 'Author', path: 'data.Notes.read.filter', why: /company, which the role Curator, which some user also has, can update/ }])
  t.equal(together.length, 1, 'said once')
  t.strictSame(lint({ roles, tables, functions, together: [['Author', 'Titles']] }), [], 'fields of one role and records of another do not combine')
})

t.test('the roles of docs/permissions.md and the roles of the first start are left alone', async t => {
  const document = readFileSync(new URL('../../../docs/permissions.md', import.meta.url), 'utf8')
  const blocks = [...document.matchAll(/^```json (?:role (\S+)|(default))\n([^]*?)\n```$/gm)].map(([, name = 'New', , json = '']) => ({ name, permissions: JSON.parse(json) as RolePermissions }))
  t.ok(blocks.length > 10)
  const mistaken = blocks.filter(({ name, permissions }) => found(permissions, name).length > 0)
  t.strictSame(mistaken, [{ name: 'Guest', permissions: notesBy('read', { filter: own }) }], 'but for the one that the document calls a mistake')
  t.strictSame(found({}, 'Guest'), [])
  const sets = [...document.matchAll(/^```http roles (.*)$/gm)].flatMap(([, given = '']) => given.split(' ').map(one => (one.split('=')[1] ?? '').split('+')))
  const last = new Map(blocks.filter(block => !mistaken.includes(block)).map(block => [block.name, block]))
  t.strictSame(lint({ roles: last.values(), tables, functions, together: sets }), [])
})

t.test('it never fails, and the order of keys and roles changes nothing', async t => {
  const condition = fc.constantFrom<object>({}, own, { OR: [] }, { OR: [{}, own] }, { title: { contains: '' } }, { id: { not_equals: null } }, { gone: { equals: 1 } }, { colleagues: { is_self: true } })
  const permission = fc.record({ allow: fc.boolean(), fields: fc.dictionary(fc.constantFrom('title', 'email', 'roles'), fc.boolean()), filter: condition }, { requiredKeys: ['allow'] })
  const data = fc.dictionary(fc.constantFrom('Notes', 'Users', 'Roles', 'Gone'), fc.dictionary(fc.constantFrom('create', 'read', 'update', 'delete'), permission))
  const roles = fc.uniqueArray(fc.record({ name: fc.constantFrom('Guest', 'A', 'B'), permissions: fc.record({ data }) }), { selector: ({ name }) => name })
  const turned = (json: unknown): unknown => typeof json !== 'object' || json === null || Array.isArray(json) ? json : Object.fromEntries(Object.entries(json).reverse().map(([key, value]) => [key, turned(value)]))
  fc.assert(fc.property(roles, given => {
    const look = (some: typeof given) => lint({ roles: some, tables, functions, together: [['A', 'B']] }).map(({ role, rule, path }) => `${role} ${rule} ${path}`).sort()
    t.strictSame(look(given), look(given.map(role => turned(role) as typeof role).reverse()))
  }), { numRuns: 200 })
  t.end()
})
