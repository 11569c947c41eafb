/** Starts the reference app: reads the configuration, listens, and ends in order on a signal. */
import closeWithGrace from 'close-with-grace'
import type { FastifyInstance } from 'fastify'
import { readConfig, type Config } from './config.js'
import { announceFirstAdministrator } from './first-administrator.js'
import { publicProfiles } from './routes/profiles.js'
import { describeStartFailure } from './start-failure.js'

/** How long requests under way may take after a signal, in milliseconds. */
const GRACE_MS = 10_000

let app: FastifyInstance | undefined
let closing = false

// Before anything is begun, since what is the first process of a container is ended by no signal that it does not take. Nor is it for
// `close-with-grace` to say how a start ends that fails: where nothing is left to do, it takes that for an end in order.
closeWithGrace({ delay: GRACE_MS, skip: ['beforeExit'], logger: { error: said => { (app?.log ?? console).error(said) } } }, async ({ err }) => {
  closing = true
  if (err !== undefined && app === undefined) return await end(err)
  if (err !== undefined) app?.log.fatal({ err }, 'Ending after an unforeseen error')
  await starting
  await app?.close()
})
const starting = start()

async function start (): Promise<void> {
  let config: Config | undefined
  try {
    config = await readConfig(process.env)
    // Only now, since all of the app takes its time to load, in which a signal may come too.
    const { createApp } = await import('./app.js')
    app = await createApp(config)
    // A signal came meanwhile.
    if (closing) return
    await app.listen({ host: config.host, port: config.port })
    console.log(await welcome(app, config))
    await announceFirstAdministrator(app, config)
  } catch (error) {
    await end(error, config)
  }
}

/** Ends a process that does not start. What is open would keep it alive, and may take its time to close: it has as long as after a signal. */
async function end (error: unknown, config?: Config): Promise<never> {
  // One line for the operator: a stack would bury it.
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
    // Without the login URLs: a front end adds to them where to come back to, and as they are they lead to an error.
    ...profiles.map(({ id, name, type, loginUrl }) => `    ${id} (${name}, ${type})${loginUrl === null ? ': no login page' : ''}`),
    ...app.hasRoute({ method: 'GET', url: '/oidc/outbox' }) ? [`  Emails       ${config.publicUrl}/oidc/outbox`] : [],
    ...config.production ? [] : ['  The story    npm run demo'],
    ''
  ].join('\n')
}
