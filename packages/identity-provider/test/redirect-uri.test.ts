import t from 'tap'
import { assertRedirectAllowed } from '../dist/index.js'

const allowed = ['https://app.example.com/callback']

t.test('an allowed address passes, and so does no address', async t => {
  t.doesNotThrow(() => { assertRedirectAllowed('main', 'https://app.example.com/callback', allowed) })
  t.doesNotThrow(() => { assertRedirectAllowed('main', undefined, allowed) })
})

t.test('if none is listed, any address passes', async t => {
  t.doesNotThrow(() => { assertRedirectAllowed('main', 'https://evil.example.com', []) })
  t.doesNotThrow(() => { assertRedirectAllowed('main', 'https://evil.example.com') })
})

for (const url of ['https://app.example.com/callback/', 'https://app.example.com/callback?a=1', 'https://APP.example.com/callback', 'https://evil.example.com/callback', '']) {
  t.test(`"${url}" is refused: addresses must match exactly`, async t => {
    t.throws(() => { assertRedirectAllowed('main', url, allowed) }, { code: 'IDENTITY_PROVIDER_ERR_REDIRECT_NOT_ALLOWED', message: /"main"/ })
  })
}
