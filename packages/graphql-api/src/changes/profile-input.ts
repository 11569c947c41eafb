import type { AuthenticationProfile, NewProfile, ProfileChange, SelfSignUp } from '@latchkey/auth-profiles'
import { GRAPHQL_API_ERR_INVALID_ARGUMENT } from '../errors.js'
import type { RolesChange, RolesChangeInput } from './role-giving.js'

/** A profile as clients send it. */
export interface ProfileInput {
  readonly id?: string | null
  readonly name?: string | null
  readonly type?: string | null
  readonly clientId?: string | null
  readonly domain?: string | null
  readonly issuer?: string | null
  readonly audiences?: readonly string[] | null
  readonly secret?: string | null
  readonly selfSignUpEnabled?: boolean | null
  readonly selfSignUpEmailDomains?: readonly string[] | null
  readonly roles?: RolesChangeInput | null
  readonly linkByEmail?: 'verified' | 'never' | 'always' | null
  readonly onEmailChange?: 'reject' | 'update' | null
  readonly callbackUrls?: readonly string[] | null
  readonly logoutUrls?: readonly string[] | null
  readonly databaseName?: string | null
  readonly managementDomain?: string | null
  readonly position?: number | null
  readonly options?: Readonly<Record<string, unknown>> | null
}

/** @throws GRAPHQL_API_ERR_INVALID_ARGUMENT without a type */
export function toNewProfile (input: ProfileInput, roleIds: readonly string[]): NewProfile {
  const { name, type, secret } = input
  if (type == null) throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ type: 'is required: embedded, cognito, auth0, openid, or the name of an adapter of the app' })
  return {
    ...toPolicy(input, null),
    name: name ?? '',
    type,
    roleIds,
    options: toOptions(input, type),
    ...secret != null && secret !== '' && { clientSecret: secret }
  }
}

/** `null` fields stay unchanged. An empty secret removes it; `null` cannot, because reading the secret always returns `null`. */
export function toProfileChange (input: ProfileInput, before: Pick<AuthenticationProfile, 'type' | 'selfSignUp'>, roles: RolesChange | null): ProfileChange {
  const { name, type, secret } = input
  const options = toOptions(input, type ?? before.type)
  return {
    ...toPolicy(input, before),
    ...name != null && { name },
    ...type != null && { type },
    ...roles !== null && { roleIds: roles.take === 'others' ? roles.give : { add: roles.give, remove: roles.take } },
    ...Object.keys(options).length > 0 && { options },
    ...secret != null && { clientSecret: secret === '' ? null : secret }
  }
}

function toPolicy ({ selfSignUpEnabled, selfSignUpEmailDomains, linkByEmail, onEmailChange, callbackUrls, logoutUrls, position }: ProfileInput, before: Pick<AuthenticationProfile, 'selfSignUp'> | null): Partial<NewProfile> {
  return {
    ...(selfSignUpEnabled != null || selfSignUpEmailDomains != null) && { selfSignUp: selfSignUpOf(selfSignUpEnabled, selfSignUpEmailDomains, before?.selfSignUp ?? 'off') },
    ...linkByEmail != null && { linkByEmail },
    ...onEmailChange != null && { onEmailChange },
    ...callbackUrls != null && { callbackUrls },
    ...logoutUrls != null && { logoutUrls },
    ...position != null && { position }
  }
}

/** Setting domains alone does not enable sign-up. */
function selfSignUpOf (enabled: boolean | null | undefined, domains: readonly string[] | null | undefined, before: SelfSignUp): SelfSignUp {
  if (!(enabled ?? before !== 'off')) return 'off'
  const emailDomains = domains ?? (typeof before === 'string' ? [] : before.emailDomains)
  return emailDomains.length > 0 ? { emailDomains } : 'open'
}

/** The options of the adapter, from the names that clients use for them. */
function toOptions ({ clientId, domain, issuer, audiences, databaseName, managementDomain, options }: ProfileInput, type: string): Record<string, unknown> {
  if (databaseName != null && type !== 'auth0') throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ databaseName: 'is only for profiles of type auth0' })
  return {
    ...options,
    ...clientId != null && { clientId },
    ...domain != null && domainOption(domain, type),
    ...issuer != null && { issuer },
    ...audiences != null && { audiences },
    ...databaseName != null && { connection: databaseName },
    ...managementDomain != null && { managementDomain }
  }
}

/** An OpenID provider has no domain option: what clients call its domain is its issuer. */
function domainOption (domain: string, type: string): Record<string, string> {
  if (type !== 'openid' && type !== 'cognito') return { domain }
  const url = domain.includes('://') ? domain : `https://${domain}`
  return type === 'openid' ? { issuer: url } : { domain: url }
}
