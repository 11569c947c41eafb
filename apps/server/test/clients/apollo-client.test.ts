import { ApolloClient, gql } from '@8base/apollo-client'
import { WebNativeAuthClient } from '@8base/web-native-auth-client'
import { EventEmitter, once } from 'node:events'
import t from 'tap'
import { startOpenIdProvider } from '../../dist-demo/openid-provider.js'
import { graphql } from '../helpers/server-under-test.js'
import { password, profileId, signUp, startApp, type App } from './helpers/app.js'
import { memoryStorage } from './helpers/memory-storage.js'

const myEmail = gql`query MyEmail { user { id email } }`
const myRoles = gql`query MyRoles { user { id roles { items { id name } } } }`
const refresh = gql`mutation Refresh ($data: RefreshTokenInput!) { userRefreshToken(data: $data) { idToken refreshToken } }`

t.test('@8base/apollo-client signs people up with its SignUpLink', async t => {
  const provider = await startOpenIdProvider()
  t.teardown(() => provider.close())
  const { issuer, clientId, clientSecret } = provider
  const sso = { id: 'company-sso', name: 'Company SSO', type: 'openid', issuer, clientId, clientSecret, selfSignUp: 'open' }
  const app = await startApp(t, { profiles: [sso] })
  const clientOf = (token: string, email: string) =>
    new ApolloClient({ uri: app.endpoint, getAuthState: () => ({ token, email }), autoSignUp: true, authProfileId: sso.id })

  await t.test('a person whose token has no user yet, and repeats the query', async t => {
    const email = 'jane@example.com'
    const token = await provider.signIn({ email })
    t.match((await graphql(app.server, '{ user { id } }', token)).errors, [{ code: 'EntityNotFoundError' }])
    t.match((await clientOf(token, email).query({ query: myEmail })).data, { user: { email } })
  })

  await t.test('and repeats every one of the queries that it sent together', async t => {
    const email = 'joan@example.com'
    const client = clientOf(await provider.signIn({ email }), email)
    const [first, second] = await Promise.all([client.query({ query: myEmail }), client.query({ query: myRoles })])
    t.match(first.data, { user: { email } })
    t.match(second.data, { user: { id: first.data.user.id, roles: { items: [{ name: 'Guest' }] } } })
  })
})

t.test('@8base/apollo-client refreshes tokens with its TokenRefreshLink', async t => {
  const app = await startApp(t)

  await t.test('an ID token that has expired, and repeats the query', async t => {
    const [one, several] = [await signedIn(app, 'ada@example.com'), await signedIn(app, 'grace@example.com')]
    await app.hoursLater(2)
    t.match((await one.client.query({ query: myEmail })).data, { user: { email: 'ada@example.com' } })
    t.equal(one.refreshes(), 1)

    const answers = await Promise.all([several.client.query({ query: myEmail }), several.client.query({ query: myRoles })])
    t.match(answers, [{ data: { user: { email: 'grace@example.com' } } }, { data: { user: { roles: { items: [{ name: 'Guest' }] } } } }], 'and every one of those that it sent together')
    t.equal(several.refreshes(), 2)
    t.strictSame([...one.failures, ...several.failures], [])
  })

  await t.test('and calls onAuthError where the refresh is refused', async t => {
    const { native, client, failures, failing } = await signedIn(app, 'jean@example.com')
    const { refreshToken } = native.getState()
    await app.hoursLater(60 * 24)
    await client.query({ query: myEmail })
    t.match(failures, [{ response: { errors: [{ code: 'TokenExpiredError', message: 'Refresh Token has expired' }] } }])

    // The link recognizes it by code and message alone, and never answers the mutation itself.
    const failed = once(failing, 'failure')
    client.mutate({ mutation: refresh, variables: { data: { refreshToken, authProfileId: profileId } } }).catch(t.threw)
    await failed
    t.strictSame(failures.slice(1), [undefined])
  })

  await t.test('and calls onAuthError for an invalid token', async t => {
    const { native, client, failures } = await signedIn(app, 'mary@example.com')
    native.setState({ token: 'none', refreshToken: '' })
    await client.query({ query: myEmail })
    t.strictSame(failures, [undefined])
  })
})

/** A front end after a sign-in with a password: Apollo's client, whose tokens the native client refreshes. */
async function signedIn (app: App, email: string) {
  await signUp(app, email)
  const native = new WebNativeAuthClient({ authProfileId: profileId, apiEndpoint: app.endpoint }, { storage: memoryStorage() })
  await native.login({ email, password })
  const failures: unknown[] = []
  const failing = new EventEmitter()
  let refreshes = 0
  const client = new ApolloClient({
    uri: app.endpoint,
    getAuthState: () => native.getState(),
    // The link refreshes once per query, so with the same refresh token for two queries sent together.
    onIdTokenExpired: async () => {
      refreshes++
      await native.refreshToken()
    },
    onAuthError: error => {
      failures.push(error)
      failing.emit('failure')
    }
  })
  return { native, client, failures, failing, refreshes: () => refreshes }
}
