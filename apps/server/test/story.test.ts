import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import t from 'tap'

t.test('npm run demo runs through, and every step goes as expected', async t => {
  const story = fileURLToPath(new URL('../dist-demo/story.js', import.meta.url))
  const { code, output } = await new Promise<{ code: number | null, output: string }>(resolve => {
    const child = execFile(process.execPath, [story], (_error, stdout, stderr) => { resolve({ code: child.exitCode, output: stdout + stderr }) })
  })
  t.equal(code, 0, output)
  t.match(output, 'Her front end receives an ID token.', output.match(/Skipped.*/)?.[0] ?? 'the hosted page was tried')
  t.match(output, 'Every step went as expected.')
  t.notMatch(output, 'WRONG')
})
