import { dialects } from '@latchkey/test-databases'
import { sql } from 'kysely'
import t from 'tap'
import { compileFilter, parseFilter } from '../dist/index.js'
import { fill, open, select } from './helpers/databases.js'
import { users } from './helpers/tables.js'

const rows = [
  { id: 'absent', email: null, age: null, active: null, joined_at: null },
  { id: 'empty', email: '', age: 0, active: false, joined_at: '2024-01-01T00:00:00.000Z' },
  { id: 'lower', email: 'ann@x.org', age: 1, active: true, joined_at: '2024-05-01T10:00:00.000Z' },
  { id: 'upper', email: 'Ann@X.org', age: 2, active: true, joined_at: '2024-05-01T10:00:00.001Z' },
  { id: 'wild', email: 'a%_[b]*\\', age: -1, active: false, joined_at: '2025-01-01T00:00:00.000Z' }
]
const all = rows.map(row => row.id)
const but = (...excluded: string[]) => all.filter(id => !excluded.includes(id))

const cases: [string, unknown, string[]][] = [
  ['an empty filter admits every record', {}, all],
  ['every field and operator must hold', { email: { contains: 'x', ends_with: 'org' }, age: { equals: 1 } }, ['lower']],
  ['two operators on one field are both kept', { age: { gt: 0, lt: 2 } }, ['lower']],
  ['AND and OR beside fields must hold as well', { active: { equals: true }, OR: [{ age: { equals: 1 } }, { age: { equals: -1 } }], AND: [{ email: { is_not_empty: true } }] }, ['lower']],
  ['OR of nothing admits nothing', { OR: [] }, []],
  ['AND of nothing admits every record', { AND: [] }, all],

  ['equals null finds the missing', { email: { equals: null } }, ['absent']],
  ['not_equals null finds the present', { email: { not_equals: null } }, but('absent')],
  ['a missing value is not equal', { email: { not_equals: 'ann@x.org' } }, but('lower')],
  ['a missing value is in no list', { email: { not_in: ['ann@x.org'] } }, but('lower')],
  ['a list may hold null', { email: { in: ['ann@x.org', null] } }, ['absent', 'lower']],
  ['and so may its contrary', { email: { not_in: ['ann@x.org', null] } }, but('absent', 'lower')],
  ['in nothing', { email: { in: [] } }, []],
  ['not in nothing', { email: { not_in: [] } }, all],
  ['a missing value contains nothing', { email: { not_contains: 'x' } }, but('lower')],
  ['a missing value starts with nothing', { email: { not_starts_with: '' } }, ['absent']],
  ['a missing value ends with nothing', { email: { not_ends_with: '' } }, ['absent']],
  ['a missing value is in no order', { OR: [{ age: { lt: 100 } }, { age: { gte: 100 } }] }, but('absent')],
  ['empty is missing or without characters', { email: { is_empty: true } }, ['absent', 'empty']],
  ['not empty', { email: { is_not_empty: true } }, but('absent', 'empty')],
  ['is_empty: false is is_not_empty', { email: { is_empty: false } }, but('absent', 'empty')],
  ['a number is empty only where it is missing', { age: { is_empty: true } }, ['absent']],

  ['text is compared with its case', { email: { equals: 'ann@x.org' } }, ['lower']],
  ['contains minds the case', { email: { contains: 'x.o' } }, ['lower']],
  ['starts_with minds the case', { email: { starts_with: 'ann' } }, ['lower']],
  ['ends_with minds the case', { email: { ends_with: 'X.org' } }, ['upper']],
  ['in minds the case', { email: { in: ['ann@x.org'] } }, ['lower']],
  ['capitals come before small letters', { email: { lt: 'a' } }, ['empty', 'upper']],
  ['% is no wildcard', { email: { contains: '%' } }, ['wild']],
  ['_ is no wildcard', { email: { starts_with: 'a_' } }, []],
  ['* is no wildcard', { email: { starts_with: '*' } }, []],
  ['brackets and backslashes are plain', { email: { ends_with: '[b]*\\' } }, ['wild']],
  ['a start longer than the text', { email: { starts_with: 'ann@x.org.' } }, []],
  ['an end longer than the text', { email: { ends_with: '.ann@x.org' } }, []],

  ['booleans', { active: { equals: true } }, ['lower', 'upper']],
  ['missing is not true', { active: { not_equals: true } }, but('lower', 'upper')],
  ['a fraction meets whole numbers', { age: { gt: 0.5 } }, ['lower', 'upper']],
  ['a date with its zone', { joinedAt: { lte: '2024-05-01T12:00:00+02:00' } }, ['empty', 'lower']],
  ['a day', { joinedAt: { gte: '2024-05-02' } }, ['wild']]
]

for (const dialect of dialects) {
  t.test(dialect, async t => {
    const db = await open(t, dialect)
    await fill(db, dialect, { users: rows })
    for (const [name, json, ids] of cases) {
      t.test(name, async t => {
        t.strictSame(await select(db, dialect, users, json), ids)
      })
    }
  })
}

t.test('sqlite: a column that ignores case is still compared by its bytes', async t => {
  const db = await open(t, 'sqlite')
  await sql`create table people (id text, email text collate nocase)`.execute(db)
  await sql`insert into people values ('lower', 'ann@x.org'), ('upper', 'Ann@X.org')`.execute(db)
  const people = { ...users, table: 'people' }
  t.strictSame(await select(db, 'sqlite', people, { email: { equals: 'ann@x.org' } }), ['lower'])
  t.strictSame(await select(db, 'sqlite', people, { email: { in: ['ann@x.org'] } }), ['lower'])
  t.strictSame(await select(db, 'sqlite', people, { email: { gt: 'a' } }), ['lower'])
  t.strictSame(await select(db, 'sqlite', people, { email: { starts_with: 'ann' } }), ['lower'])
  t.strictSame(await select(db, 'sqlite', people, { email: { ends_with: 'x.org' } }), ['lower'])
  t.strictSame(await select(db, 'sqlite', people, { email: { contains: 'x' } }), ['lower'])
})

t.test('postgres: neither the collation nor the type of a text column matters', async t => {
  const db = await open(t, 'postgres')
  await sql`create collation ignoring_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`.execute(db)
  await sql`create table people (id uuid, email text collate ignoring_case)`.execute(db)
  const [lower, upper] = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002']
  await sql`insert into people values (${lower}, 'ann@x.org'), (${upper}, 'Ann@X.org')`.execute(db)
  const people = { ...users, table: 'people' }
  t.strictSame(await select(db, 'postgres', people, { email: { equals: 'ann@x.org' } }), [lower])
  t.strictSame(await select(db, 'postgres', people, { email: { in: ['ann@x.org'] } }), [lower])
  t.strictSame(await select(db, 'postgres', people, { email: { ends_with: 'x.org' } }), [lower])
  t.strictSame(await select(db, 'postgres', people, { email: { contains: 'x' } }), [lower])
  t.strictSame(await select(db, 'postgres', people, { email: { gt: 'a' } }), [lower])
  t.strictSame(await select(db, 'postgres', people, { id: { in: [lower, 'no uuid'] } }), [lower])
})

for (const dialect of dialects) {
  t.test(`${dialect}: a lookup by id uses the index`, async t => {
    const db = await open(t, dialect)
    if (dialect === 'postgres') await sql`set enable_seqscan = off`.execute(db)
    for (const json of [{ id: { equals: 'a' } }, { id: { in: ['a', 'b'] } }]) {
      const condition = compileFilter(parseFilter(json, users), { dialect, variables: {} })
      const explain = sql.raw(dialect === 'sqlite' ? 'explain query plan' : 'explain')
      const { rows } = await sql`${explain} select email from users where ${condition}`.execute(db)
      t.match(JSON.stringify(rows), dialect === 'sqlite' ? /SEARCH users USING INDEX/ : /Index Cond/)
    }
  })
}
