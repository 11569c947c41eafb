/**
 * A proxy for cognito-local that adds what AWS documents and cognito-local lacks: secret hashes, the password policy,
 * the right error for a wrong password, resent messages, GetTokensFromRefreshToken, and client authentication at the token
 * endpoint. It forwards everything else.
 */
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ListUsersCommand, type CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'
import type { Test } from 'tap'

interface FrontParts {
  readonly upstream: string
  readonly userPoolId: string
  readonly clients: readonly { clientId: string, clientSecret?: string }[]
  readonly sdk: CognitoIdentityProviderClient
}

type Values = Record<string, unknown>
interface Answer { status: number, body: Values }

const prefix = 'AWSCognitoIdentityProviderService.'
/** The field of each operation that contains the new password. */
const newPasswords: Readonly<Record<string, string>> = { SignUp: 'Password', ConfirmForgotPassword: 'Password', ChangePassword: 'ProposedPassword' }

export async function startFront (t: Test, { upstream, userPoolId, clients, sdk }: FrontParts): Promise<{ url: string, messagesTo (email: string): number }> {
  const messages = new Map<string, number>()
  const server = createServer((request, response) => {
    handle(request, response).catch(error => { response.writeHead(500).end(String(error)) })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => { server.close(); server.closeAllConnections() })

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    messagesTo: email => messages.get(email) ?? 0
  }

  async function handle (request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat(await request.toArray()).toString()
    if (request.url === '/' && request.method === 'POST') {
      const operation = String(request.headers['x-amz-target']).slice(prefix.length)
      const answer = await answerApi(operation, JSON.parse(body) as Values)
      response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(answer.body))
      return
    }
    const refusal = request.url === '/oauth2/token' ? refuseClient(request, new URLSearchParams(body)) : null
    if (refusal !== null) {
      response.writeHead(refusal.status, { 'content-type': 'application/json' }).end(JSON.stringify(refusal.body))
      return
    }
    const answer = await fetch(upstream + request.url, {
      method: request.method ?? 'GET',
      redirect: 'manual',
      ...(body !== '' && { body: withClientId(request, body), headers: { 'content-type': String(request.headers['content-type']) } })
    })
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '', ...(answer.headers.has('location') && { location: answer.headers.get('location') as string }) })
    response.end(await answer.text())
  }

  async function answerApi (operation: string, input: Values): Promise<Answer> {
    const refusal = refuseSecretHash(operation, input) ?? refusePassword(operation, input)
    if (refusal !== null) return refusal
    if (operation === 'ResendConfirmationCode') return await resend(String(input.Username))
    if (operation === 'GetTokensFromRefreshToken') return await refresh(input)
    return named(await forward(operation, input))
  }

  async function forward (operation: string, input: Values): Promise<Answer> {
    const answer = await fetch(upstream, {
      method: 'POST', headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': prefix + operation }, body: JSON.stringify(input)
    })
    const body = await answer.json() as Values
    const sentTo = (body.CodeDeliveryDetails as Values | undefined)?.Destination
    if (typeof sentTo === 'string') messages.set(sentTo, (messages.get(sentTo) ?? 0) + 1)
    return { status: answer.status, body: operation === 'InitiateAuth' ? { ...body, operation } : body }
  }

  /** For a wrong password at sign-in, cognito-local returns the error that AWS returns for a weak one. */
  function named ({ status, body: { operation, ...body } }: Answer): Answer {
    if (operation === 'InitiateAuth' && body.__type === 'InvalidPasswordException') return error('NotAuthorizedException', 'Incorrect username or password.')
    return { status, body }
  }

  async function refresh ({ ClientId, ClientSecret, RefreshToken }: Values): Promise<Answer> {
    if (secretOf(ClientId) !== ClientSecret) return error('NotAuthorizedException', 'Client secret does not match')
    return named(await forward('InitiateAuth', { ClientId, AuthFlow: 'REFRESH_TOKEN_AUTH', AuthParameters: { REFRESH_TOKEN: RefreshToken } }))
  }

  async function resend (email: string): Promise<Answer> {
    const { Users: [user] = [] } = await sdk.send(new ListUsersCommand({ UserPoolId: userPoolId, Filter: `email = "${email}"` }))
    if (user === undefined) return error('UserNotFoundException', 'Username/client id combination not found.')
    messages.set(email, (messages.get(email) ?? 0) + 1)
    return { status: 200, body: { CodeDeliveryDetails: { AttributeName: 'email', DeliveryMedium: 'EMAIL', Destination: 'a***' } } }
  }

  function refuseSecretHash (operation: string, { ClientId, SecretHash, Username, AuthParameters, AuthFlow }: Values): Answer | null {
    const secret = secretOf(ClientId)
    if (secret === undefined || operation === 'GetTokensFromRefreshToken') return null
    const parameters = AuthParameters as Values | undefined
    // The hash would need the user name that Cognito generated, which this proxy does not know.
    if (AuthFlow === 'REFRESH_TOKEN_AUTH') return error('NotAuthorizedException', `SecretHash does not match for the client: ${String(ClientId)}`)
    const hash = SecretHash ?? parameters?.SECRET_HASH
    if (hash === undefined) return error('NotAuthorizedException', `Client ${String(ClientId)} is configured with secret but SECRET_HASH was not received`)
    const expected = createHmac('sha256', secret).update(String(Username ?? parameters?.USERNAME) + String(ClientId)).digest('base64')
    return hash === expected ? null : error('NotAuthorizedException', `Unable to verify secret hash for client ${String(ClientId)}`)
  }

  function refuseClient (request: IncomingMessage, form: URLSearchParams): Answer | null {
    const basic = basicOf(request)
    const [clientId, given] = basic ?? [form.get('client_id') ?? '', undefined]
    return secretOf(clientId) === given ? null : { status: 400, body: { error: 'invalid_client' } }
  }

  function secretOf (clientId: unknown): string | undefined {
    return clients.find(client => client.clientId === clientId)?.clientSecret
  }
}

function refusePassword (operation: string, input: Values): Answer | null {
  const name = newPasswords[operation]
  return name === undefined || String(input[name]).length >= 8 ? null : error('InvalidPasswordException', 'Password did not conform with policy: Password not long enough')
}

/** cognito-local requires the client id in the form, even if it is in the header. */
function withClientId (request: IncomingMessage, body: string): string {
  const [clientId] = basicOf(request) ?? []
  return clientId === undefined ? body : `${body}&client_id=${encodeURIComponent(clientId)}`
}

function basicOf (request: IncomingMessage): string[] | undefined {
  const [, credentials] = /^Basic (.+)$/.exec(request.headers.authorization ?? '') ?? []
  return credentials === undefined ? undefined : Buffer.from(credentials, 'base64').toString().split(':').map(decodeURIComponent)
}

function error (type: string, message: string): Answer {
  return { status: 400, body: { __type: type, message } }
}
