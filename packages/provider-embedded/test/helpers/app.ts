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
  /** The log, one JSON text per line. */
  readonly log: string[]
}

export interface TestAppOptions extends Partial<ProviderEmbeddedOptions> {
  /** Starts another instance of a running app, with its database, mail server and public URL. */
  readonly copyOf?: TestApp
  readonly withoutSmtp?: boolean
  /** A database to use instead of a fresh one. */
  readonly databaseUrl?: string
}

/** An app with only a database and the embedded provider, listening on its public URL, with a real mail server. */
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

/** Holds a port until it is closed. A port that is merely free may be taken by another process before it is used. */
async function holdPort (t: Test): Promise<Server> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => { server.once('error', reject).listen(0, '127.0.0.1', resolve) })
  t.teardown(() => { server.close() })
  return server
}
