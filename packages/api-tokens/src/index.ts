/**
 * Owns API tokens, which are static secrets with roles and without a user: their records, and finding the principal of a
 * secret: `fastify.apiTokens`. Others decide who can create tokens; role-permissions decides what a token can do.
 */
import { leaveUnseen } from '@latchkey/database'
import fp from 'fastify-plugin'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ApiTokens } from './api-tokens.js'
import { createAuthentication } from './authentication.js'
import { bearerSecret, isRepeated } from './bearer-secret.js'
import { API_TOKENS_ERR_TOKEN_INVALID } from './errors.js'
import { migrateApiTokens, packageName } from './migrations.js'
import { resolveOptions, type ApiTokensOptions } from './options.js'
import { createTokensStore } from './tokens-store.js'
import './tables.js'

export type { ApiToken, ApiTokenChange, NewApiToken } from './api-token.js'
export type { ApiTokenPrincipal, ApiTokens } from './api-tokens.js'
export { refusalOf } from './authentication.js'
export * as errors from './errors.js'
export type { InvalidReason } from './errors.js'
export { migrateApiTokens } from './migrations.js'
export type { ApiTokensOptions } from './options.js'
export type { ApiTokenRolesTable, ApiTokensTable } from './tables.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** The API tokens. */
    apiTokens: ApiTokens
  }
}

async function apiTokens (fastify: FastifyInstance, options: ApiTokensOptions): Promise<void> {
  const { migrate } = resolveOptions(options)
  if (migrate) await migrateApiTokens(fastify.db)
  const { rolePermissions, log } = fastify
  // The app's Kysely plugins, such as CamelCasePlugin, would rename the columns.
  const db = fastify.db.withoutPlugins()
  // Tokens are never cached, and recording their use must not invalidate the caches of users.
  leaveUnseen(db, ['latchkey_api_tokens'])
  const { principalOf, lookUp } = createAuthentication(db, error => { log.error({ err: error }, 'Could not record the use of an API token') })

  const service: ApiTokens = {
    ...createTokensStore(db),
    authenticate: async secret => {
      await rolePermissions.refresh()
      return await principalOf(secret)
    },
    lookUp: async secret => {
      await rolePermissions.refresh()
      return await lookUp(secret)
    },
    authenticateRequest: request => {
      const secret = bearerSecret(request.headers.authorization)
      return secret !== null && accept(request, secret)
    }
  }

  async function accept (request: FastifyRequest, secret: string): Promise<true> {
    try {
      if (isRepeated(request.raw.rawHeaders)) throw new API_TOKENS_ERR_TOKEN_INVALID('malformed')
      request.principal = await service.authenticate(secret)
      return true
    } catch (error) {
      // Logs nothing from the token.
      if (error instanceof API_TOKENS_ERR_TOKEN_INVALID) request.log.info({ reason: error.reason }, 'An API token was refused')
      throw error
    }
  }

  fastify.decorate('apiTokens', Object.freeze(service))
}

export default fp(apiTokens, { name: packageName, fastify: '5.x', dependencies: ['@latchkey/database', '@latchkey/role-permissions'] })
