import t from 'tap'
import { latchkeyProcess } from './helpers/latchkey.js'

t.test('the command is a process that prints, complains and ends with a code', async t => {
  const cli = latchkeyProcess({})
  t.match(await cli('--help'), { code: 0, stdout: /^Usage: latchkey <command>/ })
  t.match(await cli('docter'), { code: 2, stdout: '', stderr: /there is no command docter/ })
})
