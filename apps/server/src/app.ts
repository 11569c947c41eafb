/**
 * Composes the reference app: which plugins it uses, in which order, and with which part of the configuration. It has no
 * logic of its own and does not listen (`server.ts` does).
 */
import activityLog from '@latchkey/activity-log'
import apiTokens from '@latchkey/api-tokens'
import auditLog from '@latchkey/audit-log'
import authProfiles from '@latchkey/auth-profiles'
import database from '@latchkey/database'
import firstAdministrator from '@latchkey/first-administrator'
import graphqlApi from '@latchkey/graphql-api'
import { createAuth0Provider } from '@latchkey/provider-auth0'
import { createCognitoProvider } from '@latchkey/provider-cognito'
import providerEmbedded from '@latchkey/provider-embedded'
import { createOpenIdProvider } from '@latchkey/provider-openid'
import rolePermissions from '@latchkey/role-permissions'
import tokenVerifier from '@latchkey/token-verifier'
import usersStore from '@latchkey/users-store'
import Fastify, { type FastifyInstance } from 'fastify'
import type { Config } from './config.js'
import closingConnections from './plugins/closing-connections.js'
import consolePages, { consoleRedirects } from './plugins/console.js'
import contentTypes from './plugins/content-types.js'
import crossOrigin from './plugins/cross-origin.js'
import errorReplies, { answerUnreadableAddress, answerUnreadableRequest } from './plugins/error-replies.js'
import freshProfiles from './plugins/fresh-profiles.js'
import metrics from './plugins/metrics.js'
import requestBatches from './plugins/request-batches.js'
import requestLists from './plugins/request-lists.js'
import { logStream } from './log-stream.js'
import { describeRequest, RequestLog } from './request-log.js'
import health from './routes/health.js'
import profiles from './routes/profiles.js'

/**
 * Creates the app, ready to listen.
 *
 * @param options `upkeep`: whether the app maintains what is stored, for example rotates signing keys that are due; `false` for read-only commands
 */
export async function createApp (config: Config, { upkeep = true } = {}): Promise<FastifyInstance> {
  const app = Fastify({
    logger: { level: config.logLevel, serializers: { req: describeRequest }, stream: logStream },
    logController: new RequestLog(),
    requestTimeout: 30_000,
    // A plugin may run its migrations, or wait for another instance that does. With Fastify's default the start would fail after ten seconds.
    pluginTimeout: 0,
    // Requests that arrive while the app closes are still answered: see `closing-connections`.
    return503OnClosing: false,
    trustProxy: config.trustedProxies.length > 0 && [...config.trustedProxies],
    clientErrorHandler: answerUnreadableRequest,
    frameworkErrors: answerUnreadableAddress
  })
  try {
    await compose(app, config, upkeep)
    await app.ready()
    return app
  } catch (error) {
    // Whatever was opened before the error would keep the process alive.
    await app.close()
    throw error
  }
}

async function compose (app: FastifyInstance, config: Config, upkeep: boolean): Promise<void> {
  await app.register(requestBatches)
  await app.register(contentTypes)
  await app.register(errorReplies)
  await app.register(closingConnections)
  await app.register(freshProfiles)
  await app.register(crossOrigin)
  await app.register(metrics)
  await app.register(health)

  await app.register(database, { url: config.databaseUrl, answerTimeoutMs: config.databaseAnswerTimeoutMs, preparedStatements: config.databasePreparedStatements })
  await app.register(usersStore)
  await app.register(rolePermissions, { roles: config.roles ?? [] })
  await app.register(apiTokens)
  await app.register(auditLog, config.auditLogKeepDays === undefined || !upkeep ? {} : { keepDays: config.auditLogKeepDays })
  await app.register(activityLog, { keepDays: config.signInsKeepDays, upkeep })
  await app.register(firstAdministrator)
  await app.register(tokenVerifier)
  const sealing = {
    upkeep,
    production: config.production,
    previousSecretKeys: [...config.previousSecretKeys],
    ...(config.secretKey === undefined ? {} : { secretKey: config.secretKey })
  }
  await app.register(providerEmbedded, {
    ...sealing,
    publicUrl: config.publicUrl,
    onRefused: error => { app.activityLog.refusedBy(error) },
    ...(config.smtp === undefined ? {} : { smtp: config.smtp })
  })
  const { callbackUrl, logoutUrl } = consoleRedirects(config.publicUrl)
  await app.register(authProfiles, {
    ...sealing,
    onSettings: ({ allowedCallbacks, allowedLogouts }) => {
      app.providerEmbedded.allowRedirects({ callbackUrls: [...allowedCallbacks, callbackUrl], logoutUrls: [...allowedLogouts, logoutUrl] })
    },
    profiles: config.profiles,
    providers: {
      embedded: app.providerEmbedded.createProvider,
      cognito: createCognitoProvider,
      auth0: createAuth0Provider,
      openid: createOpenIdProvider
    },
    ...(config.administratorEmail === undefined ? {} : { administratorEmail: config.administratorEmail })
  })
  await app.register(profiles)
  await app.register(requestLists, { path: '/graphql' })
  await app.register(graphqlApi, { ide: !config.production })
  await app.register(consolePages, { publicUrl: config.publicUrl })
}
