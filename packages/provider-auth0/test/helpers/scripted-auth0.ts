/** A server with one scripted response per path, as Auth0 documents them. It records the requests. */
import type { Test } from 'tap'
import { createAuth0Provider, type Auth0Options, type Auth0Provider } from '../../dist/index.js'
import { startServer } from './loopback-server.js'

type Values = Record<string, unknown>

export interface ApiAnswer { readonly status?: number, readonly body: Values | string, readonly headers?: Record<string, string> }
/** By path: `/oauth/token`. */
export type Script = Readonly<Record<string, ApiAnswer | ((request: AskedRequest) => ApiAnswer)>>

export interface AskedRequest {
  readonly path: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** The form or JSON body of the request. */
  readonly input: Values
}

export interface ScriptedAuth0 {
  readonly provider: Auth0Provider
  readonly requests: readonly AskedRequest[]
  readonly logged: readonly { level: string, details: Values, message: string }[]
}

/** Starts the server and opens an adapter that uses it. */
export async function startScripted (t: Test, script: Script, options: Partial<Auth0Options> = {}): Promise<ScriptedAuth0> {
  const requests: AskedRequest[] = []
  const logged: { level: string, details: Values, message: string }[] = []
  const url = await startServer(t, (request, response) => {
    request.toArray().then(chunks => {
      const text = Buffer.concat(chunks).toString()
      const isJson = request.headers['content-type'] === 'application/json'
      const asked = { path: request.url ?? '', headers: request.headers, input: (isJson ? JSON.parse(text) : Object.fromEntries(new URLSearchParams(text))) as Values }
      requests.push(asked)
      const scripted = script[asked.path] ?? { status: 404, body: {} }
      const { status = 200, body, headers }: ApiAnswer = typeof scripted === 'function' ? scripted(asked) : scripted
      response.writeHead(status, { 'content-type': typeof body === 'string' ? 'text/html' : 'application/json', ...headers })
      response.end(typeof body === 'string' ? body : JSON.stringify(body))
    }, () => { response.destroy() })
  })
  const write = (level: string) => (details: object, message: string) => { logged.push({ level, details: details as Values, message }) }
  const provider = createAuth0Provider({ id: 'auth0', domain: 'acme.eu.auth0.com', clientId: 'web', issuer: `${url}/`, ...options },
    { log: { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') } })
  return { provider, requests, logged }
}

/** A response of the token endpoint, with tokens. */
export function tokens (claims: Values = {}, answer: Values = {}) {
  const now = Math.floor(Date.now() / 1000)
  return ({ headers }: AskedRequest): ApiAnswer => ({
    body: {
      id_token: unsignedToken({ iss: `http://${String(headers.host)}/`, aud: 'web', sub: 'auth0|1', iat: now, exp: now + 3600, ...claims }),
      access_token: 'opaque-access-token',
      refresh_token: 'refresh',
      token_type: 'Bearer',
      expires_in: 60,
      ...answer
    }
  })
}

/** A JWT with these claims. Its signature is not checked. */
function unsignedToken (claims: Values): string {
  const part = (value: Values) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'RS256', kid: 'none' })}.${part(claims)}.c2lnbmF0dXJl`
}
