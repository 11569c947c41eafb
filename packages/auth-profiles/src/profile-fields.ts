import { isStorableText } from '@latchkey/database'
import { normalizeDomain } from './email-domain.js'
import { AUTH_PROFILES_ERR_INVALID_PROFILE } from './errors.js'
import type { NewProfile, ProfileChange, ProfilePolicy, SelfSignUp } from './profile.js'
import { mistakeInRedirectUrl } from './redirect-url.js'

/** What of a stored profile people decide, but for its secret, roles and position. */
export interface ProfileFields extends ProfilePolicy {
  readonly name: string
  readonly type: string
  readonly options: Readonly<Record<string, unknown>>
}

/** Says what is wrong with a value, in words that follow the field's name; `null` when it fits. */
type Check = (value: unknown) => string | null

const LONGEST_NAME = 100
const LONGEST_SECRET = 4096
const MOST_ENTRIES = 100
const LONGEST_OPTIONS = 20_000

/** Options that have a place of their own, and those that would be stored as they are, though secret. */
const ownFields = new Set(['id', 'name', 'type', 'position', 'roles', 'roleIds', 'selfSignUp', 'linkByEmail', 'onEmailChange', 'callbackUrls', 'logoutUrls', 'clientSecret', 'options'])
const secretName = /secret|password|credential|private|api_?key/i

const checks: Readonly<Record<string, Check>> = {
  name: mistakeInName,
  type: value => isText(value, LONGEST_NAME) ? null : 'must be the name of an adapter',
  position: value => Number.isInteger(value) && (value as number) >= 0 ? null : 'must be a whole number from 0',
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
 * Checks the fields of a new profile or of a change, each for itself: whether the whole fits is for its adapter to say.
 *
 * @throws AUTH_PROFILES_ERR_INVALID_PROFILE with `details` by field
 */
export function checkFields (given: NewProfile | ProfileChange): void {
  const details = Object.entries(given).flatMap(([field, value]) => {
    if (value === undefined) return []
    const mistake = Object.hasOwn(checks, field) ? (checks[field] as Check)(value) : 'is not a field of an authentication profile'
    return mistake === null ? [] : [[field, mistake] as const]
  })
  // fromEntries, since a field may be called __proto__.
  if (details.length > 0) throw new AUTH_PROFILES_ERR_INVALID_PROFILE(Object.fromEntries(details))
}

/** The fields of a new profile; who is not said to may not sign up. */
export function newFields ({ name, type, selfSignUp = 'off', linkByEmail = 'verified', onEmailChange = 'reject', callbackUrls = [], logoutUrls = [], options = {} }: NewProfile): ProfileFields {
  return { name, type, selfSignUp: normalizePolicy(selfSignUp), linkByEmail, onEmailChange, callbackUrls, logoutUrls, options: withoutNulls(options) }
}

/** The fields as a change leaves them. An option that is `null` is taken away. */
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

/** The roles as a change leaves them. */
export function changedRoles (before: readonly string[], change: ProfileChange['roleIds']): readonly string[] {
  if (change === undefined) return before
  if (isList(change)) return [...new Set(change)]
  const { add = [], remove = [] } = change
  return [...new Set([...before.filter(id => !remove.includes(id)), ...add])]
}

/** @param selfSignUp whose domains were looked at before */
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

/** `Array.isArray`, which does not know lists that are read-only. */
function isList (value: object): value is readonly string[] {
  return Array.isArray(value)
}

function oneOf (...words: readonly string[]): Check {
  return value => typeof value === 'string' && words.includes(value) ? null : `must be ${words.map(word => `"${word}"`).join(' or ')}`
}

function mistakeInName (value: unknown): string | null {
  if (!isText(value, LONGEST_NAME) || value.trim() === '') return `must be text of 1 to ${LONGEST_NAME} characters`
  if (value !== value.trim()) return 'must not begin or end with white space'
  return /\p{Control}/u.test(value) ? 'must have no control characters' : null
}

function mistakeInSelfSignUp (value: unknown): string | null {
  if (value === 'open' || value === 'off') return null
  const domains = (value as { emailDomains?: unknown } | null)?.emailDomains
  if (!Array.isArray(domains) || domains.length === 0 || domains.length > MOST_ENTRIES) return 'must be "open", "off" or { emailDomains } with at least one domain'
  const index = domains.findIndex(domain => typeof domain !== 'string' || normalizeDomain(domain) === null)
  return index < 0 ? null : `has as entry ${index} no domain: write it as in example.com, without @`
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
  return typeof value === 'object' && value !== null && Object.keys(rest).length === 0 && isIds(add) && isIds(remove) ? null : 'must be a list of role ids, or { add, remove } with such lists'
}

function mistakeInOptions (value: unknown): string | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'must be an object: the options of the adapter'
  const text = JSON.stringify(value)
  if (text.length > LONGEST_OPTIONS || !isStorableText(text) || text.includes('\\u0000')) return `must be at most ${LONGEST_OPTIONS} characters of JSON, and without NUL`
  for (const name of Object.keys(value)) {
    if (ownFields.has(name)) return `cannot have ${name}, which is a field of its own`
    if (secretName.test(name)) return `cannot have ${name}: a client secret is given as clientSecret, and a profile with other secrets is declared in the configuration`
  }
  return null
}
