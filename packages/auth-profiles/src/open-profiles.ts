import type { IdentityProvider, ProviderDependencies, ProviderRegistry } from '@latchkey/identity-provider'
import { normalizeDomain } from './email-domain.js'
import { AUTH_PROFILES_ERR_INVALID_OPTIONS, AUTH_PROFILES_ERR_INVALID_PROFILE } from './errors.js'
import { newFields, normalizePolicy } from './profile-fields.js'
import type { AuthenticationProfile, ProfileConfig, SelfSignUp } from './profile.js'
import { readableFields, type StoredProfile } from './stored-profiles.js'

/** A profile with its opened adapter. */
export interface OpenedProfile {
  readonly profile: AuthenticationProfile
  readonly provider: IdentityProvider
}

/** Opens adapters, by the type of a profile. */
export interface Adapters {
  readonly registry: ProviderRegistry
  readonly dependencies: ProviderDependencies
}

/**
 * Opens the adapter of each configured profile.
 *
 * @throws AUTH_PROFILES_ERR_INVALID_OPTIONS naming the path and the remedy; what the adapters throw for their own options
 */
export function openProfiles (configs: readonly ProfileConfig[], adapters: Adapters): OpenedProfile[] {
  const ids = new Set<string>()
  return configs.map((config, position) => {
    if (ids.has(config.id)) throw new AUTH_PROFILES_ERR_INVALID_OPTIONS(`profiles.${position}.id "${config.id}" is already used by an earlier profile: give each profile its own id`)
    ids.add(config.id)
    const mistake = mistakeInType(config.type, adapters)
    if (mistake !== null) throw new AUTH_PROFILES_ERR_INVALID_OPTIONS(`profiles.${position}.type: ${mistake}`)
    checkDomains(config.selfSignUp, position)
    const { selfSignUp = 'open', roles, linkByEmail = 'verified', onEmailChange = 'reject', ...adapterOptions } = config
    const provider = openAdapter(config.type, adapterOptions, adapters)
    const { callbackUrls = [], logoutUrls = [] } = config
    const profile = Object.freeze<AuthenticationProfile>({
      ...describeIssuer(provider, config.domain),
      id: config.id,
      name: config.name,
      type: config.type,
      selfSignUp: normalizePolicy(selfSignUp),
      linkByEmail,
      onEmailChange,
      callbackUrls,
      logoutUrls,
      roleIds: [],
      position,
      declaredInConfiguration: true,
      hasSecret: config.clientSecret !== undefined,
      options: Object.freeze({}),
      createdAt: null,
      updatedAt: null
    })
    return { profile, provider }
  })
}

/**
 * Opens the adapter of a profile created at run time. The option `managementDomain` is stored only for clients that read
 * it; no adapter uses it.
 *
 * @param stored its issuer, client, audiences and domain are ignored
 * @throws AUTH_PROFILES_ERR_INVALID_PROFILE if the stored data cannot be read, or the adapter refuses the options
 */
export function openStoredAdapter ({ id, fields }: Pick<StoredProfile, 'id' | 'fields'>, clientSecret: string | null, adapters: Adapters): IdentityProvider {
  const { name, type, options: { managementDomain, ...options }, callbackUrls, logoutUrls } = readableFields({ fields })
  const mistake = mistakeInType(type, adapters)
  if (mistake !== null) throw new AUTH_PROFILES_ERR_INVALID_PROFILE({ type: `cannot be used: ${mistake}` })
  try {
    return openAdapter(type, { ...options, id, name, type, callbackUrls, logoutUrls, ...clientSecret !== null && { clientSecret } }, adapters)
  } catch (error) {
    if ((error as { code?: string }).code !== 'IDENTITY_PROVIDER_ERR_INVALID_OPTIONS') throw error
    throw new AUTH_PROFILES_ERR_INVALID_PROFILE({ options: `are invalid: ${(error as Error).message}` })
  }
}

/** The public form of a stored profile. If its data cannot be read, only what is known. */
export function describeStored (stored: StoredProfile, position: number): AuthenticationProfile {
  const { id, name, fields, issuer, clientId, audiences, domain, roleIds, clientSecret, createdAt, updatedAt } = stored
  return Object.freeze({
    ...fields ?? newFields({ name, type: '' }),
    id,
    issuer,
    clientId,
    audiences,
    domain,
    roleIds,
    position,
    declaredInConfiguration: false,
    hasSecret: clientSecret !== null,
    createdAt,
    updatedAt
  })
}

/** The issuer, client and audiences of an adapter's tokens, and where its pages are. */
export function describeIssuer ({ issuer: { issuer, clientId, audiences } }: IdentityProvider, domain: unknown) {
  return { issuer, clientId, audiences, domain: typeof domain === 'string' ? domain : new URL(issuer).origin }
}

/** @throws AUTH_PROFILES_ERR_INVALID_OPTIONS naming the path of an invalid domain */
function checkDomains (selfSignUp: SelfSignUp | undefined, position: number): void {
  if (typeof selfSignUp !== 'object') return
  selfSignUp.emailDomains.forEach((domain, index) => {
    if (normalizeDomain(domain) === null) throw new AUTH_PROFILES_ERR_INVALID_OPTIONS(`profiles.${position}.selfSignUp.emailDomains.${index}: "${domain}" is not a domain: write it like example.com, without @`)
  })
}

function mistakeInType (type: string, { registry }: Adapters): string | null {
  const known = Object.keys(registry).filter(name => typeof registry[name] === 'function')
  if (known.includes(type)) return null
  if (Object.hasOwn(registry, type)) return `providers.${type} is not a function that opens an adapter: register the plugin that provides it before this one`
  return `there is no provider "${type}" (available: ${known.sort().join(', ') || 'none'})`
}

function openAdapter (type: string, options: object, { registry, dependencies }: Adapters): IdentityProvider {
  return (registry[type] as NonNullable<ProviderRegistry[string]>)(options as never, dependencies)
}
