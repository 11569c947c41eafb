/**
 * Keeps the imports between packages pointing one way (docs/architecture.md, "Packages"): what a
 * package's `src` imports must lie in a lower layer and be named in its own package.json.
 * Tests may import any package that devDependencies name.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const layers = [
  ['plugin-options', 'secret-box'],
  ['database', 'record-filter', 'test-issuer', 'identity-provider', 'test-databases'],
  ['users-store', 'token-verifier', 'role-permissions'],
  ['api-tokens', 'activity-log', 'audit-log', 'first-administrator', 'provider-embedded', 'provider-cognito', 'provider-auth0', 'provider-openid'],
  ['auth-profiles'],
  ['graphql-api'],
  ['console'],
  ['server', 'example-notes']
]
/** Only the app knows the adapters: every other package is handed them. */
const adapters = /^provider-/
const apps = layers.at(-1)

const layerOf = new Map(layers.flatMap((names, layer) => names.map(name => [name, layer])))
const mistakes = []

for (const folder of ['packages', 'apps']) {
  for (const name of readdirSync(folder)) {
    const directory = join(folder, name)
    const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
    if (!layerOf.has(name)) mistakes.push(`${directory}: has no layer; give it one in scripts/check-imports.js`)
    for (const [file, imported] of importsOf(join(directory, 'src'))) {
      if (imported === name) continue
      if (manifest.dependencies?.[`@latchkey/${imported}`] === undefined) mistakes.push(`${file}: imports @latchkey/${imported}, which dependencies do not name`)
      if (!(layerOf.get(imported) < layerOf.get(name))) mistakes.push(`${file}: imports @latchkey/${imported}, which is not in a lower layer`)
      if (adapters.test(imported) && !apps.includes(name)) mistakes.push(`${file}: imports the adapter @latchkey/${imported}; take it as a registry from the app`)
    }
  }
}

for (const mistake of mistakes) console.error(mistake)
if (mistakes.length > 0) process.exitCode = 1

function importsOf (source) {
  const found = []
  for (const entry of readdirSync(source, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.tsx?$/.test(entry.name)) continue
    const file = join(entry.parentPath, entry.name)
    for (const [, imported] of readFileSync(file, 'utf8').matchAll(/from '@latchkey\/([a-z0-9-]+)|import\('@latchkey\/([a-z0-9-]+)/g)) {
      found.push([file, imported])
    }
  }
  return found
}
