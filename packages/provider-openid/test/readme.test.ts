import { readFileSync } from 'node:fs'
import t from 'tap'
import { startOidcProvider } from './helpers/oidc-provider-fixture.js'

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')
const readme = read('../README.md')

t.test('the quick start is the example, which signs in', async t => {
  t.ok(readme.includes(`\`\`\`ts\n${read('../examples/quick-start.ts')}\`\`\``))
  const ada = { subject: 'ada', email: 'ada@example.com', password: 'correct horse' }
  const fixture = await startOidcProvider({
    clients: [{ client_id: 'web', client_secret: 'a secret', redirect_uris: ['http://localhost:3000/auth/callback'] }],
    accounts: [ada]
  })
  t.teardown(() => fixture.close())
  process.env.ISSUER = fixture.issuer
  process.env.CLIENT_SECRET = 'a secret'
  const { finishLogin, loginUrl } = await import('../dist-examples/quick-start.js')
  const callback = await fixture.signIn(loginUrl, ada)
  t.match(await finishLogin(callback), { idToken: String, refreshToken: String })
})

t.test('the table of options has every option of the schema', async t => {
  const documented = [...readme.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name)
  const declared = [...read('../src/options.ts').matchAll(/^ {2}(\w+): Type|^ {2}(\w+): Text/gm)].map(([, one, other]) => one ?? other)
  t.ok(declared.length > 10)
  t.strictSame(declared.filter(name => !documented.includes(name)), [])
})

t.test('the table of errors has the errors that the source throws', async t => {
  const documented = new Set([...readme.matchAll(/^\| `(IDENTITY_PROVIDER_ERR_\w+)` \|/gm)].map(([, code]) => code))
  const source = ['openid-provider', 'options', 'translate-error'].map(file => read(`../src/${file}.ts`)).join('\n')
  const thrown = new Set([...source.matchAll(/new errors\.(\w+)/g)].map(([, code]) => code))
  if (source.includes('assertRedirectAllowed(')) thrown.add('IDENTITY_PROVIDER_ERR_REDIRECT_NOT_ALLOWED')
  t.strictSame([...documented].sort(), [...thrown].sort())
})
