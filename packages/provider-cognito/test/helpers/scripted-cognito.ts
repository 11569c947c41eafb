/** A server with one scripted response per operation, as AWS documents them. It records the requests. */
import type { Test } from 'tap'
import { createCognitoProvider, type CognitoOptions, type CognitoProvider } from '../../dist/index.js'
import { startServer } from './loopback-server.js'

type Values = Record<string, unknown>

export interface ApiAnswer { readonly status?: number, readonly body: Values }
/** By operation (`InitiateAuth`) or path (`/oauth2/token`). */
export type Script = Readonly<Record<string, ApiAnswer | ((request: AskedRequest) => ApiAnswer)>>

export interface AskedRequest {
  readonly operation: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** The JSON body of an API request, or the form sent to the token endpoint. */
  readonly input: Values
}

export interface ScriptedCognito {
  /** Typed as if it had every capability. It has only those that the options enable. */
  readonly provider: Required<CognitoProvider>
  readonly requests: readonly AskedRequest[]
  readonly logged: readonly { level: string, details: Values, message: string }[]
}

/** Starts the server and opens an adapter that uses it. */
export async function startScripted (t: Test, script: Script, options: Partial<CognitoOptions> = {}): Promise<ScriptedCognito> {
  const requests: AskedRequest[] = []
  const logged: { level: string, details: Values, message: string }[] = []
  const url = await startServer(t, (request, response) => {
    request.toArray().then(chunks => {
      const body = Buffer.concat(chunks).toString()
      const target = request.headers['x-amz-target']
      const asked = target === undefined
        ? { operation: request.url ?? '', headers: request.headers, input: Object.fromEntries(new URLSearchParams(body)) }
        : { operation: String(target).split('.')[1] ?? '', headers: request.headers, input: JSON.parse(body) as Values }
      requests.push(asked)
      const scripted = script[asked.operation] ?? { status: 400, body: { __type: 'UnknownOperationException' } }
      const answer = typeof scripted === 'function' ? scripted(asked) : scripted
      response.writeHead(answer.status ?? 200, { 'content-type': target === undefined ? 'application/json' : 'application/x-amz-json-1.1' })
      response.end(JSON.stringify(answer.body))
    }, () => { response.destroy() })
  })
  const write = (level: string) => (details: object, message: string) => { logged.push({ level, details: details as Values, message }) }
  const provider = createCognitoProvider({
    id: 'pool', region: 'eu-west-1', userPoolId: 'eu-west-1_TestPool', clientId: 'web', domain: url, endpoint: url, issuer: `${url}/eu-west-1_TestPool`, ...options
  }, { log: { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') } })
  t.teardown(() => provider.close?.())
  return { provider: provider as Required<CognitoProvider>, requests, logged }
}

/** An error response of the API. */
export function refusal (type: string, message = 'as documented', status = 400): ApiAnswer {
  return { status, body: { __type: type, message } }
}

/** A JWT with these claims. Its signature is not checked. */
export function unsignedToken (claims: Values): string {
  const part = (value: Values) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'RS256', kid: 'none' })}.${part(claims)}.c2lnbmF0dXJl`
}
