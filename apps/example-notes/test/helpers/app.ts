import { databaseUrl, type Dialect } from '@latchkey/test-databases'
import { startTestIssuer, type TestIssuer } from '@latchkey/test-issuer'
import type { FastifyInstance } from 'fastify'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Server } from 'node:net'
import type { Test } from 'tap'
import { createApp, type Settings } from '../../dist/app.js'

export interface Answer {
  status: number
  body: any // eslint-disable-line @typescript-eslint/no-explicit-any -- whatever the app answers
}

export interface RunningApp {
  app: FastifyInstance
  url: string
  /** Sends a request as a client does, over the network. */
  ask (method: string, path: string, options?: { token?: string | undefined, body?: unknown }): Promise<Answer>
}

/** The app on a fresh database, listening. */
export async function startApp (t: Test, dialect: Dialect, settings: Partial<Settings> = {}, extend?: (app: FastifyInstance) => Promise<void>): Promise<RunningApp> {
  const held = await holdPort(t)
  const { port } = held.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  const opened: FastifyInstance[] = []
  // The app must close its database before the database is removed.
  const database = await databaseUrl({ teardown: remove => t.teardown(async () => { await opened[0]?.close(); await remove() }) }, dialect)
  const app = await createApp({ databaseUrl: database, publicUrl: url, ...settings })
  opened.push(app)
  await extend?.(app)
  held.close()
  await once(held, 'close')
  await app.listen({ host: '127.0.0.1', port })
  return {
    app,
    url,
    ask: async (method, path, { token, body } = {}) => {
      const response = await fetch(`${url}${path}`, {
        method,
        headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        body: body === undefined ? null : JSON.stringify(body)
      })
      const text = await response.text()
      return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
    }
  }
}

export interface AppWithIssuer extends RunningApp {
  issuer: TestIssuer
  /** Signs a user up, with these roles instead of the profile's. @returns the ID token and the user's id */
  signUp (email: string, roles?: readonly string[]): Promise<{ token: string, id: string }>
}

/** The app with an external OpenID provider instead of the embedded one. */
export async function startAppWithIssuer (t: Test, dialect: Dialect, extend?: (app: FastifyInstance) => Promise<void>): Promise<AppWithIssuer> {
  const issuer = await startTestIssuer()
  t.teardown(() => issuer.close())
  const running = await startApp(t, dialect, { profile: { type: 'openid', issuer: issuer.issuer, clientId: issuer.clientId } }, extend)
  const { rolePermissions } = running.app
  return {
    ...running,
    issuer,
    signUp: async (email, roles) => {
      const token = await issuer.idToken({ subject: email, email })
      const { body } = await running.ask('POST', '/sign-up', { token })
      if (roles !== undefined) {
        await rolePermissions.unassign(body.id, rolePermissions.list().map(({ id }) => id))
        await rolePermissions.assign(body.id, roles.map(name => rolePermissions.find({ name })?.id ?? `no role ${name}`))
      }
      return { token, id: body.id }
    }
  }
}

/** Occupies a free port until it is needed, so that no other process takes it in the meantime. */
async function holdPort (t: Test): Promise<Server> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => { server.close() })
  return server
}
