import t from 'tap'
import { createAuth0Provider, type Auth0Options } from '../dist/index.js'

const log = { debug () {}, info () {}, warn () {}, error () {} }
const valid = { id: 'auth0', domain: 'acme.eu.auth0.com', clientId: 'web' }
const create = (options: object) => createAuth0Provider(options as Auth0Options, { log })

t.test('the issuer and the audiences follow from the domain', async t => {
  t.strictSame(create(valid).issuer, {
    issuer: 'https://acme.eu.auth0.com/',
    clientId: 'web',
    audiences: ['web'],
    jwksUri: 'https://acme.eu.auth0.com/.well-known/jwks.json',
    algorithms: ['RS256']
  })
})

t.test('a profile can set its own issuer and audiences', async t => {
  const { issuer } = create({ ...valid, issuer: 'http://127.0.0.1:4000/', audiences: ['web', 'mobile'] })
  t.equal(issuer.issuer, 'http://127.0.0.1:4000/')
  t.equal(issuer.jwksUri, 'http://127.0.0.1:4000/.well-known/jwks.json')
  t.strictSame(issuer.audiences, ['web', 'mobile'])
})

t.test('other fields of a profile are accepted and not changed', async t => {
  const provider = create(Object.freeze({ ...valid, name: 'Auth0', type: 'auth0', callbackUrls: [], logoutUrls: [] }))
  t.match(provider, { id: 'auth0', type: 'auth0' })
  t.ok(Object.isFrozen(provider))
})

const mistakes: [string, object, string][] = [
  ['a domain with a scheme', { domain: 'https://acme.eu.auth0.com' }, 'domain must be a host name'],
  ['a domain with a path', { domain: 'acme.eu.auth0.com/hunter2' }, 'domain must be a host name'],
  ['a domain with a user', { domain: 'hunter2@acme.eu.auth0.com' }, 'domain must be a host name'],
  ['an invalid domain', { domain: 'acme' }, 'domain must be a host name'],
  ['an empty client id', { clientId: '' }, 'clientId'],
  ['an unknown option', { clientID: 'web' }, 'clientID is not an option'],
  ['another type', { type: 'cognito' }, 'type must be "auth0"'],
  ['a scope without openid', { scope: 'email' }, 'scope'],
  ['an empty connection', { connection: '' }, 'connection'],
  ['an issuer that is no URL', { issuer: 'acme.eu.auth0.com/' }, 'issuer must be a URL that begins with https://'],
  ['an issuer by http', { issuer: 'http://127.0.0.1.example.com/hunter2/' }, 'issuer must begin with https://'],
  ['an issuer with a password', { issuer: 'https://ada:hunter2@acme.example.com/' }, 'issuer must not contain a user name'],
  ['an issuer with a query', { issuer: 'https://acme.example.com/?a=hunter2/' }, 'issuer must not contain a ?'],
  ['an issuer without its last slash', { issuer: 'https://acme.eu.auth0.com' }, 'issuer must end with /'],
  ['no time at all', { timeoutMs: 0 }, 'timeoutMs'],
  ['callback URLs that are not a list', { callbackUrls: 'http://localhost:3000' }, 'callbackUrls must be array']
]
for (const [what, change, message] of mistakes) {
  t.test(`${what} is refused, naming the profile and the path, without values`, async t => {
    t.plan(4)
    try {
      create({ ...valid, clientSecret: 'hunter2', ...change })
    } catch (error) {
      t.match(error, { code: 'IDENTITY_PROVIDER_ERR_INVALID_OPTIONS' })
      t.ok((error as Error).message.includes('"auth0"'))
      t.ok((error as Error).message.includes(message), (error as Error).message)
      t.notMatch((error as Error).message, /hunter2/)
    }
  })
}

t.test('loopback addresses may be reached by http', async t => {
  for (const host of ['localhost', '127.0.0.1', '127.1.2.3', '[::1]']) {
    t.doesNotThrow(() => create({ ...valid, issuer: `http://${host}:4000/` }), host)
  }
})

t.test('what is missing is named', async t => {
  t.throws(() => createAuth0Provider(undefined as never, { log }), { code: 'IDENTITY_PROVIDER_ERR_INVALID_OPTIONS', message: /id is required; domain is required; clientId is required/ })
})

t.test('a missing log is refused when the adapter is opened, not at its first failure', async t => {
  const open = createAuth0Provider as (...given: unknown[]) => unknown
  for (const given of [[valid], [valid, {}]]) t.throws(() => open(...given), { code: 'IDENTITY_PROVIDER_ERR_INVALID_OPTIONS', message: /the log is missing\. Pass { log }/ })
})
