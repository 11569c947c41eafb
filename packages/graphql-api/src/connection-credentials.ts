import type { Principal } from '@latchkey/role-permissions'
import type { FastifyRequest } from 'fastify'
import type { Credentials, RequesterServices } from './requester.js'

/** Milliseconds in which a connection acts as the same principal, before its token and user are looked at again. */
export const KEPT_MS = 1000

/** What Mercurius hands to resolvers of an operation that came over a WebSocket. */
export interface ConnectionContext {
  /** The request that the WebSocket began as. */
  readonly request: FastifyRequest
  /** What the client sent when it connected. */
  readonly _connectionInit?: unknown
}

/** Whether a context belongs to a WebSocket, whose token may expire while it is open. */
export function isOfConnection (context: object): boolean {
  return 'request' in context && '_connectionInit' in context
}

/**
 * The token that a client sent when it connected: a browser can give a WebSocket no header. It is verified each time that it
 * is asked for, which costs next to nothing while it is valid, and fails as soon as it has expired.
 */
export function connectionCredentials ({ tokenVerifier, apiTokens }: RequesterServices, { request, _connectionInit: payload }: ConnectionContext): Credentials {
  const token = tokenIn(payload) ?? bearer(request.headers.authorization)
  let principal: Principal | null = null
  return {
    // It may end while the connection is open.
    known: () => null,
    identity: async () => {
      if (token === null) return null
      if (apiTokens === undefined || !token.startsWith('lk_')) return await tokenVerifier.verify(request, token)
      principal = await apiTokens.authenticate(token)
      return null
    },
    apiToken: () => principal,
    note: () => {},
    origin: request
  }
}

/**
 * The token in what a client sends when it connects: `{ authorization: 'Bearer …' }`, also in `headers`, or `{ token: '…' }`.
 *
 * @returns `null` where there is none. What is no text, or no bearer token, is handed on to be refused
 */
export function tokenIn (payload: unknown): string | null {
  if (typeof payload !== 'object' || payload === null) return null
  const given = payload as Record<string, unknown>
  const header = headerIn(given, 'authorization')
  if (header !== undefined) return bearer(header)
  return given.token === undefined || given.token === null || given.token === '' ? null : String(given.token)
}

/** What a client sends in place of a header when it connects: by its name, also in `headers`. */
export function headerIn (payload: unknown, name: string): unknown {
  if (typeof payload !== 'object' || payload === null) return undefined
  return valueOf(payload, name) ?? valueOf((payload as { headers?: unknown }).headers, name)
}

function valueOf (named: unknown, name: string): unknown {
  if (typeof named !== 'object' || named === null) return undefined
  const [, value] = Object.entries(named as Record<string, unknown>).find(([key]) => key.toLowerCase() === name) ?? []
  return value === null || value === '' ? undefined : value
}

function bearer (header: unknown): string | null {
  if (header === undefined) return null
  const match = typeof header === 'string' ? /^bearer +(.+)$/i.exec(header) : null
  // Another scheme is no guest's: what verifies tokens refuses it.
  return match?.[1] ?? String(header)
}
