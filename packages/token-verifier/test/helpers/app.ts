import Fastify, { type FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import tokenVerifier, { type TokenVerifierOptions, type TrustedIssuer } from '../../dist/index.js'

/** What a test sees of an answer. */
export interface Answer {
  status: number
  body: Record<string, unknown>
  challenge: unknown
  /** Why the token was refused, as the error that was thrown has it. */
  reason: string | undefined
}

export type Get = (authorization?: string) => Promise<Answer>

/** An app whose one route answers with the identity. */
export async function startApp (t: Test, options: TokenVerifierOptions = {}): Promise<{ app: FastifyInstance, get: Get }> {
  return await build(t, Fastify(), options)
}

/** The same, and the lines of its log. */
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

/** Asks an app's `/` with a value of the `Authorization` header, or without one. */
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
