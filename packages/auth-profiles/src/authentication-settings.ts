import { AUTH_PROFILES_ERR_INVALID_SETTINGS } from './errors.js'
import { mistakeInOrigin, mistakeInRedirectUrl } from './redirect-url.js'

/** The settings for all profiles. */
export interface AuthenticationSettings {
  /** Where hosted pages may redirect a browser, in addition to the profiles' own callback URLs. */
  readonly allowedCallbacks: readonly string[]
  /** Where they may redirect it after sign-out, in addition to the profiles' own logout URLs. */
  readonly allowedLogouts: readonly string[]
  /** The origins whose pages may use the API. Empty: all. */
  readonly allowedWebOrigins: readonly string[]
  /** ISO 8601; `null` until the settings are changed for the first time. */
  readonly updatedAt: string | null
}

export type AuthenticationSettingsChange = Partial<Omit<AuthenticationSettings, 'updatedAt'>>

export const noSettings: AuthenticationSettings = Object.freeze({ allowedCallbacks: [], allowedLogouts: [], allowedWebOrigins: [], updatedAt: null })

const MOST_ENTRIES = 100

const mistakeIn: Readonly<Record<string, (text: string) => string | null>> = {
  allowedCallbacks: mistakeInRedirectUrl,
  allowedLogouts: mistakeInRedirectUrl,
  allowedWebOrigins: mistakeInOrigin
}

/** The settings after a change, without duplicate entries. @throws AUTH_PROFILES_ERR_INVALID_SETTINGS with `details` by field */
export function changedSettings (before: AuthenticationSettings, change: AuthenticationSettingsChange): AuthenticationSettings {
  const given = Object.entries(change).filter(([, value]) => value !== undefined)
  const details = given.flatMap(([field, value]) => {
    const mistake = mistakeInList(value, mistakeIn[field])
    return mistake === null ? [] : [[field, mistake] as const]
  })
  if (details.length > 0) throw new AUTH_PROFILES_ERR_INVALID_SETTINGS(Object.fromEntries(details))
  const lists = Object.fromEntries(given.map(([field, value]) => [field, Object.freeze([...new Set(value)])]))
  return Object.freeze({ ...before, ...lists, updatedAt: new Date().toISOString() })
}

function mistakeInList (value: unknown, mistakeInEntry: ((text: string) => string | null) | undefined): string | null {
  if (mistakeInEntry === undefined) return 'is not a setting'
  if (!Array.isArray(value) || value.length > MOST_ENTRIES) return `must be a list of at most ${MOST_ENTRIES} entries`
  for (const [index, entry] of value.entries()) {
    const mistake = typeof entry === 'string' ? mistakeInEntry(entry) : 'must be text'
    if (mistake !== null) return `entry ${index} ${mistake}`
  }
  return null
}
