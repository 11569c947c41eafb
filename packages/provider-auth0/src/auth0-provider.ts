import {
  createGuardedFetch, requireLog, type CodeExchange, type HostedPages, type IdentityProvider, type PasswordRecovery, type PasswordSignIn, type PasswordSignUp,
  type ProviderDependencies, type TokenRefresh
} from '@latchkey/identity-provider'
import { createCall } from './call.js'
import { openDatabaseConnection } from './database-connection.js'
import { openHostedPages } from './hosted-pages.js'
import { resolveOptions, type Auth0Options, type ResolvedOptions } from './options.js'
import { openTokenEndpoint } from './token-endpoint.js'

export type Auth0Provider = IdentityProvider & PasswordSignIn & PasswordSignUp & TokenRefresh & PasswordRecovery & CodeExchange & HostedPages

/**
 * Opens the adapter to an Auth0 tenant. It does not contact Auth0 until it is first used.
 *
 * @throws IDENTITY_PROVIDER_ERR_INVALID_OPTIONS naming the profile and every invalid path
 */
export function createAuth0Provider (options: Auth0Options, dependencies: ProviderDependencies): Auth0Provider {
  const resolved = resolveOptions(options)
  const log = requireLog(resolved.id, dependencies)
  const hostedPages = openHostedPages(resolved)
  const fetch = createGuardedFetch(resolved.timeoutMs)
  const call = createCall(resolved, log, hostedPages.loginUrl)

  return Object.freeze({
    id: resolved.id,
    type: 'auth0',
    issuer: describeIssuer(resolved),
    ...openTokenEndpoint(resolved, call, fetch),
    ...openDatabaseConnection(resolved, call, fetch),
    ...hostedPages
  } satisfies Auth0Provider)
}

function describeIssuer ({ issuer, clientId, audiences }: ResolvedOptions) {
  return Object.freeze({ issuer, clientId, audiences, jwksUri: `${issuer}.well-known/jwks.json`, algorithms: ['RS256'] })
}
