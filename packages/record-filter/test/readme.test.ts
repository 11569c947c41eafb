import { readFileSync } from 'node:fs'
import t from 'tap'
import { defaultLimits, errors } from '../dist/index.js'
import { operators } from '../dist/operators.js'

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
const readme = read('README.md')

t.test('the README lists exactly the errors', async t => {
  const rows = [...readme.matchAll(/^\| `(RECORD_FILTER_ERR_\w+)` \| (\d+) \|/gm)].map(([, code, status]) => [code, Number(status)])
  t.strictSame(rows, Object.entries(errors).map(([name, make]) => [name, make('').statusCode]))
})

t.test('the README lists exactly the operators', async t => {
  const table = readme.slice(readme.indexOf('| operator |'), readme.indexOf('**Missing values.**'))
  const listed = table.split('\n').flatMap(row => [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name))
  t.strictSame(listed.sort(), [...operators.keys()].sort())
})

t.test('the README tells the limits', async t => {
  const rows = [...readme.matchAll(/^\| `([a-zA-Z]+)` \| (\d+) \|/gm)].map(([, name, value]) => [name, Number(value)])
  t.strictSame(Object.fromEntries(rows), defaultLimits)
})

t.test('the quick start of the README is the example, which runs', async t => {
  const log = t.capture(console, 'log')
  await import('../dist-examples/quick-start.js')
  t.strictSame(log().map(({ args }) => args), [[[{ id: '1', title: 'Draft: a plan' }]]])
  t.ok(readme.includes(`\`\`\`ts\n${read('examples/quick-start.ts')}\`\`\``))
})
