import { readFile } from 'node:fs/promises'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { errors } from '../dist/index.js'

const read = async (path: string) => await readFile(new URL(`../${path}`, import.meta.url), 'utf8')

t.test('the README lists exactly the errors there are, with their status', async t => {
  const listed = [...(await read('README.md')).matchAll(/^\| `(PROVIDER_EMBEDDED_ERR_\w+)` \| (\d+) \|/gm)].map(([, code, status]) => [code, Number(status)])
  const exported = Object.entries(errors).map(([name, ErrorClass]) => {
    const { code, statusCode } = new ErrorClass('')
    t.equal(code, name)
    return [code, statusCode ?? 500]
  })
  t.strictSame(listed.sort(), exported.sort())
})

t.test('the README contains the quick start exactly, and it runs', async t => {
  const example = await read('examples/quick-start.ts')
  t.ok((await read('README.md')).includes('```ts\n' + example + '```'))
  const child = spawn(process.execPath, [fileURLToPath(new URL('../dist-examples/quick-start.js', import.meta.url))], { env: { ...process.env, PORT: '4917', NODE_ENV: 'development' } })
  t.teardown(() => child.kill())
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => { output += chunk.toString() })
  child.stderr.on('data', (chunk: Buffer) => { output += chunk.toString() })
  while (!/was not sent/.test(output)) {
    const [chunk] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit').then(() => [null])]) as [unknown]
    if (chunk === null) break
  }
  t.match(output, /http:\/\/localhost:4917\/oidc\/auth\?client_id=default/)
  t.match(output, 'this email was not sent')
})
