import type { AuthenticationProfileCreateInput, AuthenticationProfileUpdateInput, ProfileQuery } from '../../graphql/graphql'
import { same } from '../../api/same'
import { profileTypes, type ProviderField } from './profile-types'

export type Profile = NonNullable<ProfileQuery['authenticationProfile']>

/** The values of a profile's form. Lists are text with one entry per line. */
export interface ProfileValues {
  name: string
  signUp: 'off' | 'open' | 'domains'
  emailDomains: string
  roles: string[]
  linkByEmail: string
  onEmailChange: string
  callbackUrls: string
  logoutUrls: string
  /** By the name of the provider field. */
  provider: Record<string, string | boolean>
}

/** The initial values of a form: those of the profile, or the defaults if `profile` is null. */
export function valuesOf (type: string, profile: Profile | null): ProfileValues {
  const fields = profileTypes[type]?.fields ?? []
  const domains = profile?.selfSignUpEmailDomains ?? []
  return {
    name: profile?.name ?? '',
    signUp: profile?.selfSignUpEnabled !== true ? 'off' : domains.length > 0 ? 'domains' : 'open',
    emailDomains: domains.join('\n'),
    roles: profile?.roles?.items.flatMap(({ id }) => id ?? []) ?? [],
    linkByEmail: profile?.linkByEmail ?? 'verified',
    onEmailChange: profile?.onEmailChange ?? 'reject',
    callbackUrls: (profile?.callbackUrls ?? []).join('\n'),
    logoutUrls: (profile?.logoutUrls ?? []).join('\n'),
    provider: Object.fromEntries(fields.map(field => [field.name, shown(field, profile)]))
  }
}

/** The initial values of the form of a new profile, which keeps what was entered while its type is changed. */
export function newValues (): ProfileValues {
  const ofTypes = Object.keys(profileTypes).map(type => valuesOf(type, null))
  return { ...ofTypes[0] as ProfileValues, provider: Object.assign({}, ...ofTypes.map(({ provider }) => provider)) as ProfileValues['provider'] }
}

function shown ({ name, storedAs = name, kind, option, otherwise }: ProviderField, profile: Profile | null): string | boolean {
  const known = kind === 'secret' ? null : option === true ? (profile?.options as Record<string, unknown> | null)?.[storedAs] : (profile as Record<string, unknown> | null)?.[storedAs]
  if (kind === 'switch') return typeof known === 'boolean' ? known : otherwise === true
  return Array.isArray(known) ? known.join('\n') : typeof known === 'string' ? known : ''
}

/** The profile that the form describes. */
export function toCreateInput (type: string, values: ProfileValues): AuthenticationProfileCreateInput {
  return { ...changedInput(type, values, null), name: values.name.trim(), type, ...values.roles.length > 0 && { roles: { connect: values.roles.map(id => ({ id })) } } }
}

/** The changes made in the form. Unchanged fields are left out, since the permission may cover only some fields. */
export function toUpdateInput (type: string, values: ProfileValues, before: ProfileValues): AuthenticationProfileUpdateInput {
  return {
    ...changedInput(type, values, before),
    ...values.name !== before.name && { name: values.name.trim() },
    ...!same(values.roles, before.roles) && { roles: { reconnect: values.roles.map(id => ({ id })) } }
  }
}

/** The changes to an existing profile, in the form that the connection test takes. */
export function toTestInput (type: string, values: ProfileValues, before: ProfileValues): AuthenticationProfileCreateInput {
  return { ...changedInput(type, values, before), name: values.name.trim() }
}

function changedInput (type: string, values: ProfileValues, before: ProfileValues | null): AuthenticationProfileUpdateInput {
  const changed = <Name extends keyof ProfileValues>(...names: Name[]) => before === null || names.some(name => !same(values[name], before[name]))
  const own: Record<string, unknown> = {}
  const options: Record<string, unknown> = {}
  for (const { name, storedAs = name, kind, option, otherwise } of profileTypes[type]?.fields ?? []) {
    const value = values.provider[name]
    const untouched = before === null ? value === '' || (kind === 'switch' && value === otherwise) : value === before.provider[name]
    if (untouched) continue
    const given = kind === 'lines' ? lines(String(value)) : typeof value === 'string' ? value.trim() : value
    if (option === true) options[storedAs] = given === '' ? null : given
    else own[storedAs] = given
  }
  return {
    ...own,
    ...Object.keys(options).length > 0 && { options },
    ...changed('signUp', 'emailDomains') && { selfSignUpEnabled: values.signUp !== 'off', selfSignUpEmailDomains: values.signUp === 'domains' ? lines(values.emailDomains) : [] },
    ...changed('linkByEmail') && { linkByEmail: values.linkByEmail },
    ...changed('onEmailChange') && { onEmailChange: values.onEmailChange },
    ...changed('callbackUrls') && { callbackUrls: lines(values.callbackUrls) },
    ...changed('logoutUrls') && { logoutUrls: lines(values.logoutUrls) }
  }
}

/** The entries of a text with one entry per line. */
export function lines (text: string): string[] {
  return text.split('\n').map(line => line.trim()).filter(line => line !== '')
}
