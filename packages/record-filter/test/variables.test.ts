import { dialects } from '@latchkey/test-databases'
import t from 'tap'
import type { FilterVariables } from '../dist/index.js'
import { fill, open, select } from './helpers/databases.js'
import { users } from './helpers/tables.js'

const rows = [
  { id: 'ann', email: 'ann@x.org', manager_id: null },
  { id: 'bob', email: 'bob@x.org', manager_id: 'ann' },
  { id: 'cleo', email: 'cleo@x.org', manager_id: 'bob' }
]
const ann: FilterVariables = { __loggedInUserId: 'ann', __loggedInUserEmail: 'ann@x.org' }

const cases: [string, unknown, string[]][] = [
  ['a variable stands for its value', { id: { equals: '__loggedInUserId' } }, ['ann']],
  ['in a list', { email: { in: ['bob@x.org', '__loggedInUserEmail'] } }, ['ann', 'bob']],
  ['in a part of a text', { email: { not_starts_with: '__loggedInUserId' } }, ['bob', 'cleo']],
  ['is_self is the own id', { id: { is_self: true } }, ['ann']],
  ['not_self is any other id', { id: { not_self: true } }, ['bob', 'cleo']],
  ['is_self: false is not_self', { id: { is_self: false } }, ['bob', 'cleo']],
  ['nobody is not self', { managerId: { not_self: true } }, ['ann', 'cleo']],
  ['is_self on a to-one relation', { manager: { is_self: true } }, ['bob']],
  ['not_self on a to-one relation', { manager: { not_self: true } }, ['ann', 'cleo']],
  ['is_self on a to-many relation: one of them', { reports: { is_self: true } }, []],
  ['inside a relation', { manager: { id: { equals: '__loggedInUserId' } } }, ['bob']],
  ['inside none', { reports: { none: { managerId: { equals: '__loggedInUserId' } } } }, ['bob', 'cleo']]
]

/** None of these may admit anybody where the variable has no value, however it is turned around. */
const withoutValue: [string, unknown][] = [
  ['equals', { id: { equals: '__loggedInUserId' } }],
  ['not_equals', { id: { not_equals: '__loggedInUserId' } }],
  ['equals of a column that is null as well', { managerId: { equals: '__loggedInUserId' } }],
  ['in', { id: { in: ['ann', '__loggedInUserId'] } }],
  ['not_in', { id: { not_in: ['ann', '__loggedInUserId'] } }],
  ['gt', { id: { gt: '__loggedInUserId' } }],
  ['contains', { email: { contains: '__loggedInUserEmail' } }],
  ['not_contains', { email: { not_contains: '__loggedInUserEmail' } }],
  ['not_starts_with', { email: { not_starts_with: '__requestingApiToken' } }],
  ['is_self', { id: { is_self: true } }],
  ['not_self', { id: { not_self: true } }],
  ['not_self on a relation', { manager: { not_self: true } }],
  ['some', { reports: { some: { id: { not_equals: '__loggedInUserId' } } } }],
  ['every', { reports: { every: { managerId: { equals: '__loggedInUserId' } } } }],
  ['none', { reports: { none: { managerId: { equals: '__loggedInUserId' } } } }],
  ['none around an alternative', { reports: { none: { OR: [{ id: { equals: 'nobody' } }, { managerId: { equals: '__loggedInUserId' } }] } } }],
  ['none around none', { reports: { none: { reports: { none: { id: { equals: '__loggedInUserId' } } } } } }],
  ['every around some', { reports: { every: { reports: { some: { id: { is_self: true } } } } } }]
]

for (const dialect of dialects) {
  t.test(dialect, async t => {
    const db = await open(t, dialect)
    await fill(db, dialect, { users: rows })
    for (const [name, json, ids] of cases) {
      t.test(name, async t => {
        t.strictSame(await select(db, dialect, users, json, ann), ids)
      })
    }
    for (const [name, json] of withoutValue) {
      t.test(`a variable without value admits no record: ${name}`, async t => {
        t.strictSame(await select(db, dialect, users, json), [], 'left out')
        t.strictSame(await select(db, dialect, users, json, { __loggedInUserId: null, __loggedInUserEmail: null, __requestingApiToken: null }), [], 'null')
        t.strictSame(await select(db, dialect, users, json, { __loggedInUserId: '', __loggedInUserEmail: '', __requestingApiToken: '' }), [], 'empty')
      })
    }
    t.test('an alternative beside it still counts', async t => {
      t.strictSame(await select(db, dialect, users, { OR: [{ id: { equals: '__loggedInUserId' } }, { id: { equals: 'bob' } }] }), ['bob'])
    })
    t.test('a value that no database can hold counts as none', async t => {
      t.strictSame(await select(db, dialect, users, { id: { not_equals: '__loggedInUserId' } }, { __loggedInUserId: 'a\0' }), [])
    })
    t.test('a value that looks like a variable is a value', async t => {
      t.strictSame(await select(db, dialect, users, { id: { not_equals: '__loggedInUserId' } }, { __loggedInUserId: '__loggedInUserEmail' }), ['ann', 'bob', 'cleo'])
    })
  })
}
