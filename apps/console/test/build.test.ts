import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import { runningConsole } from './helpers/running-console.js'

const MOST_SCRIPT_BYTES = 250_000
const built = (path: string) => new URL(`../dist/${path}`, import.meta.url)

// Started at once, since it takes seconds; the other tests run meanwhile.
const generated = promisify(execFile)(process.execPath, ['scripts/generate.js', '--check'], { cwd: new URL('..', import.meta.url) })
  .then(() => 'up to date', (error: { stderr: string }) => error.stderr)

t.test('what a browser loads first is less than 250 kB of script, compressed', async t => {
  const scripts = await scriptsOfPage(await readFile(built('index.html'), 'utf8'))
  const sizes = await Promise.all(scripts.map(async path => gzipSync(await readFile(built(path))).length))
  const size = sizes.reduce((one, other) => one + other, 0)
  t.comment(`${scripts.length} scripts, ${size} bytes`)
  t.ok(scripts.length > 0)
  t.ok(size < MOST_SCRIPT_BYTES, `${size} bytes`)
})

/** Packages that are published without the text of their license. For them, Vite writes only its name, MIT. */
const withoutText = ['react-remove-scroll-bar']

t.test('the license texts of all bundled packages are included', async t => {
  const [, ...sections] = (await readFile(built('licenses.md'), 'utf8')).split(/^## (?=\S+ - \d\S* \()/m)
  const texts = new Map(sections.map(section => [/^\S+/.exec(section)?.[0] ?? '', section.split('\n').slice(1).join('\n').trim()]))
  const imported = await packagesImported()
  t.ok(imported.size > 10, [...imported].join(', '))
  t.strictSame([...imported].filter(name => !texts.has(name)), [], 'of every package that the sources import')
  t.ok(texts.size > imported.size, 'and of their own dependencies')
  t.strictSame([...texts].filter(([name, text]) => !withoutText.includes(name) && !/copyright|permission/i.test(text)).map(([name]) => name), [])
})

t.test('the generated types match the server\'s schema', async t => {
  t.equal(await generated, 'up to date')
})

t.test('the server serves the page uncached, under a strict policy, and its assets as immutable', async t => {
  const { server, partner } = await runningConsole()
  const pages = await Promise.all(['/console', '/console/roles/some-id?tab=json'].map(async path => await fetch(`${server.url}${path}`)))
  const nonces = new Set<string>()
  for (const page of pages) {
    t.equal(page.status, 200)
    t.match(page.headers.get('content-type'), 'text/html')
    t.equal(page.headers.get('cache-control'), 'no-store')
    t.equal(page.headers.get('referrer-policy'), 'no-referrer')
    t.notOk(page.headers.has('access-control-allow-origin'))
    const policy = page.headers.get('content-security-policy') ?? ''
    t.match(policy, /default-src 'none'; script-src 'self'; style-src 'self' 'nonce-[^']+'; .*frame-ancestors 'none'/)
    t.match(policy, "connect-src 'self' ")
    t.ok(/connect-src [^;]+/.exec(policy)?.[0].split(' ').includes(partner.url), 'the issuer of a profile is allowed')
    t.notMatch(policy, /unsafe/)
    nonces.add(/'nonce-([^']+)'/.exec(policy)?.[1] ?? '')
    t.notMatch(await page.text(), /__[A-Z_]+__/)
  }
  t.equal(nonces.size, 2, 'each response has its own nonce')
  const [script = ''] = await scriptsOfPage(await readFile(built('index.html'), 'utf8'))
  const asset = await fetch(`${server.url}/console/${script}`)
  t.equal(asset.headers.get('cache-control'), 'public, max-age=31536000, immutable')
  t.equal((await fetch(`${server.url}/console/assets/none.js`)).status, 404)
})

t.test('the embedded provider accepts no other redirect URI for the console', async t => {
  const { server } = await runningConsole()
  const ask = async (redirectUri: string) => await fetch(`${server.url}/oidc/auth?${new URLSearchParams({ client_id: 'default', redirect_uri: redirectUri, response_type: 'code', scope: 'openid', code_challenge: 'x'.repeat(43), code_challenge_method: 'S256' }).toString()}`, { redirect: 'manual' })
  t.equal((await ask(`${server.url}/console/callback`)).status, 303)
  for (const other of [`${server.url}/console/callback/`, `${server.url}/console`, `${server.url}/console/callback?x=1`, 'https://attacker.example/console/callback']) t.equal((await ask(other)).status, 400, other)
})

/** The packages that the sources import, other than as types only. */
async function packagesImported (): Promise<Set<string>> {
  const found = new Set<string>()
  const sources = new URL('../src/', import.meta.url)
  for (const file of await readdir(sources, { recursive: true })) {
    if (!/\.tsx?$/.test(file)) continue
    const text = await readFile(new URL(file, sources), 'utf8')
    for (const [, name = ''] of text.matchAll(/^import (?!type )(?:[^'\n]* from )?'((?:@[\w-]+\/)?[\w-]+)/gm)) found.add(name)
  }
  return found
}

/** The scripts that the page loads, and those that they import statically. */
async function scriptsOfPage (page: string): Promise<string[]> {
  const found = new Set([...page.matchAll(/(?:src|href)="\/console\/(assets\/[^"]+\.js)"/g)].map(([, path = '']) => path))
  for (const path of found) {
    const text = await readFile(built(path), 'utf8')
    for (const [, imported = ''] of text.matchAll(/(?:from|^import|;import)\s*["']\.\/([^"']+\.js)["']/g)) found.add(`assets/${imported}`)
  }
  return [...found]
}
