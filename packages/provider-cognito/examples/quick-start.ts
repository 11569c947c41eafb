// examples/quick-start.ts
import { createCognitoProvider } from '@latchkey/provider-cognito'

const cognito = createCognitoProvider({
  id: 'cognito',
  region: 'eu-west-1',
  userPoolId: 'eu-west-1_AbCdEf123',
  clientId: '4k2example9client',
  domain: 'https://acme.auth.eu-west-1.amazoncognito.com'
}, { log: console })

// Where a browser goes to sign in on Cognito's pages.
console.log(await cognito.loginUrl?.({ redirectUri: 'http://localhost:3000/auth/callback', state: 'of-this-login' }))

// Or with a password, by the API.
try {
  const { idToken } = await cognito.signInWithPassword({ email: 'ada@example.com', password: 'Correct-horse-battery-1' })
  console.log(idToken)
} catch (error) {
  console.log((error as { code: string }).code) // IDENTITY_PROVIDER_ERR_UNAVAILABLE until the options are those of your user pool
}

await cognito.close?.()
