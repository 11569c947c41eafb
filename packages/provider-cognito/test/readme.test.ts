import { readdirSync, readFileSync } from 'node:fs'
import { errors } from '@latchkey/identity-provider'
import t from 'tap'

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
const readme = read('README.md')
const source = readdirSync(new URL('../src', import.meta.url)).map(file => read(`src/${file}`)).join('\n')

t.test('the quick start of the README is the example', async t => {
  t.ok(readme.includes(`\`\`\`ts\n${read('examples/quick-start.ts')}\`\`\``))
})

t.test('the README lists exactly the errors that the adapter throws, with their status', async t => {
  const listed = [...readme.matchAll(/^\| `(IDENTITY_PROVIDER_ERR_\w+)` \| (\d+) \|/gm)].map(([, code, status]) => `${code} ${status}`)
  const own = [...source.matchAll(/new errors\.(IDENTITY_PROVIDER_ERR_\w+)/g)].map(([, code]) => code as keyof typeof errors)
  const thrown = source.includes('assertRedirectAllowed(') ? [...own, 'IDENTITY_PROVIDER_ERR_REDIRECT_NOT_ALLOWED'] : own
  const make = errors as unknown as Record<string, new () => { statusCode: number }>
  t.strictSame(listed.sort(), [...new Set(thrown)].map(code => `${code} ${new (make[code] as new () => { statusCode: number })().statusCode}`).sort())
})

t.test('the README lists exactly the options', async t => {
  const table = readme.slice(readme.indexOf('| option |'), readme.indexOf('## Capabilities'))
  const listed = table.split('\n').flatMap(row => [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name))
  const known = [...read('src/options.ts').matchAll(/^ {2}(\w+): Type\./gm)].map(([, name]) => name)
  t.strictSame(listed.sort(), known.sort())
})
