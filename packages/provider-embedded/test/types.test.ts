import { existsSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'

interface Manifest { dependencies: object, peerDependencies: object, types?: string, exports?: unknown }

const folder = fileURLToPath(new URL('..', import.meta.url))
const manifestOf = (path: string) => JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as Manifest

/** The packages that the public declarations import, starting at the entry. */
function imported (file: string, seen = new Set<string>()): Set<string> {
  const packages = new Set<string>()
  if (seen.has(file)) return packages
  seen.add(file)
  for (const [, from = ''] of readFileSync(file, 'utf8').matchAll(/(?:from|import|import\(|module)\s*['"]([^'"]+)['"]/g)) {
    if (from.startsWith('.')) imported(join(dirname(file), from.replace(/\.js$/, '.d.ts')), seen).forEach(name => packages.add(name))
    else if (!isBuiltin(from)) packages.add(from.split('/').slice(0, from.startsWith('@') ? 2 : 1).join('/'))
  }
  return packages
}

t.test('the public types need only packages that are installed with this one', async t => {
  const { dependencies, peerDependencies } = manifestOf(folder)
  const packages = [...imported(join(folder, 'dist/index.d.ts'))]
  t.ok(packages.includes('fastify'))
  for (const name of packages) {
    t.ok(name in dependencies || name in peerDependencies, `${name} is named in package.json`)
    const found = [folder, join(folder, '../..')].map(at => join(at, 'node_modules', name)).find(path => existsSync(path)) ?? ''
    const { types, exports } = manifestOf(found)
    const beside = fileURLToPath(import.meta.resolve(name)).replace(/\.js$/, '.d.ts')
    t.ok(types !== undefined || JSON.stringify(exports ?? {}).includes('.d.ts') || existsSync(beside), `${name} brings its types`)
  }
})
