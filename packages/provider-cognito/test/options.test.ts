import t from 'tap'
import { createCognitoProvider, type CognitoOptions } from '../dist/index.js'

const log = { debug () {}, info () {}, warn () {}, error () {} }
const valid = { id: 'pool', region: 'eu-west-1', userPoolId: 'eu-west-1_AbCdEf123', clientId: 'web' }
const create = (options: object) => createCognitoProvider(options as CognitoOptions, { log })

t.test('the issuer and the audiences follow from the user pool', async t => {
  t.strictSame(create(valid).issuer, {
    issuer: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123',
    clientId: 'web',
    audiences: ['web'],
    jwksUri: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123/.well-known/jwks.json',
    algorithms: ['RS256']
  })
})

t.test('a profile can set its own issuer and audiences', async t => {
  const { issuer } = create({ ...valid, issuer: 'http://127.0.0.1:9229/local_1', audiences: ['web', 'mobile'] })
  t.equal(issuer.issuer, 'http://127.0.0.1:9229/local_1')
  t.equal(issuer.jwksUri, 'http://127.0.0.1:9229/local_1/.well-known/jwks.json')
  t.strictSame(issuer.audiences, ['web', 'mobile'])
})

t.test('other fields of a profile are accepted and not changed', async t => {
  const options = Object.freeze({ ...valid, name: 'Cognito', type: 'cognito', callbackUrls: [], logoutUrls: [] })
  const provider = create(options)
  t.match(provider, { id: 'pool', type: 'cognito' })
  t.ok(Object.isFrozen(provider))
  await provider.close?.()
})

const mistakes: [string, object, string][] = [
  ['an invalid region', { region: 'Ireland' }, 'region'],
  ['a user pool of another region', { userPoolId: 'us-east-1_AbCdEf123' }, 'userPoolId must begin with the region, "eu-west-1_"'],
  ['an invalid user pool id', { userPoolId: 'pool' }, 'userPoolId'],
  ['an empty client id', { clientId: '' }, 'clientId'],
  ['an unknown option', { clientID: 'web' }, 'clientID is not an option'],
  ['another type', { type: 'auth0' }, 'type must be "cognito"'],
  ['a scope without openid', { scope: 'email' }, 'scope'],
  ['a domain that is no URL', { domain: 'acme.auth.eu-west-1.amazoncognito.com' }, 'domain must be a URL that begins with https://'],
  ['a domain by http', { domain: 'http://acme.example.com' }, 'domain must begin with https://'],
  ['a domain with a password', { domain: 'https://ada:hunter2@acme.example.com' }, 'domain must not contain a user name'],
  ['a domain with a query', { domain: 'https://acme.example.com/?a=hunter2' }, 'domain must not contain a ?'],
  ['an endpoint by http', { endpoint: 'http://cognito.example.com' }, 'endpoint must begin with https://'],
  ['an issuer by http', { issuer: 'http://127.0.0.1.example.com/hunter2' }, 'issuer must begin with https://'],
  ['credentials that nothing needs', { credentials: { accessKeyId: 'a', secretAccessKey: 'hunter2' } }, 'credentials are used only for deleteAccounts'],
  ['half of the credentials', { deleteAccounts: true, credentials: { accessKeyId: 'a' } }, 'credentials.secretAccessKey is required'],
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
      t.ok((error as Error).message.includes('"pool"'))
      t.ok((error as Error).message.includes(message), (error as Error).message)
      t.notMatch((error as Error).message, /hunter2/)
    }
  })
}

t.test('loopback addresses may be reached by http', async t => {
  for (const host of ['localhost', '127.0.0.1', '127.1.2.3', '[::1]']) {
    t.doesNotThrow(() => create({ ...valid, userPoolId: 'local_AbC12', endpoint: `http://${host}:9229`, domain: `http://${host}:9229` }), host)
  }
})

t.test('what is missing is named', async t => {
  t.throws(() => createCognitoProvider(undefined as never, { log }), { code: 'IDENTITY_PROVIDER_ERR_INVALID_OPTIONS', message: /id is required; region is required; userPoolId is required; clientId is required/ })
})

t.test('a missing log is refused when the adapter is opened, not at its first failure', async t => {
  const open = createCognitoProvider as (...given: unknown[]) => unknown
  for (const given of [[valid], [valid, {}]]) t.throws(() => open(...given), { code: 'IDENTITY_PROVIDER_ERR_INVALID_OPTIONS', message: /the log is missing\. Pass { log }/ })
})
