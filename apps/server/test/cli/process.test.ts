import t from 'tap'
import { latchkeyProcess } from './helpers/latchkey.js'

t.test('the command runs as a process: it prints, reports errors and sets the exit code', async t => {
  const cli = latchkeyProcess({})
  t.match(await cli('--help'), { code: 0, stdout: /^Usage: latchkey <command>/ })
  t.match(await cli('docter'), { code: 2, stdout: '', stderr: /there is no command docter/ })
})
