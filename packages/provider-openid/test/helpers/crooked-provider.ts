/** A misbehaving provider: the test decides what its discovery document and token endpoint return. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface CrookedProvider {
  readonly issuer: string
  /** The token requests that it received: their headers and bodies. */
  readonly tokenRequests: { readonly authorization: string | undefined, readonly body: URLSearchParams }[]
  readonly requests: { discovery: number }
}

export async function startCrookedProvider (t: { teardown (handler: () => unknown): unknown }, how: {
  /** Overrides fields of the discovery document. */
  discovery?: (issuer: string) => object
  token?: (response: ServerResponse, issuer: string, body: URLSearchParams) => void
}): Promise<CrookedProvider> {
  const tokenRequests: CrookedProvider['tokenRequests'] = []
  const requests = { discovery: 0 }
  const server = createServer((request, response) => {
    answer(request, response).catch(() => { response.destroy() })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => { server.close().closeAllConnections() })
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  async function answer (request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url === '/.well-known/openid-configuration') {
      requests.discovery++
      sendJson(response, 200, { issuer, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token`, ...how.discovery?.(issuer) })
    } else if (request.url === '/token') {
      let body = ''
      for await (const chunk of request) body += chunk
      const fields = new URLSearchParams(body)
      tokenRequests.push({ authorization: request.headers.authorization, body: fields })
      how.token?.(response, issuer, fields)
    } else {
      sendJson(response, 404, {})
    }
  }

  return { issuer, tokenRequests, requests }
}

export function sendJson (response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}
