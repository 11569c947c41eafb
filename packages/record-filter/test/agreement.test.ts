import { dialects } from '@latchkey/test-databases'
import fc from 'fast-check'
import t from 'tap'
import { filters, someVariables, worlds } from './helpers/arbitraries.js'
import { fill, open, select } from './helpers/databases.js'
import { evaluate } from './helpers/evaluate.js'
import { groups, posts, users } from './helpers/tables.js'

const tables = [users, posts, groups] as const
const cases = fc.constantFrom(...tables).chain(table => fc.record({ table: fc.constant(table), json: filters(table, 3) }))

for (const dialect of dialects) {
  t.test(`${dialect}: a filter selects exactly the records that it means`, async t => {
    const db = await open(t, dialect)
    let compared = 0
    let selected = 0
    await fc.assert(fc.asyncProperty(worlds, someVariables, fc.array(cases, { minLength: 20, maxLength: 20 }), async (world, variables, filters) => {
      await fill(db, dialect, world)
      for (const { table, json } of filters) {
        const rows = world[table.table as 'users' | 'posts' | 'groups']
        const meant = rows.filter(row => evaluate(json, table, row, world, variables)).map(row => row.id).sort()
        const found = await select(db, dialect, table, json, variables)
        if (JSON.stringify(found) !== JSON.stringify(meant)) throw new Error(`${table.name} ${JSON.stringify(json)} with ${JSON.stringify(variables)} selects ${JSON.stringify(found)} and means ${JSON.stringify(meant)}`)
        compared++
        if (meant.length > 0 && meant.length < rows.length) selected++
      }
    }), { numRuns: 60 })
    t.ok(compared >= 1200)
    t.ok(selected > compared / 10, `${selected} of ${compared} filters admit some records and not others`)
  })
}
