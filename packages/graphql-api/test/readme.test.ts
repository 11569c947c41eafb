import { startTestIssuer } from '@latchkey/test-issuer'
import { readFileSync } from 'node:fs'
import t from 'tap'
import { errors } from '../dist/index.js'

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')
const readme = read('../README.md')

t.test('the quick start is the example, which does what the README says', async t => {
  t.ok(readme.includes(`\`\`\`ts\n${read('../examples/quick-start.ts')}\`\`\``))
  const issuer = await startTestIssuer()
  t.teardown(() => issuer.close())
  Object.assign(process.env, { ISSUER: issuer.issuer, PORT: '0', DATABASE_URL: 'sqlite::memory:' })
  const { app } = await import('../dist-examples/quick-start.js')
  t.teardown(() => app.close())

  const ask = async (query: string, token: string) => (await app.inject({ method: 'POST', url: '/graphql', headers: { authorization: `Bearer ${token}` }, payload: { query } })).json()
  const token = await issuer.idToken({ email: 'you@example.com' })
  t.match(await ask('{ user { id email } }', token), { data: { user: null }, errors: [{ message: 'User not found', code: 'EntityNotFoundError', path: ['user'] }] })
  t.match(await ask('mutation { userSignUpWithToken(user: { email: "you@example.com", nickname: "You" }) { id } }', token), { data: { userSignUpWithToken: { id: String } } })
  t.match(await ask('{ user { email nickname } }', token), { data: { user: { email: 'you@example.com', nickname: 'You' } } })
})

t.test('the table of errors has exactly those that the package exports, with their status', async t => {
  const listed = [...readme.matchAll(/^\| `(GRAPHQL_API_ERR_[A-Z_]+)` \| (\d+) \|/gm)].map(([, code, status]) => [code, Number(status)])
  const exported = Object.entries(errors).map(([code, Class]) => [code, (Reflect.construct(Class, ['x', 'y']) as { statusCode: number }).statusCode])
  t.ok(exported.length > 0)
  t.strictSame(listed.sort(), exported.sort())
})
