import type { IdentityProvider, ProviderDependencies, ProviderRegistry } from '@latchkey/identity-provider'
import { AUTH_PROFILES_ERR_INVALID_OPTIONS } from './errors.js'
import { normalizeDomain } from './email-domain.js'
import type { AuthenticationProfile, ProfileConfig, SelfSignUp } from './profile.js'

/** A profile with its opened adapter. */
export interface OpenedProfile {
  readonly profile: AuthenticationProfile
  readonly provider: IdentityProvider
}

/**
 * Opens the adapter of each configured profile.
 *
 * @throws AUTH_PROFILES_ERR_INVALID_OPTIONS naming the path and the remedy; what the adapters throw for their own options
 */
export function openProfiles (configs: readonly ProfileConfig[], registry: ProviderRegistry, dependencies: ProviderDependencies): OpenedProfile[] {
  const ids = new Set<string>()
  return configs.map((config, index) => {
    if (ids.has(config.id)) throw new AUTH_PROFILES_ERR_INVALID_OPTIONS(`profiles.${index}.id "${config.id}" is taken by an earlier profile: give each its own`)
    ids.add(config.id)
    const provider = openProvider(config, index, registry, dependencies)
    return { profile: describe(config, provider), provider }
  })
}

function openProvider (config: ProfileConfig, index: number, registry: ProviderRegistry, dependencies: ProviderDependencies): IdentityProvider {
  const create = Object.hasOwn(registry, config.type) ? registry[config.type] : undefined
  if (create === undefined) {
    throw new AUTH_PROFILES_ERR_INVALID_OPTIONS(`profiles.${index}.type: there is no provider "${config.type}"; this app knows ${Object.keys(registry).sort().join(', ') || 'none'}`)
  }
  const { selfSignUp, roles, linkByEmail, onEmailChange, ...adapterOptions } = config
  return create(adapterOptions as never, dependencies)
}

function describe (config: ProfileConfig, provider: IdentityProvider): AuthenticationProfile {
  const { issuer, clientId, audiences } = provider.issuer
  return Object.freeze({
    id: config.id,
    name: config.name,
    type: config.type,
    clientId,
    issuer,
    audiences,
    domain: typeof config.domain === 'string' ? config.domain : new URL(issuer).origin,
    selfSignUp: normalizePolicy(config.selfSignUp ?? 'open'),
    roles: config.roles ?? [],
    linkByEmail: config.linkByEmail ?? 'verified',
    onEmailChange: config.onEmailChange ?? 'reject',
    callbackUrls: config.callbackUrls ?? [],
    logoutUrls: config.logoutUrls ?? []
  })
}

function normalizePolicy (selfSignUp: SelfSignUp): SelfSignUp {
  if (typeof selfSignUp === 'string') return selfSignUp
  return { emailDomains: selfSignUp.emailDomains.map(normalizeDomain) }
}
