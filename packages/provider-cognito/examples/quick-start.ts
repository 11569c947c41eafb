// examples/quick-start.ts
import { createCognitoProvider } from '@latchkey/provider-cognito'

const cognito = createCognitoProvider({
  id: 'cognito',
  region: 'eu-west-1',
  userPoolId: 'eu-west-1_AbCdEf123',
  clientId: '4k2example9client',
  domain: 'https://acme.auth.eu-west-1.amazoncognito.com'
}, { log: console })

// The URL where a browser signs in on Cognito's hosted pages.
console.log(await cognito.loginUrl?.({ redirectUri: 'http://localhost:3000/auth/callback', state: 'of-this-login' }))

// Or sign in with a password, through the user pools API.
try {
  const { idToken } = await cognito.signInWithPassword({ email: 'ada@example.com', password: 'Correct-horse-battery-1' })
  console.log(idToken)
} catch (error) {
  console.log((error as { code: string }).code) // IDENTITY_PROVIDER_ERR_UNAVAILABLE until the options match your user pool
}

await cognito.close?.()
