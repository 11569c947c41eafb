/** Starts the reference app: reads the configuration, listens, and shuts down gracefully on a signal. */
import closeWithGrace from 'close-with-grace'
import type { FastifyInstance } from 'fastify'
import { readConfig, type Config } from './config.js'
import { announceFirstAdministrator } from './first-administrator.js'
import { publicProfiles } from './routes/profiles.js'
import { describeStartFailure } from './start-failure.js'

/** How long requests in progress may take after a signal, in milliseconds. */
const GRACE_MS = 10_000

let app: FastifyInstance | undefined
let closing = false

// Before anything else: the first process of a container ignores signals that it does not handle. `beforeExit` is skipped because
// close-with-grace would turn a failed start, after which nothing is left to do, into a successful exit.
closeWithGrace({ delay: GRACE_MS, skip: ['beforeExit'], logger: { error: said => { (app?.log ?? console).error(said) } } }, async ({ err }) => {
  closing = true
  if (err !== undefined && app === undefined) return await end(err)
  if (err !== undefined) app?.log.fatal({ err }, 'Shutting down after an unexpected error')
  await starting
  await app?.close()
})
const starting = start()

async function start (): Promise<void> {
  let config: Config | undefined
  try {
    config = await readConfig(process.env)
    // Imported only now: loading the whole app takes a while, and a signal must be handled meanwhile.
    const { createApp } = await import('./app.js')
    app = await createApp(config)
    // A signal arrived in the meantime.
    if (closing) return
    await app.listen({ host: config.host, port: config.port })
    console.log(await welcome(app, config))
    await announceFirstAdministrator(app, config)
  } catch (error) {
    await end(error, config)
  }
}

/** Ends a process that failed to start. Closing what is open may take as long as after a signal. */
async function end (error: unknown, config?: Config): Promise<never> {
  // One line, without a stack that would bury it.
  console.error(`Latchkey did not start: ${describeStartFailure(error, config)}`)
  setTimeout(() => { process.exit(1) }, GRACE_MS)
  await app?.close().catch(() => {})
  process.exit(1)
}

async function welcome (app: FastifyInstance, config: Config): Promise<string> {
  const profiles = await publicProfiles(app)
  return [
    '',
    `  GraphQL      ${config.publicUrl}/graphql`,
    ...config.production ? [] : [`  GraphiQL     ${config.publicUrl}/graphiql`],
    `  Console      ${config.publicUrl}/console`,
    `  Profiles     ${config.publicUrl}/auth/profiles`,
    // Without the login URLs: until a front end adds its redirect URI, they lead to an error.
    ...profiles.map(({ id, name, type, loginUrl }) => `    ${id} (${name}, ${type})${loginUrl === null ? ': no login page' : ''}`),
    ...app.hasRoute({ method: 'GET', url: '/oidc/outbox' }) ? [`  Emails       ${config.publicUrl}/oidc/outbox`] : [],
    ...config.production ? [] : ['  Demo         npm run demo'],
    ''
  ].join('\n')
}
