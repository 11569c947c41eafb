/**
 * Keeps the packages' READMEs true: the quick start is exactly the type-checked example file, and the error table names
 * exactly the codes of `errors.ts`, each with its status. In all documents, relative links and their `#anchors` lead
 * somewhere.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
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

for (const document of documents()) checkLinks(document)

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

function documents () {
  const docs = readdirSync('docs', { recursive: true }).filter(name => name.endsWith('.md')).map(name => join('docs', name))
  const readmes = ['packages', 'apps'].flatMap(parent => readdirSync(parent).map(name => join(parent, name, 'README.md')))
  return ['README.md', ...docs, ...readmes.filter(existsSync)]
}

function checkLinks (document) {
  for (const [, link] of prose(document).replace(/`[^`]*`/g, '').matchAll(/(?:\]\(|^\[[^\]]+\]: *)([^\s)]+)/gm)) {
    if (/^[a-z]+:/.test(link)) continue
    const [path, anchor] = link.split('#')
    let target = path === '' ? document : join(dirname(document), path)
    if (!existsSync(target)) {
      mistakes.push(`${document}: the link ${link} leads to no file`)
      continue
    }
    if (statSync(target).isDirectory()) target = join(target, 'README.md') // which GitHub shows below a folder
    if (anchor !== undefined && !(existsSync(target) && anchorsOf(target).has(anchor))) mistakes.push(`${document}: the link ${link} names no heading of ${target}`)
  }
}

/** The anchors of a document as GitHub makes them of its headings: a heading that is there already gets a number. */
function anchorsOf (document) {
  const text = prose(document)
  const anchors = new Set([...text.matchAll(/<a id="([^"]+)">/g)].map(([, id]) => id))
  const seen = new Map()
  for (const [, heading] of text.matchAll(/^#{1,6} +(.+)$/gm)) {
    const shown = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').trim()
    const slug = shown.toLowerCase().replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '').replaceAll(' ', '-')
    const times = seen.get(slug) ?? 0
    seen.set(slug, times + 1)
    anchors.add(times === 0 ? slug : `${slug}-${times}`)
  }
  return anchors
}

/** A document without its blocks of code, in which `#` and brackets mean something else. */
function prose (document) {
  return readFileSync(document, 'utf8').replace(/^ *```[\s\S]*?^ *```$/gm, '')
}
