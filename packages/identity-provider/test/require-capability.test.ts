import t from 'tap'
import { capabilities, errors, provides, requireCapability, type Capability, type IdentityProvider } from '../dist/index.js'

const bare: IdentityProvider = { id: 'company-sso', type: 'openid', issuer: { issuer: 'https://id.example.com', clientId: 'web', audiences: ['web'] } }
const method = async () => {}

for (const name of Object.keys(capabilities) as Capability[]) {
  t.test(`${name}: provided with all of its methods, and not with fewer`, async t => {
    const whole = { ...bare, ...Object.fromEntries(capabilities[name].map(part => [part, method])) }
    t.ok(provides(whole, name))
    t.equal(requireCapability(whole, name), whole)
    for (const missing of capabilities[name]) {
      const part = { ...whole, [missing]: undefined }
      t.notOk(provides(part, name))
      t.throws(() => requireCapability(part, name), { code: 'IDENTITY_PROVIDER_ERR_UNSUPPORTED', statusCode: 400 })
    }
  })

  t.test(`${name}: the error for a provider without it names the profile, its type and what is not supported`, async t => {
    t.throws(() => requireCapability(bare, name), {
      code: 'IDENTITY_PROVIDER_ERR_UNSUPPORTED',
      message: /^The authentication profile "company-sso" \(openid\) does not support this request: [a-z ]+$/
    })
  })
}

t.test('each capability is described in words of its own', async t => {
  const messages = (Object.keys(capabilities) as Capability[]).map(name => {
    try {
      requireCapability(bare, name)
      return ''
    } catch (error) {
      return (error as Error).message
    }
  })
  t.equal(new Set(messages).size, messages.length)
})

t.test('an error keeps its cause', async t => {
  const cause = new Error('connect ECONNREFUSED')
  t.equal(new errors.IDENTITY_PROVIDER_ERR_UNAVAILABLE('company-sso', { cause }).cause, cause)
  t.equal(new errors.IDENTITY_PROVIDER_ERR_INVALID_CODE({ cause }).cause, cause)
})

t.test('an error says when to try again, where that is known', async t => {
  t.match(new errors.IDENTITY_PROVIDER_ERR_UNAVAILABLE('company-sso', { retryAfterSeconds: 5 }), { retryAfterSeconds: 5, headers: { 'retry-after': '5' }, message: /"company-sso"/, statusCode: 503 })
  t.strictSame(new errors.IDENTITY_PROVIDER_ERR_UNAVAILABLE('company-sso').headers, {})
  t.match(new errors.IDENTITY_PROVIDER_ERR_THROTTLED({ retryAfterSeconds: 60 }).headers, { 'retry-after': '60' })
})
