/** A user pool in cognito-local with two app clients, behind a proxy that adds what cognito-local lacks. */
import { randomUUID } from 'node:crypto'
import {
  AdminConfirmSignUpCommand, AdminCreateUserCommand, CognitoIdentityProviderClient, CreateUserPoolClientCommand, CreateUserPoolCommand,
  ListUsersCommand, SignUpCommand
} from '@aws-sdk/client-cognito-identity-provider'
import type { Test } from 'tap'
import type { CognitoOptions } from '../../dist/index.js'
import { startCognitoLocal } from './cognito-local.js'
import { startFront } from './front.js'

export const callbackUrl = 'http://localhost:3000/auth/callback'
export const logoutUrl = 'http://localhost:3000/logout'

/** Fake credentials: cognito-local requires some but does not check them. */
const credentials = { accessKeyId: 'emulator', secretAccessKey: 'emulator-secret-key' }

export interface UserPool {
  /** Options of a profile that uses the proxy. */
  options (client: 'public' | 'confidential'): CognitoOptions & { domain: string }
  /** The same, directly with cognito-local. */
  readonly emulatorOptions: CognitoOptions
  readonly password: string
  /** An account that can sign in. */
  account (): Promise<{ email: string, password: string, subject: string }>
  unconfirmedAccount (): Promise<{ email: string, password: string }>
  /** An account whose temporary password must be replaced. */
  invitedAccount (): Promise<{ email: string, password: string }>
  confirm (email: string): Promise<void>
  exists (subject: string): Promise<boolean>
  messagesTo (email: string): number
  /** Signs in on the hosted page and returns what a client then exchanges. */
  authorize (client: 'public' | 'confidential', codeChallenge: string): Promise<{ code: string }>
}

export async function startUserPool (t: Test): Promise<UserPool> {
  const emulator = await startCognitoLocal(t)
  const sdk = new CognitoIdentityProviderClient({ region: 'eu-west-1', endpoint: emulator.url, credentials: { ...credentials } })
  t.teardown(() => { sdk.destroy() })

  const { UserPool: { Id: userPoolId = '' } = {} } = await sdk.send(new CreateUserPoolCommand({ PoolName: 'latchkey', UsernameAttributes: ['email'], AutoVerifiedAttributes: ['email'] }))
  const clients = {
    public: await createClient('public', false),
    confidential: await createClient('confidential', true)
  }
  const front = await startFront(t, { upstream: emulator.url, userPoolId, clients: Object.values(clients), sdk })
  const password = 'Correct-horse-battery-1'
  const base = { id: 'pool', region: 'eu-west-1', userPoolId, callbackUrls: [callbackUrl], logoutUrls: [logoutUrl], deleteAccounts: true, credentials, issuer: `${emulator.url}/${userPoolId}`, timeoutMs: 60_000 }

  return {
    options: client => ({ ...base, ...clients[client], endpoint: front.url, domain: front.url }),
    emulatorOptions: { ...base, ...clients.public, endpoint: emulator.url, domain: emulator.url },
    password,
    async account () {
      const { email, subject } = await signUp()
      await confirm(email)
      return { email, password, subject }
    },
    async unconfirmedAccount () {
      const { email } = await signUp()
      return { email, password }
    },
    async invitedAccount () {
      const email = newEmail()
      await sdk.send(new AdminCreateUserCommand({ UserPoolId: userPoolId, Username: email, TemporaryPassword: password, DesiredDeliveryMediums: ['EMAIL'], UserAttributes: [{ Name: 'email', Value: email }] }))
      return { email, password }
    },
    confirm,
    async exists (subject) {
      const { Users = [] } = await sdk.send(new ListUsersCommand({ UserPoolId: userPoolId, Filter: `sub = "${subject}"` }))
      return Users.length > 0
    },
    messagesTo: email => front.messagesTo(email),
    async authorize (client, codeChallenge) {
      const { email } = await signUp()
      await confirm(email)
      const answer = await fetch(`${front.url}/oauth2/authorize`, {
        method: 'POST',
        redirect: 'manual',
        body: new URLSearchParams({
          response_type: 'code',
          client_id: clients[client].clientId,
          redirect_uri: callbackUrl,
          code_challenge: codeChallenge,
          code_challenge_method: 'S256',
          scope: 'openid email profile',
          username: email,
          password
        })
      })
      return { code: new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? '' }
    }
  }

  async function createClient (name: string, withSecret: boolean): Promise<{ clientId: string, clientSecret?: string }> {
    const { UserPoolClient: { ClientId: clientId = '', ClientSecret: clientSecret } = {} } = await sdk.send(new CreateUserPoolClientCommand({
      UserPoolId: userPoolId, ClientName: name, GenerateSecret: withSecret, CallbackURLs: [callbackUrl], LogoutURLs: [logoutUrl]
    }))
    return clientSecret === undefined ? { clientId } : { clientId, clientSecret }
  }

  async function signUp (): Promise<{ email: string, subject: string }> {
    const email = newEmail()
    const { UserSub: subject = '' } = await sdk.send(new SignUpCommand({ ClientId: clients.public.clientId, Username: email, Password: password, UserAttributes: [{ Name: 'email', Value: email }] }))
    return { email, subject }
  }

  async function confirm (email: string): Promise<void> {
    await sdk.send(new AdminConfirmSignUpCommand({ UserPoolId: userPoolId, Username: email }))
  }
}

export function newEmail (): string {
  return `ada-${randomUUID()}@example.com`
}
