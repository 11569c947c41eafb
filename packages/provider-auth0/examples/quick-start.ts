// examples/quick-start.ts
import { createAuth0Provider } from '@latchkey/provider-auth0'

const auth0 = createAuth0Provider({
  id: 'auth0',
  domain: 'acme.eu.auth0.com',
  clientId: 'Ex4mpleClientId'
}, { log: console })

// The URL where a browser signs in on Auth0's hosted login page.
console.log(await auth0.loginUrl({ redirectUri: 'http://localhost:3000/auth/callback', state: 'of-this-login' }))

// Or sign in with a password, through the Authentication API.
try {
  const { idToken } = await auth0.signInWithPassword({ email: 'ada@example.com', password: 'Correct-horse-battery-1' })
  console.log(idToken)
} catch (error) {
  console.log((error as { code: string }).code) // IDENTITY_PROVIDER_ERR_UNAVAILABLE until the options match your tenant
}
