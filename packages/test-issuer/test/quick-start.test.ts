import { readFileSync } from 'node:fs'
import t from 'tap'
// Runs the quick start; its tests become part of this file.
import '../dist-examples/quick-start.js'

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')

t.test('the quick start of the README is the example', async t => {
  t.ok(read('../README.md').includes(`\`\`\`ts\n${read('../examples/quick-start.ts')}\`\`\``))
})
