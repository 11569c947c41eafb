import database, { type Tables } from '@latchkey/database'
import rolePermissions from '@latchkey/role-permissions'
import { databaseUrl, type Dialect } from '@latchkey/test-databases'
import Fastify, { type FastifyInstance } from 'fastify'
import type { Kysely } from 'kysely'
import type { Test } from 'tap'
import apiTokens, { type ApiTokensOptions } from '../../dist/index.js'

export interface TestApp {
  app: FastifyInstance
  /** What the app logged, by line. */
  logs: string[]
  /** The ids of roles, made where there is none of the name. */
  roles (...names: string[]): Promise<string[]>
  /** Who a request with this `Authorization` header acts as, or the error it is answered with. */
  ask (authorization?: string): Promise<{ status: number, body: Record<string, unknown>, challenge: unknown }>
}

/** An app with API tokens on a fresh database; closed when the test ends. */
export async function openApp (t: Test, dialect: Dialect, options: ApiTokensOptions = {}): Promise<TestApp & { url: string }> {
  const closing: (() => Promise<unknown>)[] = []
  // Teardowns run in the order they are given: apps must let go of the database first.
  const url = await databaseUrl({ teardown: remove => t.teardown(async () => { for (const close of closing) await close(); await remove() }) }, dialect)
  const opened = await openOn({ url }, options)
  closing.push(() => opened.app.close())
  return { ...opened, url }
}

/** An app with API tokens on a database that is there, which the caller closes. */
export async function openOn (source: { url: string } | { kysely: Kysely<Tables> }, options: ApiTokensOptions = {}): Promise<TestApp> {
  const logs: string[] = []
  const app = Fastify({ logger: { level: 'trace', stream: { write: line => { logs.push(line) } } } })
  await app.register(database, source)
  await app.register(rolePermissions)
  await app.register(apiTokens, options)
  app.get('/', async request => ({ accepted: await app.apiTokens.authenticateRequest(request), principal: request.principal }))
  await app.ready()
  return {
    app: app as unknown as FastifyInstance,
    logs,
    roles: async (...names) => await Promise.all(names.map(async name =>
      (app.rolePermissions.find({ name }) ?? await app.rolePermissions.create({ name, permissions: {} })).id)),
    ask: async authorization => {
      const response = await app.inject({ url: '/', headers: authorization === undefined ? {} : { authorization } })
      return { status: response.statusCode, body: response.json(), challenge: response.headers['www-authenticate'] }
    }
  }
}

/** Sets the clock that expiry and use are told by, for one test. */
export function setClock (t: Test): { now: number } {
  const clock = { now: Date.now() }
  t.intercept(Date, 'now', { value: () => clock.now, configurable: true })
  return clock
}
