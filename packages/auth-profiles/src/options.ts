import type { ProviderRegistry } from '@latchkey/identity-provider'
import { createOptionsCheck } from '@latchkey/plugin-options'
import { normalizeEmail } from '@latchkey/users-store'
import Type, { type Static } from 'typebox'
import type { AuthenticationSettings } from './authentication-settings.js'
import { AUTH_PROFILES_ERR_INVALID_OPTIONS } from './errors.js'
import type { ProfileConfig } from './profile.js'

const profile = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 100, pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*$', description: 'at most 100 letters, digits, ".", "_" and "-", with a letter or digit first' }),
  name: Type.String({ minLength: 1, maxLength: 100 }),
  type: Type.String({ minLength: 1 }),
  selfSignUp: Type.Optional(Type.Union([
    Type.Literal('open'),
    Type.Literal('off'),
    Type.Object({ emailDomains: Type.Array(Type.String({ minLength: 1 }), { minItems: 1 }) }, { additionalProperties: false, description: '{ "emailDomains": ["example.com"] }' })
  ])),
  roles: Type.Optional(Type.Array(Type.String({ minLength: 1 }))),
  linkByEmail: Type.Optional(Type.Union([Type.Literal('verified'), Type.Literal('never'), Type.Literal('always')])),
  onEmailChange: Type.Optional(Type.Union([Type.Literal('reject'), Type.Literal('update')])),
  callbackUrls: Type.Optional(Type.Array(Type.String())),
  logoutUrls: Type.Optional(Type.Array(Type.String()))
  // Everything else is for the adapter, which validates it.
}, { additionalProperties: true })

const schema = Type.Object({
  profiles: Type.Array(profile, { minItems: 1 }),
  /** The adapters, by the `type` of a profile. */
  providers: Type.Unsafe<ProviderRegistry>({}),
  /** Whoever signs up with this email, verified, becomes Administrator, regardless of the profile's policy. */
  administratorEmail: Type.Optional(Type.String({ minLength: 1 })),
  /** At least 32 characters, the same on every instance. Encrypts the client secrets of profiles created at run time. */
  secretKey: Type.Optional(Type.String({ minLength: 32 })),
  previousSecretKeys: Type.Array(Type.String({ minLength: 32 }), { default: [] }),
  upkeep: Type.Boolean({ default: true }),
  /** Whether profiles created at run time may use https addresses only, even for this machine. Default: `NODE_ENV` is `production`. */
  production: Type.Optional(Type.Boolean()),
  /** Called with the settings at registration and whenever they change. Pass the allowed redirects to the embedded provider here. */
  onSettings: Type.Optional(Type.Unsafe<(settings: AuthenticationSettings) => void>({}))
}, { additionalProperties: false })

/** What `@latchkey/auth-profiles` is registered with. */
export interface AuthProfilesOptions extends Omit<Static<typeof schema>, 'profiles' | 'previousSecretKeys' | 'upkeep'> {
  /** In order, at least one. The first profile is the default for sign-ups. */
  profiles: readonly ProfileConfig[]
  /** Earlier secret keys. Secrets encrypted with them can still be read, and are re-encrypted at start. */
  previousSecretKeys?: string[]
  /** Whether this process re-encrypts secrets that use an earlier key and deletes expired sign-ups. `false` in a process that only inspects the data. Default: true. */
  upkeep?: boolean
}

export type ResolvedOptions = Readonly<AuthProfilesOptions & { previousSecretKeys: string[], upkeep: boolean, production: boolean }>

const check = createOptionsCheck(schema, AUTH_PROFILES_ERR_INVALID_OPTIONS)

export function resolveOptions (options: AuthProfilesOptions): ResolvedOptions {
  const resolved = check(options)
  if (resolved.providers === undefined || typeof resolved.providers !== 'object') throw new AUTH_PROFILES_ERR_INVALID_OPTIONS('providers is required: the adapters by profile type, for example { openid: createOpenIdProvider }')
  if (resolved.onSettings !== undefined && typeof resolved.onSettings !== 'function') throw new AUTH_PROFILES_ERR_INVALID_OPTIONS('onSettings must be a function')
  const { administratorEmail, previousSecretKeys, upkeep, production = process.env.NODE_ENV === 'production' } = resolved
  return Object.freeze({ ...resolved as AuthProfilesOptions, previousSecretKeys, upkeep, production, ...administratorEmail !== undefined && { administratorEmail: normalizeAdministrator(administratorEmail) } })
}

function normalizeAdministrator (email: string): string {
  try {
    return normalizeEmail(email)
  } catch {
    throw new AUTH_PROFILES_ERR_INVALID_OPTIONS('administratorEmail is not an email address')
  }
}
