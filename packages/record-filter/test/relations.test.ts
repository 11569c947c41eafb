import { dialects } from '@latchkey/test-databases'
import { sql } from 'kysely'
import t from 'tap'
import { compileFilter, parseFilter, type FilterableTable } from '../dist/index.js'
import { fill, open, select } from './helpers/databases.js'
import { groups, posts, users } from './helpers/tables.js'

const world = {
  users: [
    { id: 'ann', first_name: 'Ann', manager_id: null },
    { id: 'bob', first_name: 'Bob', manager_id: 'ann' },
    { id: 'cleo', first_name: null, manager_id: 'gone' }
  ],
  posts: [
    { id: '1', title: 'a', published: true, author_id: 'ann' },
    { id: '2', title: 'b', published: false, author_id: 'ann' },
    { id: '3', title: 'a', published: true, author_id: 'bob' },
    { id: '4', title: null, published: null, author_id: null }
  ],
  groups: [{ id: 'g1', name: 'one' }, { id: 'g2', name: 'two' }],
  memberships: [{ user_id: 'ann', group_id: 'g1' }, { user_id: 'bob', group_id: 'g1' }]
}

const cases: [string, FilterableTable, unknown, string[]][] = [
  ['some: at least one', users, { posts: { some: { published: { equals: false } } } }, ['ann']],
  ['some of anything', users, { posts: { some: {} } }, ['ann', 'bob']],
  ['every: also where there is none', users, { posts: { every: { published: { equals: true } } } }, ['bob', 'cleo']],
  ['every: a missing value does not meet it', users, { reports: { every: { firstName: { starts_with: 'B' } } } }, ['ann', 'bob', 'cleo']],
  ['none', users, { posts: { none: { title: { equals: 'b' } } } }, ['bob', 'cleo']],
  ['quantifiers together', users, { posts: { some: {}, none: { published: { equals: false } } } }, ['bob']],
  ['conditions of one quantifier are about the same record', users, { posts: { some: { title: { equals: 'a' }, published: { equals: false } } } }, []],
  ['is_empty on a relation', users, { posts: { is_empty: true } }, ['cleo']],
  ['is_not_empty on a relation', users, { posts: { is_not_empty: true } }, ['ann', 'bob']],
  ['to-one nesting', posts, { author: { firstName: { equals: 'Ann' } } }, ['1', '2']],
  ['to-one nesting asks that there is one', posts, { author: {} }, ['1', '2', '3']],
  ['a negative condition, too', posts, { author: { firstName: { not_equals: 'Ann' } } }, ['3']],
  ['a reference to a record that is gone is empty', users, { manager: { is_empty: true } }, ['ann', 'cleo']],
  ['is_empty beside other conditions', posts, { author: { is_not_empty: true, firstName: { equals: 'Bob' } } }, ['3']],
  ['through a join table', users, { groups: { some: { name: { equals: 'one' } } } }, ['ann', 'bob']],
  ['through a join table, the other way', groups, { members: { every: { firstName: { equals: 'Ann' } } } }, ['g2']],
  ['a table related to itself, twice', users, { reports: { some: { manager: { id: { equals: 'ann' } } } } }, ['ann']],
  ['relations of relations', posts, { author: { groups: { some: { members: { some: { firstName: { equals: 'Bob' } } } } } } }, ['1', '2', '3']]
]

for (const dialect of dialects) {
  t.test(dialect, async t => {
    const db = await open(t, dialect)
    await fill(db, dialect, world)
    for (const [name, table, json, ids] of cases) {
      t.test(name, async t => {
        t.strictSame(await select(db, dialect, table, json), ids)
      })
    }
    for (const [quantifier, ids] of [['some', ['ann', 'bob']], ['none', ['cleo']], ['every', ['ann', 'bob', 'cleo']]] as const) {
      t.test(`${quantifier}, of relations that lead back again`, async t => {
        t.strictSame(await select(db, dialect, users, { groups: { [quantifier]: { members: { some: { groups: { none: { name: { equals: 'two' } } }, posts: { every: { title: { not_equals: 'b' } } } } } } } }), ids)
        t.strictSame(await select(db, dialect, users, { manager: { reports: { none: { manager: { reports: { every: { firstName: { equals: 'Bob' } } } } } } } }), [])
      })
    }
  })
}

t.test('asked of a table, relations of relations are looked up once, not for each record', async t => {
  const db = await open(t, 'sqlite')
  const condition = (ofTable: boolean) => compileFilter(parseFilter({ groups: { some: { members: { none: { groups: { every: { name: { equals: 'one' } } } } } } } }, users), { dialect: 'sqlite', variables: {}, ofTable })
  const correlated = async (ofTable: boolean) => (await sql<{ detail: string }>`explain query plan select id from users where ${condition(ofTable)}`.execute(db)).rows.filter(({ detail }) => detail.includes('CORRELATED')).length
  t.equal(await correlated(true), 1)
  t.ok(await correlated(false) > 1)
})
