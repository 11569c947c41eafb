import { createGuardedFetch, describeUrlMistake, type ProviderLog } from '@latchkey/identity-provider'
import * as client from 'openid-client'
import { describeFailure } from './describe-failure.js'
import type { ResolvedOptions } from './options.js'

/** How long a discovery document is used before it is fetched again. */
const freshForMs = 3_600_000

/** Returns the provider's client, with its endpoints discovered. */
export type DiscoveredClient = () => Promise<client.Configuration>

/**
 * Discovers the client of a provider (OpenID Connect Discovery).
 *
 * The document is fetched when it is first needed, once for all concurrent callers. After a failure, the next call tries
 * again. When the document is too old it is fetched again; if that fails, the old one stays in use and a warning is
 * logged. Without an old one the error goes to the caller, who decides whether to log it.
 *
 * @param now milliseconds since 1970
 */
export function createDiscoveredClient (options: ResolvedOptions, log: ProviderLog, now: () => number = Date.now): DiscoveredClient {
  let known: { configuration: client.Configuration, until: number } | undefined
  let asking: Promise<client.Configuration> | undefined

  async function ask (): Promise<client.Configuration> {
    try {
      const configuration = await discover(options)
      known = { configuration, until: now() + freshForMs }
      return configuration
    } catch (error) {
      if (known === undefined) throw error
      log.warn({ profile: options.id, operation: 'discover', err: describeFailure(error, []) }, 'Could not refresh the discovery document; the cached one stays in use')
      known.until = now() + options.timeoutMs
      return known.configuration
    } finally {
      asking = undefined
    }
  }

  return async () => {
    if (known !== undefined && now() < known.until) return known.configuration
    asking ??= ask()
    return await asking
  }
}

async function discover (options: ResolvedOptions): Promise<client.Configuration> {
  const { issuer, clientId, timeoutMs } = options
  const fetch = createGuardedFetch(timeoutMs)
  const timeout = Math.ceil(timeoutMs / 1000)
  const metadata = (await client.discovery(new URL(issuer), clientId, undefined, undefined, {
    [client.customFetch]: fetch,
    timeout,
    // The options and the guarded fetch allow http for loopback addresses only.
    execute: [client.allowInsecureRequests]
  })).serverMetadata()
  // The library only compares parsed URLs, and makes exceptions for some providers.
  if (metadata.issuer !== issuer) throw new Error('The issuer in the discovery document does not exactly match the configured issuer')
  for (const name of ['authorization_endpoint', 'token_endpoint', 'end_session_endpoint'] as const) {
    const mistake = metadata[name] === undefined ? null : describeUrlMistake(metadata[name], issuer)
    if (mistake !== null) throw new Error(`The ${name} in the discovery document ${mistake}`)
  }
  // A second configuration, because client authentication may depend on what the provider supports.
  const configuration = new client.Configuration(metadata, clientId, undefined, authenticationOf(options, metadata))
  configuration[client.customFetch] = fetch
  configuration.timeout = timeout
  client.allowInsecureRequests(configuration)
  return configuration
}

function authenticationOf ({ clientSecret, tokenEndpointAuthMethod }: ResolvedOptions, metadata: client.ServerMetadata): client.ClientAuth {
  if (clientSecret === undefined) return client.None()
  // Basic is the default if the provider does not say (OpenID Connect Discovery §3).
  const supported = metadata.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
  const method = tokenEndpointAuthMethod ?? (supported.includes('client_secret_basic') ? 'client_secret_basic' : 'client_secret_post')
  return method === 'client_secret_basic' ? client.ClientSecretBasic(clientSecret) : client.ClientSecretPost(clientSecret)
}
