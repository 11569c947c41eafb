import type { ProviderRegistry } from '@latchkey/identity-provider'
import { createOptionsCheck } from '@latchkey/plugin-options'
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
  // Everything else is the adapter's, which checks it itself.
}, { additionalProperties: true })

const schema = Type.Object({
  /** In order; the first is the default. */
  profiles: Type.Array(profile, { minItems: 1 }),
  /** The adapters, by the `type` of a profile. */
  providers: Type.Unsafe<ProviderRegistry>({}),
  /** Who signs up, verified, with this email becomes Administrator, whatever the profile's policy is. */
  administratorEmail: Type.Optional(Type.String({ minLength: 1 })),
  /** At least 32 characters: what client secrets of profiles made at run time are sealed under. The same on every copy of the app. */
  secretKey: Type.Optional(Type.String({ minLength: 32 })),
  /** Secret keys of before: what is sealed under them is still read, and sealed anew at start. */
  previousSecretKeys: Type.Array(Type.String({ minLength: 32 }), { default: [] }),
  /** Whether this process keeps up what is stored: seals anew what is sealed under a key of before, deletes sign-ups that count no more. `false` in one that opens the app to look. */
  upkeep: Type.Boolean({ default: true }),
  /** Whether this is production: profiles made at run time then have https addresses only, on this machine too. Default: `NODE_ENV` is `production`. */
  production: Type.Optional(Type.Boolean()),
  /** Told of the settings at registration, and whenever they change: hand the allowed redirects to the embedded provider. */
  onSettings: Type.Optional(Type.Unsafe<(settings: AuthenticationSettings) => void>({}))
}, { additionalProperties: false })

/** What `@latchkey/auth-profiles` is registered with. */
export interface AuthProfilesOptions extends Omit<Static<typeof schema>, 'profiles' | 'previousSecretKeys' | 'upkeep'> {
  profiles: readonly ProfileConfig[]
  previousSecretKeys?: string[]
  upkeep?: boolean
}

export type ResolvedOptions = Readonly<AuthProfilesOptions & { previousSecretKeys: string[], upkeep: boolean, production: boolean }>

const check = createOptionsCheck(schema, AUTH_PROFILES_ERR_INVALID_OPTIONS)

export function resolveOptions (options: AuthProfilesOptions): ResolvedOptions {
  const resolved = check(options)
  if (resolved.providers === undefined || typeof resolved.providers !== 'object') throw new AUTH_PROFILES_ERR_INVALID_OPTIONS('providers is required: the adapters by profile type, for example { openid: createOpenIdProvider }')
  if (resolved.onSettings !== undefined && typeof resolved.onSettings !== 'function') throw new AUTH_PROFILES_ERR_INVALID_OPTIONS('onSettings must be a function')
  return Object.freeze({ ...resolved as AuthProfilesOptions, previousSecretKeys: resolved.previousSecretKeys, upkeep: resolved.upkeep, production: resolved.production ?? process.env.NODE_ENV === 'production' })
}
