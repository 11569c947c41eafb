import type { ProviderRegistry } from '@latchkey/identity-provider'
import { createOptionsCheck } from '@latchkey/plugin-options'
import Type, { type Static } from 'typebox'
import { AUTH_PROFILES_ERR_INVALID_OPTIONS } from './errors.js'
import type { ProfileConfig } from './profile.js'

const profile = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 100, pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*$' }),
  name: Type.String({ minLength: 1, maxLength: 100 }),
  type: Type.String({ minLength: 1 }),
  selfSignUp: Type.Optional(Type.Union([
    Type.Literal('open'),
    Type.Literal('off'),
    Type.Object({ emailDomains: Type.Array(Type.String({ minLength: 1 }), { minItems: 1 }) }, { additionalProperties: false })
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
  administratorEmail: Type.Optional(Type.String({ minLength: 1 }))
}, { additionalProperties: false })

/** What `@latchkey/auth-profiles` is registered with. */
export interface AuthProfilesOptions extends Omit<Static<typeof schema>, 'profiles'> {
  profiles: readonly ProfileConfig[]
}

const check = createOptionsCheck(schema, AUTH_PROFILES_ERR_INVALID_OPTIONS)

export function resolveOptions (options: AuthProfilesOptions): Readonly<AuthProfilesOptions> {
  const resolved = check(options)
  if (resolved.providers === undefined || typeof resolved.providers !== 'object') throw new AUTH_PROFILES_ERR_INVALID_OPTIONS('providers is required: the adapters by profile type, for example { openid: createOpenIdProvider }')
  return resolved as Readonly<AuthProfilesOptions>
}
