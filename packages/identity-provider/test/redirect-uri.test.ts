import t from 'tap'
import { assertRedirectAllowed } from '../dist/index.js'

const allowed = ['https://app.example.com/callback']

t.test('an address passes that is allowed, and where none is named', async t => {
  t.doesNotThrow(() => { assertRedirectAllowed('main', 'https://app.example.com/callback', allowed) })
  t.doesNotThrow(() => { assertRedirectAllowed('main', undefined, allowed) })
})

t.test('where none is listed, the list of the provider decides', async t => {
  t.doesNotThrow(() => { assertRedirectAllowed('main', 'https://evil.example.com', []) })
  t.doesNotThrow(() => { assertRedirectAllowed('main', 'https://evil.example.com') })
})

for (const url of ['https://app.example.com/callback/', 'https://app.example.com/callback?a=1', 'https://APP.example.com/callback', 'https://evil.example.com/callback', '']) {
  t.test(`"${url}" does not pass: addresses compare to the letter`, async t => {
    t.throws(() => { assertRedirectAllowed('main', url, allowed) }, { code: 'IDENTITY_PROVIDER_ERR_REDIRECT_NOT_ALLOWED', message: /"main"/ })
  })
}
