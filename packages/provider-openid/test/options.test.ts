import { provides } from '@latchkey/identity-provider'
import t from 'tap'
import { createOpenIdProvider, type OpenIdOptions } from '../dist/index.js'
import { silent } from './helpers/silent-log.js'

const required: OpenIdOptions = { id: 'company-sso', issuer: 'https://id.example.com', clientId: 'web' }
/** An option of `undefined` is left out. */
const open = (options: object) => {
  const given = Object.entries({ ...required, ...options }).filter(([, value]) => value !== undefined)
  return createOpenIdProvider(Object.fromEntries(given) as unknown as OpenIdOptions, { log: silent })
}

t.test('the issuer, a client and an id are enough', async t => {
  const provider = open({})
  t.strictSame({ id: provider.id, type: provider.type, issuer: provider.issuer },
    { id: 'company-sso', type: 'openid', issuer: { issuer: 'https://id.example.com', clientId: 'web', audiences: ['web'] } })
  for (const capability of ['codeExchange', 'tokenRefresh', 'hostedPages'] as const) t.ok(provides(provider, capability))
  t.ok(Object.isFrozen(provider) && Object.isFrozen(provider.issuer))
})

t.test('the issuer description contains the configured values', async t => {
  const described = {
    audiences: ['web', 'mobile'],
    jwksUri: 'https://id.example.com/keys',
    algorithms: ['ES256'],
    claimNames: { email: 'mail', emailVerified: 'mail_verified' }
  }
  t.match(open(described).issuer, described)
  t.equal(open({ type: 'keycloak' }).type, 'keycloak')
})

t.test('the issuer is kept exactly as configured', async t => {
  for (const issuer of ['https://id.example.com/', 'https://ID.example.com', 'https://id.example.com/realms/a', 'http://127.0.0.1:8080', 'http://localhost:8080', 'http://[::1]:8080']) {
    t.equal(open({ issuer }).issuer.issuer, issuer)
  }
})

t.test('the name of the profile is accepted', async t => {
  t.ok(open({ name: 'Company SSO' }))
})

const mistakes: [string, object, string][] = [
  ['no id', { id: undefined }, '"": id is required'],
  ['no issuer', { issuer: undefined }, 'issuer is required'],
  ['no client', { clientId: undefined }, 'clientId is required'],
  ['an unknown option', { scopes: ['openid'] }, 'scopes is not an option'],
  ['an issuer that is no URL', { issuer: 'id.example.com' }, 'issuer must be a URL that begins with https://'],
  ['an issuer by http', { issuer: 'http://id.example.com' }, 'issuer must begin with https://'],
  ['an issuer by http whose name begins as a loopback address', { issuer: 'http://127.0.0.1.example.com' }, 'issuer must begin with https://'],
  ['an issuer with a password', { issuer: 'https://user:hunter2@id.example.com' }, 'issuer must not contain a user name or password'],
  ['an issuer with a user name', { issuer: 'https://hunter2@id.example.com' }, 'issuer must not contain a user name or password'],
  ['an issuer with a query', { issuer: 'https://id.example.com/?tenant=hunter2' }, 'issuer must not contain a ?'],
  ['an issuer with a fragment', { issuer: 'https://id.example.com/#hunter2' }, 'issuer must not contain a #'],
  ['keys by http', { jwksUri: 'http://id.example.com/keys' }, 'jwksUri must begin with https://'],
  ['no audience', { audiences: [] }, 'audiences '],
  ['a symmetric algorithm', { algorithms: ['RS256', 'HS256'] }, 'algorithms.1 '],
  ['an unknown claim name', { claimNames: { mail: 'x' } }, 'claimNames.mail is not an option'],
  ['a scope without openid', { scope: 'email openid2' }, 'scope '],
  ['an unknown way to authenticate', { tokenEndpointAuthMethod: 'private_key_jwt', clientSecret: 'hunter2' }, 'tokenEndpointAuthMethod must be "client_secret_basic" or "client_secret_post" or "none"'],
  ['a way to authenticate without the secret', { tokenEndpointAuthMethod: 'client_secret_post' }, 'clientSecret is required for tokenEndpointAuthMethod "client_secret_post"'],
  ['a secret that is not used', { tokenEndpointAuthMethod: 'none', clientSecret: 'hunter2' }, 'clientSecret is not used'],
  ['an empty secret', { clientSecret: '' }, 'clientSecret '],
  ['a callback that is no URL', { callbackUrls: ['https://app.example.com', '/callback'] }, 'callbackUrls.1 must be a URL'],
  ['a logout address that is no URL', { logoutUrls: ['hunter2'] }, 'logoutUrls.0 must be a URL'],
  ['no time at all', { timeoutMs: 0 }, 'timeoutMs ']
]
for (const [what, options, message] of mistakes) {
  t.test(`${what} is refused, with the profile and the path, and without the value`, async t => {
    t.throws(() => open(options), { code: 'IDENTITY_PROVIDER_ERR_INVALID_OPTIONS' })
    t.throws(() => open(options), { message: new RegExp('^Invalid options for the authentication profile ' + ('id' in options ? '' : '"company-sso": ') + '(?!.*hunter2)') })
    try { open(options) } catch (error) { t.ok((error as Error).message.includes(message), (error as Error).message) }
  })
}

t.test('a callback URL may have a custom scheme', async t => {
  t.ok(open({ callbackUrls: ['com.example.app:/callback'] }))
})

t.test('a missing log is refused when the adapter is opened, not at its first failure', async t => {
  const open = createOpenIdProvider as (...given: unknown[]) => unknown
  for (const given of [[required], [required, {}]]) t.throws(() => open(...given), { code: 'IDENTITY_PROVIDER_ERR_INVALID_OPTIONS', message: /the log is missing\. Pass { log }/ })
})
