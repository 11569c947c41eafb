import { dialects } from '@latchkey/test-databases'
import t from 'tap'
import { compileFilter, parseFilter } from '../dist/index.js'
import { fill, open } from './helpers/databases.js'
import { users } from './helpers/tables.js'

const now = new Date('2024-03-31T12:00:00.000Z')
const rows = [
  { id: 'missing', joined_at: null },
  { id: 'february', joined_at: '2024-02-29T12:00:00.000Z' },
  { id: 'week', joined_at: '2024-03-24T12:00:00.000Z' },
  { id: 'hour', joined_at: '2024-03-31T11:00:00.000Z' },
  { id: 'now', joined_at: '2024-03-31T12:00:00.000Z' },
  { id: 'next', joined_at: '2024-04-30T12:00:00.000Z' }
]

const cases: [string, unknown, string[]][] = [
  ['later than an hour ago', { gt: { op: 'SUB', unit: 'HOUR', value: 1 } }, ['next', 'now']],
  ['an hour ago, or later', { gte: { op: 'SUB', unit: 'HOUR', value: '1' } }, ['hour', 'next', 'now']],
  ['before a week ago', { lt: { op: 'SUB', unit: 'WEEK', value: 1 } }, ['february']],
  ['days are the unit, and later the direction, where none is said', { lte: { value: -7 } }, ['february', 'week']],
  ['between two', { gte: { op: 'SUB', unit: 'DAY', value: 7 }, lt: { unit: 'SECOND', value: 0 } }, ['hour', 'week']],
  ['a month ago is the last day of a shorter one', { lte: { op: 'SUB', unit: 'MONTH', value: 1 } }, ['february']],
  ['in a month', { gte: { unit: 'MONTH', value: 1 } }, ['next']],
  ['a quarter and a year', { gt: { op: 'SUB', unit: 'QUARTER', value: 1 }, lt: { unit: 'YEAR', value: 1 } }, ['february', 'hour', 'next', 'now', 'week']]
]

for (const dialect of dialects) {
  t.test(dialect, async t => {
    const db = await open(t, dialect)
    await fill(db, dialect, { users: rows })
    const select = async (filter: unknown) => {
      const condition = compileFilter(parseFilter(filter, users), { dialect, variables: {}, now })
      return (await db.selectFrom('users').select('id').where(condition).orderBy('id').execute()).map(row => row.id as string)
    }
    for (const [name, relative, ids] of cases) {
      t.test(name, async t => { t.strictSame(await select({ joinedAt: { relative } }), ids) })
    }
    t.test('beside other operators, all must hold', async t => {
      t.strictSame(await select({ joinedAt: { gt: '2024-03-31', relative: { lt: { value: 0 } } } }), ['hour'])
    })
  })
}

t.test('what is meant is found out each time that the filter is used', async t => {
  const filter = parseFilter({ joinedAt: { relative: { gt: { op: 'SUB', value: 1 } } } }, users)
  const parameters = (now: Date) => JSON.stringify(compileFilter(filter, { dialect: 'sqlite', variables: {}, now }).toOperationNode())
  t.match(parameters(now), '2024-03-30T12:00:00.000Z')
  t.match(parameters(new Date('2025-01-01T00:00:00.000Z')), '2024-12-31T00:00:00.000Z')
})

for (const [name, filter, message] of [
  ['an operator that compares otherwise', { joinedAt: { relative: { equals: { value: 1 } } } }, /joinedAt\.relative\.equals is not a comparison/],
  ['nothing', { joinedAt: { relative: {} } }, /joinedAt\.relative needs/],
  ['a list', { joinedAt: { relative: { gt: [] } } }, /joinedAt\.relative\.gt must be an object/],
  ['a fraction', { joinedAt: { relative: { gt: { value: 1.5 } } } }, /joinedAt\.relative\.gt\.value must be a whole number/],
  ['no value', { joinedAt: { relative: { gt: {} } } }, /value must be a whole number/],
  ['a unit of its own', { joinedAt: { relative: { gt: { unit: 'constructor', value: 1 } } } }, /unit must be one of SECOND/],
  ['a direction of its own', { joinedAt: { relative: { gt: { op: 'sub', value: 1 } } } }, /op must be ADD/],
  ['something besides', { joinedAt: { relative: { gt: { value: 1, days: 3 } } } }, /days is unknown/],
  ['an age of the earth', { joinedAt: { relative: { gt: { unit: 'YEAR', value: 4e9 } } } }, /within a thousand years/],
  ['many seconds', { joinedAt: { relative: { gt: { unit: 'SECOND', value: '999999999999999' } } } }, /within a thousand years/],
  ['a text', { email: { relative: { gt: { value: 1 } } } }, /email\.relative is not an operator/]
] as const) {
  t.test(`a relative date with ${name} is refused where it stands`, async t => {
    t.throws(() => parseFilter(filter, users), { code: 'RECORD_FILTER_ERR_INVALID', message })
  })
}
