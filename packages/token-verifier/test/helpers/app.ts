import Fastify, { type FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import tokenVerifier, { type TokenVerifierOptions, type TrustedIssuer } from '../../dist/index.js'

/** The parts of a response that tests check. */
export interface Answer {
  status: number
  body: Record<string, unknown>
  challenge: unknown
  /** The `reason` of the thrown error. */
  reason: string | undefined
}

export type Get = (authorization?: string) => Promise<Answer>

/** An app with one route, which returns the identity. */
export async function startApp (t: Test, options: TokenVerifierOptions = {}): Promise<{ app: FastifyInstance, get: Get }> {
  return await build(t, Fastify(), options)
}

/** The same, with its log lines. */
export async function startLoggingApp (t: Test, options: TokenVerifierOptions): Promise<{ app: FastifyInstance, get: Get, lines: string[] }> {
  const lines: string[] = []
  const app = Fastify({ logger: { level: 'debug', stream: { write: (line: string) => { lines.push(line) } } } })
  return { ...await build(t, app as unknown as FastifyInstance, options), lines }
}

async function build (t: Test, app: FastifyInstance, options: TokenVerifierOptions): Promise<{ app: FastifyInstance, get: Get }> {
  t.teardown(() => app.close())
  await app.register(tokenVerifier, options)
  app.addHook('onRequest', app.tokenVerifier.authenticate)
  app.get('/', async request => ({ identity: request.identity }))
  return { app, get: createGet(app) }
}

/** Requests an app's `/`, with or without an `Authorization` header. */
export function createGet (app: FastifyInstance): Get {
  let reason: string | undefined
  app.addHook('onError', async (_request, _reply, error) => { reason = (error as { reason?: string }).reason })
  return async authorization => {
    reason = undefined
    const response = await app.inject({ url: '/', headers: authorization === undefined ? {} : { authorization } })
    return { status: response.statusCode, body: response.json(), challenge: response.headers['www-authenticate'], reason }
  }
}

/** The trusted issuer for an issuer of the tests. */
export function trust (issuer: { issuer: string, clientId?: string }, more: Partial<TrustedIssuer> = {}): TrustedIssuer {
  return { id: 'main', issuer: issuer.issuer, clientId: issuer.clientId ?? 'web', ...more }
}
