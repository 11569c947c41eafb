import t from 'tap'
import { withhold } from '../dist/index.js'

t.test('what was sent is in nothing that a provider said, neither as it was given nor as a form has it', async t => {
  const secret = 'correct horse+battery/ä'
  for (const said of [`no user with ${secret}`, `in password=${new URLSearchParams({ secret }).toString().slice('secret='.length)}&grant`, `${secret}${secret}`]) {
    const text = withhold(said, [undefined, '', secret])
    t.match(text, /\[withheld\]/)
    t.notMatch(text, /horse|battery/)
  }
})

t.test('what was not sent stays, also where nothing was sent', async t => {
  t.equal(withhold('invalid_grant: it has expired', ['hunter2']), 'invalid_grant: it has expired')
  t.equal(withhold('invalid_grant', [undefined, '']), 'invalid_grant')
})
