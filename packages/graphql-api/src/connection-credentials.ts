import type { Principal } from '@latchkey/role-permissions'
import type { FastifyRequest } from 'fastify'
import type { Credentials, RequesterServices } from './requester.js'

/** Milliseconds for which a connection keeps its principal before its token and user are checked again. */
export const KEPT_MS = 1000

/** The context that Mercurius passes to resolvers of an operation over a WebSocket. */
export interface ConnectionContext {
  /** The request that opened the WebSocket. */
  readonly request: FastifyRequest
  /** What the client sent when it connected. */
  readonly _connectionInit?: unknown
}

/** Whether a context belongs to a WebSocket, whose token may expire while it is open. */
export function isOfConnection (context: object): boolean {
  return 'request' in context && '_connectionInit' in context
}

/**
 * The token that a client sent when it connected, because a browser cannot set headers on a WebSocket. It is verified
 * each time it is needed. This costs very little while it is valid, and fails as soon as it has expired.
 */
export function connectionCredentials ({ tokenVerifier, authProfiles, apiTokens }: RequesterServices, { request, _connectionInit: payload }: ConnectionContext): Credentials {
  const token = tokenIn(payload) ?? bearer(request.headers.authorization)
  let principal: Principal | null = null
  return {
    // Never known in advance: the token may expire while the connection is open.
    known: () => null,
    identity: async () => {
      if (token === null) return null
      if (apiTokens === undefined || !token.startsWith('lk_')) {
        await authProfiles.refresh()
        return await tokenVerifier.verify(request, token)
      }
      principal = await apiTokens.authenticate(token)
      return null
    },
    apiToken: () => principal,
    note: () => {},
    origin: request
  }
}

/**
 * The token in the payload that a client sends when it connects: `{ authorization: 'Bearer …' }`, also in `headers`, or
 * `{ token: '…' }`.
 *
 * @returns `null` if there is none. Anything that is not text or not a bearer token is returned as text, to be refused later
 */
export function tokenIn (payload: unknown): string | null {
  if (typeof payload !== 'object' || payload === null) return null
  const given = payload as Record<string, unknown>
  const header = headerIn(given, 'authorization')
  if (header !== undefined) return bearer(header)
  return given.token === undefined || given.token === null || given.token === '' ? null : String(given.token)
}

/** The value that a client sends in place of a header when it connects: under the header's name, also in `headers`. */
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
  // Another scheme must not count as a guest; the token verifier refuses it.
  return match?.[1] ?? String(header)
}
