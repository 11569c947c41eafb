import { isStorableText } from '@latchkey/database'
import { normalizeDomain } from './email-domain.js'
import { AUTH_PROFILES_ERR_INVALID_PROFILE } from './errors.js'
import { assertAllowedUrls } from './issuer-urls.js'
import type { NewProfile, ProfileChange, ProfilePolicy, SelfSignUp } from './profile.js'
import { mistakeInRedirectUrl } from './redirect-url.js'

/** The editable fields of a stored profile, except its secret, roles and position. */
export interface ProfileFields extends ProfilePolicy {
  readonly name: string
  readonly type: string
  readonly options: Readonly<Record<string, unknown>>
}

/** Returns what is wrong with a value, phrased to follow the field's name; `null` if it is valid. */
type Check = (value: unknown) => string | null

const LONGEST_NAME = 100
const LONGEST_SECRET = 4096
const MOST_ENTRIES = 100
const LONGEST_OPTIONS = 20_000

/** Names that are fields of a profile, not adapter options. `secretName` matches options that would be stored unencrypted although they are secret. */
const ownFields = new Set(['id', 'name', 'type', 'position', 'roles', 'roleIds', 'selfSignUp', 'linkByEmail', 'onEmailChange', 'callbackUrls', 'logoutUrls', 'clientSecret', 'options'])
const secretName = /secret|password|credential|private|api_?key/i

const checks: Readonly<Record<string, Check>> = {
  name: mistakeInName,
  type: value => isText(value, LONGEST_NAME) ? null : 'must be the name of an adapter',
  position: value => Number.isInteger(value) && (value as number) >= 0 ? null : 'must be a whole number, 0 or greater',
  selfSignUp: mistakeInSelfSignUp,
  linkByEmail: oneOf('verified', 'never', 'always'),
  onEmailChange: oneOf('reject', 'update'),
  callbackUrls: mistakeInUrls,
  logoutUrls: mistakeInUrls,
  roleIds: mistakeInRoleIds,
  clientSecret: value => value === null || isText(value, LONGEST_SECRET) ? null : `must be text of 1 to ${LONGEST_SECRET} characters`,
  options: mistakeInOptions
}

/**
 * Checks each field of a new profile or a change by itself. The adapter checks the profile as a whole.
 *
 * @throws AUTH_PROFILES_ERR_INVALID_PROFILE with `details` by field
 */
export function checkFields (given: NewProfile | ProfileChange): void {
  const details = Object.entries(given).flatMap(([field, value]) => {
    if (value === undefined) return []
    const mistake = Object.hasOwn(checks, field) ? (checks[field] as Check)(value) : 'is not a field of an authentication profile'
    return mistake === null ? [] : [[field, mistake] as const]
  })
  // Object.fromEntries is safe for a field named __proto__.
  if (details.length > 0) throw new AUTH_PROFILES_ERR_INVALID_PROFILE(Object.fromEntries(details))
}

/** Checks each field of a new profile by itself. @throws AUTH_PROFILES_ERR_INVALID_PROFILE */
export function checkNew (profile: NewProfile, production: boolean): void {
  checkFields(profile)
  const { name, type }: Partial<NewProfile> = profile
  const missing = Object.entries({ name, type }).flatMap(([field, value]) => value === undefined ? [[field, 'is required'] as const] : [])
  if (missing.length > 0) throw new AUTH_PROFILES_ERR_INVALID_PROFILE(Object.fromEntries(missing))
  assertAllowedUrls(profile.options ?? {}, production)
}

/** The fields of a new profile, with defaults. Sign-up is off unless it is enabled. */
export function newFields ({ name, type, selfSignUp = 'off', linkByEmail = 'verified', onEmailChange = 'reject', callbackUrls = [], logoutUrls = [], options = {} }: NewProfile): ProfileFields {
  return { name, type, selfSignUp: normalizePolicy(selfSignUp), linkByEmail, onEmailChange, callbackUrls, logoutUrls, options: withoutNulls(options) }
}

/** The fields after a change. An option that is `null` is removed. */
export function changedFields (before: ProfileFields, change: ProfileChange): ProfileFields {
  const { name, type, selfSignUp, linkByEmail, onEmailChange, callbackUrls, logoutUrls, options } = change
  return {
    name: name ?? before.name,
    type: type ?? before.type,
    selfSignUp: selfSignUp === undefined ? before.selfSignUp : normalizePolicy(selfSignUp),
    linkByEmail: linkByEmail ?? before.linkByEmail,
    onEmailChange: onEmailChange ?? before.onEmailChange,
    callbackUrls: callbackUrls ?? before.callbackUrls,
    logoutUrls: logoutUrls ?? before.logoutUrls,
    options: withoutNulls({ ...before.options, ...options })
  }
}

/** The roles after a change. */
export function changedRoles (before: readonly string[], change: ProfileChange['roleIds']): readonly string[] {
  if (change === undefined) return before
  if (isList(change)) return [...new Set(change)]
  const { add = [], remove = [] } = change
  return [...new Set([...before.filter(id => !remove.includes(id)), ...add])]
}

/** @param selfSignUp with valid domains */
export function normalizePolicy (selfSignUp: SelfSignUp): SelfSignUp {
  if (typeof selfSignUp === 'string') return selfSignUp
  return { emailDomains: selfSignUp.emailDomains.map(domain => normalizeDomain(domain) ?? domain) }
}

function withoutNulls (options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== null && value !== undefined))
}

function isText (value: unknown, maxLength: number): value is string {
  return isStorableText(value) && value !== '' && value.length <= maxLength
}

/** `Array.isArray`, whose type does not narrow to read-only arrays. */
function isList (value: object): value is readonly string[] {
  return Array.isArray(value)
}

function oneOf (...words: readonly string[]): Check {
  return value => typeof value === 'string' && words.includes(value) ? null : `must be ${words.map(word => `"${word}"`).join(' or ')}`
}

function mistakeInName (value: unknown): string | null {
  if (!isText(value, LONGEST_NAME) || value.trim() === '') return `must be text of 1 to ${LONGEST_NAME} characters`
  if (value !== value.trim()) return 'must not start or end with white space'
  return /\p{Control}/u.test(value) ? 'must not contain control characters' : null
}

function mistakeInSelfSignUp (value: unknown): string | null {
  if (value === 'open' || value === 'off') return null
  const domains = (value as { emailDomains?: unknown } | null)?.emailDomains
  if (!Array.isArray(domains) || domains.length === 0 || domains.length > MOST_ENTRIES) return 'must be "open", "off" or { emailDomains } with at least one domain'
  const index = domains.findIndex(domain => typeof domain !== 'string' || normalizeDomain(domain) === null)
  return index < 0 ? null : `entry ${index} is not a domain: write it like example.com, without @`
}

function mistakeInUrls (value: unknown): string | null {
  if (!Array.isArray(value) || value.length > MOST_ENTRIES) return `must be a list of at most ${MOST_ENTRIES} URLs`
  for (const [index, url] of value.entries()) {
    const mistake = typeof url === 'string' ? mistakeInRedirectUrl(url, { apps: true }) : 'must be text'
    if (mistake !== null) return `entry ${index} ${mistake}`
  }
  return null
}

function mistakeInRoleIds (value: unknown): string | null {
  const isIds = (ids: unknown) => ids === undefined || (Array.isArray(ids) && ids.length <= MOST_ENTRIES && ids.every(isStorableText))
  if (Array.isArray(value)) return isIds(value) ? null : `must be at most ${MOST_ENTRIES} role ids`
  const { add, remove, ...rest } = Object(value) as Record<string, unknown>
  return typeof value === 'object' && value !== null && Object.keys(rest).length === 0 && isIds(add) && isIds(remove) ? null : 'must be a list of role ids, or { add, remove } with lists of role ids'
}

function mistakeInOptions (value: unknown): string | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'must be an object: the options of the adapter'
  const text = JSON.stringify(value)
  if (text.length > LONGEST_OPTIONS || !isStorableText(text) || text.includes('\\u0000')) return `must be at most ${LONGEST_OPTIONS} characters of JSON, without NUL characters`
  for (const name of Object.keys(value)) {
    if (ownFields.has(name)) return `cannot contain ${name}, which is a separate field`
    if (secretName.test(name)) return `cannot contain ${name}: pass a client secret as clientSecret, and declare a profile with other secrets in the configuration`
  }
  return null
}
