import t from 'tap'
import { requireLog, type ProviderDependencies } from '../dist/index.js'

t.test('returns the log', async t => {
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
  t.equal(requireLog('company-sso', { log }), log)
})

for (const [what, dependencies] of [['nothing', undefined], ['null', null], ['no log', {}], ['something else', { log: 'info' }]] as const) {
  t.test(`says what to pass if it gets ${what}`, async t => {
    t.throws(() => requireLog('company-sso', dependencies as unknown as ProviderDependencies), {
      code: 'IDENTITY_PROVIDER_ERR_INVALID_OPTIONS',
      message: /^Invalid options for the authentication profile "company-sso": the log is missing\. Pass \{ log \}/
    })
  })
}
