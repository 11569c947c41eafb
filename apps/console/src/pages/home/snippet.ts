import type { PublicProfile } from '../../session/profiles'

interface Connection {
  profile: Pick<PublicProfile, 'id' | 'type' | 'issuer' | 'clientId'>
  /** The app's callback URL. */
  callback: string
  /** The URL of the API. */
  api: string
}

/** A page's whole script: it signs people in, signs up new users, and asks the API who they are. */
export function snippetOf ({ profile: { id, type, issuer, clientId }, callback, api }: Connection): string {
  return `// npm install oidc-client-ts
import { UserManager } from 'oidc-client-ts'

const manager = new UserManager({
  authority: ${quoted(issuer)},
  client_id: ${quoted(clientId)},
  redirect_uri: ${quoted(callback)},
  scope: ${quoted(type === 'auth0' ? 'openid email profile offline_access' : 'openid email profile')}
})

// Back from the login page: exchange the code in the URL for tokens.
if (new URLSearchParams(location.search).has('state')) {
  await manager.signinCallback()
  history.replaceState(null, '', location.pathname)
}

const session = await manager.getUser()
if (session === null || session.expired) {
  await manager.signinRedirect()
} else {
  let answer = await ask(session.id_token, '{ user { id email } }')
  // Signing in doesn't create a user, so sign up new people.
  if (answer.errors?.[0]?.code === 'EntityNotFoundError') {
    answer = await ask(
      session.id_token,
      'mutation ($user: UserCreateInput!, $profile: ID) { user: userSignUpWithToken(user: $user, authProfileId: $profile) { id email } }',
      { user: { email: session.profile.email }, profile: ${quoted(id)} }
    )
  }
  document.body.append(answer.errors ? \`Refused: \${answer.errors[0].message}\` : \`Signed in as \${answer.data.user.email}\`)
}

async function ask (idToken, query, variables) {
  const response = await fetch(${quoted(api)}, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: \`Bearer \${idToken}\` },
    body: JSON.stringify({ query, variables })
  })
  return await response.json()
}
`
}

/** The same query with curl. */
export function curlOf (api: string): string {
  return `curl ${api} -H "authorization: Bearer $ID_TOKEN" -H 'content-type: application/json' -d '{"query":"{ user { id email } }"}'`
}

function quoted (text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
}
