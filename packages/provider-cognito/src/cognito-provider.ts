import { requireLog, type AccountDeletion, type CodeExchange, type HostedPages, type IdentityProvider, type ProviderDependencies } from '@latchkey/identity-provider'
import { openAccountDeletion } from './account-deletion.js'
import { createCall } from './call.js'
import { openHostedPages } from './hosted-pages.js'
import { resolveOptions, type CognitoOptions, type ResolvedOptions } from './options.js'
import { openPasswordAccounts, type PasswordAccounts } from './password-accounts.js'
import { openUserPoolsApi } from './user-pools-api.js'

/** Has hosted pages and code exchange if the profile has a `domain`, and account deletion if it sets `deleteAccounts`. */
export type CognitoProvider = IdentityProvider & PasswordAccounts & Partial<HostedPages & CodeExchange & AccountDeletion>

/**
 * Opens the adapter to a Cognito user pool. It does not contact Cognito until it is first used.
 *
 * @throws IDENTITY_PROVIDER_ERR_INVALID_OPTIONS naming the profile and every invalid path
 */
export function createCognitoProvider (options: CognitoOptions, dependencies: ProviderDependencies): CognitoProvider {
  const resolved = resolveOptions(options)
  const log = requireLog(resolved.id, dependencies)
  const api = openUserPoolsApi(resolved)
  const call = createCall(resolved, log)
  const hostedPages = hasDomain(resolved) ? openHostedPages(resolved, call) : undefined

  return Object.freeze({
    id: resolved.id,
    type: 'cognito',
    issuer: describeIssuer(resolved),
    ...openPasswordAccounts({ options: resolved, api, call, log, loginUrl: async () => await hostedPages?.loginUrl() ?? null }),
    ...hostedPages,
    ...(resolved.deleteAccounts && openAccountDeletion(resolved, api, call)),
    close: api.close
  } satisfies CognitoProvider)
}

function describeIssuer ({ issuer, clientId, audiences }: ResolvedOptions) {
  return Object.freeze({ issuer, clientId, audiences, jwksUri: `${issuer}/.well-known/jwks.json`, algorithms: ['RS256'] })
}

function hasDomain (options: ResolvedOptions): options is ResolvedOptions & { domain: string } {
  return options.domain !== undefined
}
