/**
 * Generates `src/graphql` from the built server's schema: the types of the console's queries, and the schema itself. With
 * `--check` it writes nothing, and fails if the files are out of date.
 */
import { generate } from '@graphql-codegen/cli'
import { printSchema } from 'graphql'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = path => fileURLToPath(new URL(path, import.meta.url))

const schema = await schemaOfServer()
const files = await generate({
  schema,
  cwd: here('..'),
  documents: ['src/**/*.{ts,tsx}', '!src/graphql/**'],
  silent: true,
  generates: {
    'src/graphql/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        documentMode: 'string',
        useTypeImports: true,
        enumsAsTypes: true,
        scalars: { ID: 'string', DateTime: 'string', JSON: 'unknown' }
      }
    }
  }
}, false)

const stale = []
for (const { filename, content } of [...files, { filename: 'src/graphql/schema.graphql', content: `${schema}\n` }]) {
  const path = here(`../${filename}`)
  if (await readFile(path, 'utf8').catch(() => null) === content) continue
  stale.push(relative(process.cwd(), path))
  if (process.argv.includes('--check')) continue
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, content)
}
if (process.argv.includes('--check') && stale.length > 0) {
  console.error(`Out of date with the server's schema or the console's queries: ${stale.join(', ')}. Remedy: npm run build && npm run generate --workspace @latchkey/console`)
  process.exitCode = 1
}

async function schemaOfServer () {
  const { createApp } = await import('../../server/dist/app.js')
  const { readConfig } = await import('../../server/dist/config.js')
  const app = await createApp(await readConfig({ DATABASE_URL: 'sqlite::memory:', LOG_LEVEL: 'silent' }))
  try {
    return printSchema(app.graphql.schema)
  } finally {
    await app.close()
  }
}
