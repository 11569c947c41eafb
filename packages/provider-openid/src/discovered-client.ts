import { createGuardedFetch, describeUrlMistake, type ProviderLog } from '@latchkey/identity-provider'
import * as client from 'openid-client'
import { describeFailure } from './describe-failure.js'
import type { ResolvedOptions } from './options.js'

/** How long a discovery document is used before it is asked for again. */
const freshForMs = 3_600_000

/** Gives the client of the provider, whose endpoints are known by then. */
export type DiscoveredClient = () => Promise<client.Configuration>

/**
 * The client of a provider by OpenID Connect Discovery: asked for when first needed, once for all who wait for it, again
 * at the next need after a failure, and again when it is old; what is known stays in use where that fails, which is logged here,
 * since nobody else hears of it. Where nothing is known it is for whoever asked to say: they know how often they ask.
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
      log.warn({ profile: options.id, operation: 'discover', err: describeFailure(error, []) }, 'The discovery document could not be renewed; the one known stays in use')
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
    // http is for loopback addresses only, which the options and the fetch see to.
    execute: [client.allowInsecureRequests]
  })).serverMetadata()
  // The library compares parsed URLs, and makes exceptions for some providers.
  if (metadata.issuer !== issuer) throw new Error('The issuer of the discovery document is not the configured one, to the letter')
  for (const name of ['authorization_endpoint', 'end_session_endpoint'] as const) {
    const mistake = metadata[name] === undefined ? null : describeUrlMistake(metadata[name])
    if (mistake !== null) throw new Error(`The ${name} of the discovery document ${mistake}`)
  }
  // A second one, since how the client authenticates may depend on what the provider supports.
  const configuration = new client.Configuration(metadata, clientId, undefined, authenticationOf(options, metadata))
  configuration[client.customFetch] = fetch
  configuration.timeout = timeout
  client.allowInsecureRequests(configuration)
  return configuration
}

function authenticationOf ({ clientSecret, tokenEndpointAuthMethod }: ResolvedOptions, metadata: client.ServerMetadata): client.ClientAuth {
  if (clientSecret === undefined) return client.None()
  // Basic is the default where the provider does not say (OpenID Connect Discovery §3).
  const supported = metadata.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
  const method = tokenEndpointAuthMethod ?? (supported.includes('client_secret_basic') ? 'client_secret_basic' : 'client_secret_post')
  return method === 'client_secret_basic' ? client.ClientSecretBasic(clientSecret) : client.ClientSecretPost(clientSecret)
}
