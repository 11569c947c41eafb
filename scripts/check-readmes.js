/**
 * Keeps the packages' READMEs true: the quick start is the type-checked example file to the letter, and the
 * error table names exactly the codes of `errors.ts`, each with its status.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const mistakes = []

for (const name of readdirSync('packages')) {
  const directory = join('packages', name)
  const { private: unpublished } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
  const readme = join(directory, 'README.md')
  if (!existsSync(readme)) {
    if (!unpublished) mistakes.push(`${directory}: has no README.md`)
    continue
  }
  const text = readFileSync(readme, 'utf8')
  checkExamples(directory, readme, text)
  await checkErrors(directory, readme, text)
}

for (const mistake of mistakes) console.error(mistake)
if (mistakes.length > 0) process.exitCode = 1

function checkExamples (directory, readme, text) {
  for (const [, code] of text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)) {
    const file = /^\/\/ (examples\/\S+)$/m.exec(code.split('\n')[0])?.[1]
    if (file !== undefined && readFileSync(join(directory, file), 'utf8') !== code) mistakes.push(`${readme}: the snippet differs from ${file}`)
  }
  const examples = join(directory, 'examples')
  if (!existsSync(examples)) return
  for (const example of readdirSync(examples)) {
    if (example.endsWith('.ts') && !text.includes(`// examples/${example}\n`)) mistakes.push(`${readme}: does not show examples/${example}`)
  }
}

async function checkErrors (directory, readme, text) {
  const compiled = join(directory, 'dist/errors.js')
  if (!existsSync(compiled)) return
  const errors = await import(pathToFileURL(compiled).href)
  const documented = new Map([...text.matchAll(/^\| `([A-Z_]+_ERR_[A-Z_]+)` \| ([^|]+) \|/gm)].map(([, code, status]) => [code, status.trim()]))
  for (const [name, error] of Object.entries(errors)) {
    if (typeof error !== 'function' || !/_ERR_/.test(name)) continue
    const { code, statusCode } = new error('', '', '') // eslint-disable-line new-cap
    if (code !== name) mistakes.push(`${directory}: the error ${name} has the code ${code}`)
    if (!documented.has(name)) mistakes.push(`${readme}: the error table lacks ${name}`)
    else if (!documented.get(name).includes(String(statusCode ?? 500))) mistakes.push(`${readme}: ${name} has the status ${statusCode ?? 500}, not ${documented.get(name)}`)
    documented.delete(name)
  }
  for (const name of documented.keys()) if (name.startsWith(prefixOf(errors))) mistakes.push(`${readme}: the error table names ${name}, which does not exist`)
}

function prefixOf (errors) {
  return /^[A-Z_]+?_ERR_/.exec(Object.keys(errors).find(name => /_ERR_/.test(name)) ?? '')?.[0] ?? 'NONE'
}
