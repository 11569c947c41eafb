import database from '@latchkey/database'
import { databaseUrl, type Dialect } from '@latchkey/test-databases'
import Fastify, { type FastifyInstance } from 'fastify'
import { createServer, type AddressInfo, type Server } from 'node:net'
import type { Test } from 'tap'
import providerEmbedded, { type EmbeddedProfileOptions, type ProviderEmbeddedOptions } from '../../dist/index.js'
import { startSmtp, type Smtp } from './smtp.js'

export interface TestApp {
  readonly app: FastifyInstance
  readonly url: string
  readonly databaseUrl: string
  readonly smtp: Smtp
  /** What was logged, one JSON text a line. */
  readonly log: string[]
}

export interface TestAppOptions extends Partial<ProviderEmbeddedOptions> {
  /** Another copy of an app that runs already: its database, mail server and public URL. */
  readonly copyOf?: TestApp
  readonly withoutSmtp?: boolean
  /** A database that the test has already, in place of a fresh one. */
  readonly databaseUrl?: string
}

/** An app with nothing but a database and the embedded provider, listening on its public URL, with a real mail server. */
export async function startApp (t: Test, dialect: Dialect, { copyOf, withoutSmtp = false, databaseUrl: givenUrl, ...options }: TestAppOptions = {}): Promise<TestApp> {
  const log: string[] = []
  const held = await holdPort(t)
  const { port } = held.address() as AddressInfo
  const address = `http://127.0.0.1:${port}`
  const smtp = copyOf?.smtp ?? await startSmtp(t)
  const dbUrl = givenUrl ?? copyOf?.databaseUrl ?? await databaseUrl(t, dialect)
  const app = Fastify({ logger: { level: 'info', stream: { write: line => { log.push(line) } } } })
  t.teardown(() => app.close())
  await app.register(database, { url: dbUrl, maxConnections: 5 })
  await app.register(providerEmbedded, {
    publicUrl: copyOf?.app.providerEmbedded.issuer.replace(/\/oidc$/, '') ?? address,
    secretKey: 'a secret of at least thirty-two characters',
    ...(withoutSmtp ? {} : { smtp: { url: smtp.url, from: 'Latchkey <no-reply@latchkey.test>' } }),
    ...options
  })
  await new Promise(resolve => held.close(resolve))
  await app.listen({ port, host: '127.0.0.1' })
  return { app, url: address, databaseUrl: dbUrl, smtp, log }
}

export const callbackUrl = 'http://localhost:9/callback'
export const logoutUrl = 'http://localhost:9/signed-out'

export function profileOf (given: Partial<EmbeddedProfileOptions> = {}): EmbeddedProfileOptions {
  return { id: 'default', name: 'Acme Notes', callbackUrls: [callbackUrl], logoutUrls: [logoutUrl], ...given }
}

/** Has a port until it is closed: one that is merely free, somebody else may have taken by the time that it is needed. */
async function holdPort (t: Test): Promise<Server> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => { server.once('error', reject).listen(0, '127.0.0.1', resolve) })
  t.teardown(() => { server.close() })
  return server
}
