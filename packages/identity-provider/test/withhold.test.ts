import t from 'tap'
import { withhold } from '../dist/index.js'

t.test('secrets are removed, as is and form-encoded', async t => {
  const secret = 'correct horse+battery/ä'
  for (const said of [`no user with ${secret}`, `in password=${new URLSearchParams({ secret }).toString().slice('secret='.length)}&grant`, `${secret}${secret}`]) {
    const text = withhold(said, [undefined, '', secret])
    t.match(text, /\[withheld\]/)
    t.notMatch(text, /horse|battery/)
  }
})

t.test('all other text stays', async t => {
  t.equal(withhold('invalid_grant: it has expired', ['hunter2']), 'invalid_grant: it has expired')
  t.equal(withhold('invalid_grant', [undefined, '']), 'invalid_grant')
})
