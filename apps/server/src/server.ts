/** Starts the reference app: reads the configuration, listens, and ends in order on a signal. */
import closeWithGrace from 'close-with-grace'
import type { FastifyInstance } from 'fastify'
import { createApp } from './app.js'
import { readConfig, type Config } from './config.js'
import { announceFirstAdministrator } from './first-administrator.js'
import { publicProfiles } from './routes/profiles.js'
import { describeStartFailure } from './start-failure.js'

/** How long requests under way may take after a signal, in milliseconds. */
const GRACE_MS = 10_000

let config: Config | undefined
try {
  config = await readConfig(process.env)
  const app = await createApp(config)
  closeWithGrace({ delay: GRACE_MS, logger: app.log }, async ({ err }) => {
    if (err) app.log.fatal({ err }, 'Ending after an unforeseen error')
    await app.close()
  })
  await app.listen({ host: config.host, port: config.port })
  console.log(await welcome(app, config))
  await announceFirstAdministrator(app, config)
} catch (error) {
  // One line for the operator: a stack would bury it.
  console.error(`Latchkey did not start: ${describeStartFailure(error, config)}`)
  process.exitCode = 1
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
