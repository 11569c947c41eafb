import { readFileSync } from 'node:fs'
import type { FastifyError } from '@fastify/error'
import t from 'tap'
import { errors } from '../dist/index.js'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

t.test('the table of errors has the exported errors with their status, and no others', async t => {
  const documented = [...readme.matchAll(/^\| `(IDENTITY_PROVIDER_ERR_\w+)` \| (\d+) \|/gm)].map(([, code, status]) => [code, Number(status)])
  const exported = Object.entries(errors).map(([name, Constructor]) => {
    const { code, statusCode } = new (Constructor as new (...values: string[]) => FastifyError)('x', 'y', 'z')
    t.equal(code, name)
    return [code, statusCode]
  })
  t.strictSame(documented.sort(), exported.sort())
})

t.test('the quick start is the example, which runs', async t => {
  const example = readFileSync(new URL('../examples/quick-start.ts', import.meta.url), 'utf8')
  t.ok(readme.includes(`\`\`\`ts\n${example}\`\`\``))
  const { createAcmeProvider } = await import('../dist-examples/quick-start.js')
  t.equal(await createAcmeProvider({ id: 'acme', domain: 'id.acme.example', clientId: 'web' }).loginUrl({ redirectUri: 'http://localhost:3000/' }),
    'https://id.acme.example/authorize?client_id=web&response_type=code&scope=openid+email&redirect_uri=http%3A%2F%2Flocalhost%3A3000%2F')
})
