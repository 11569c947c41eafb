import { describeMistakes } from '@latchkey/plugin-options'
import { errors } from '@latchkey/identity-provider'
import Type, { type Static } from 'typebox'
import { Value } from 'typebox/value'

const url = Type.String({ minLength: 1 })

const schema = Type.Object({
  /** The authentication profile's id. */
  id: Type.String({ minLength: 1 }),
  type: Type.Optional(Type.Literal('embedded')),
  /** Shown on the hosted pages and in emails. */
  name: Type.String({ minLength: 1, maxLength: 80 }),
  /** The OAuth client id, and the `aud` of its tokens. Default: the id. */
  clientId: Type.Optional(Type.String({ pattern: '^[\\x21-\\x7e]{1,128}$', description: 'at most 128 visible ASCII characters, without spaces' })),
  /** Where the hosted pages may redirect to after a sign-in. URLs must match exactly. */
  callbackUrls: Type.Array(url, { default: [] }),
  /** Where the hosted pages may redirect to after a sign-out. URLs must match exactly. */
  logoutUrls: Type.Array(url, { default: [] }),
  /** Shown instead of the name. */
  brandName: Type.Optional(Type.String({ minLength: 1, maxLength: 80 })),
  /** The color of the hosted pages' buttons and links: `#rrggbb`. */
  color: Type.Optional(Type.String({ pattern: '^#[0-9a-fA-F]{6}$', description: 'a color such as #3b5bdb' })),
  /** Whether the hosted pages offer sign-up. Default: true. */
  signUp: Type.Boolean({ default: true }),
  /** Whether people must agree before the app gets their profile. Default: false, for your own apps. */
  consent: Type.Boolean({ default: false }),
  /** Answers `/oauth2/authorize?response_type=token` and `/logout` as Cognito's hosted UI does, for clients written for it. */
  legacyImplicit: Type.Boolean({ default: false })
}, { additionalProperties: false })

/** An authentication profile of type `embedded`. */
export type EmbeddedProfileOptions = Pick<Static<typeof schema>, 'id' | 'name'> & Partial<Static<typeof schema>>

export type Profile = Readonly<Static<typeof schema>> & { readonly clientId: string, readonly brandName: string }

/** @throws IDENTITY_PROVIDER_ERR_INVALID_OPTIONS naming the profile and what is invalid */
export function resolveProfile (options: unknown): Profile {
  const given = Value.Default(schema, { ...(options as object | undefined) }) as Static<typeof schema>
  const refuse = (why: string) => new errors.IDENTITY_PROVIDER_ERR_INVALID_OPTIONS(String(given.id ?? ''), why)
  const mistakes = describeMistakes(schema, given)
  if (mistakes.length > 0) throw refuse(mistakes.join('; '))
  for (const key of ['callbackUrls', 'logoutUrls'] as const) {
    for (const [index, text] of given[key].entries()) {
      const parsed = URL.parse(text)
      if (parsed === null || text.includes('#') || /^(javascript|data|vbscript|blob|file|about):$/.test(parsed.protocol)) throw refuse(`${key}.${index} must be an absolute URL without a fragment`)
    }
  }
  return Object.freeze({ ...given, clientId: given.clientId ?? given.id, brandName: given.brandName ?? given.name })
}

/** The profiles that are open in this instance of the app. */
export interface Profiles {
  /** Opening a profile with the same id again replaces it. @throws IDENTITY_PROVIDER_ERR_INVALID_OPTIONS if another profile has its client id */
  open (profile: Profile): void
  /** Does nothing if the profile has been opened again since. */
  close (profile: Profile): void
  /** Includes the redirect URLs that are allowed for all profiles. */
  findByClientId (clientId: string): Profile | undefined
  /** Adds the redirect URLs that are allowed for all profiles. */
  withShared (profile: Profile): Profile
  /** Replaces the redirect URLs that are allowed for all profiles. */
  share (redirects: SharedRedirects): void
  /** The profile that was opened first. Pages that belong to no profile show its name. */
  first (): Profile | undefined
}

/** Redirect URLs that are allowed for every profile, in addition to the profile's own. */
export interface SharedRedirects {
  readonly callbackUrls: readonly string[]
  readonly logoutUrls: readonly string[]
}

export function createProfiles (): Profiles {
  const byClientId = new Map<string, Profile>()
  let shared: SharedRedirects = { callbackUrls: [], logoutUrls: [] }
  const withShared = (profile: Profile): Profile => shared.callbackUrls.length + shared.logoutUrls.length === 0
    ? profile
    : { ...profile, callbackUrls: [...profile.callbackUrls, ...shared.callbackUrls], logoutUrls: [...profile.logoutUrls, ...shared.logoutUrls] }
  return {
    withShared,
    share: redirects => { shared = redirects },
    open (profile) {
      const other = byClientId.get(profile.clientId)
      if (other !== undefined && other.id !== profile.id) throw new errors.IDENTITY_PROVIDER_ERR_INVALID_OPTIONS(profile.id, `clientId is already used by the profile "${other.id}"`)
      for (const [clientId, opened] of byClientId) if (opened.id === profile.id) byClientId.delete(clientId)
      byClientId.set(profile.clientId, profile)
    },
    close (profile) {
      if (byClientId.get(profile.clientId) === profile) byClientId.delete(profile.clientId)
    },
    findByClientId: clientId => {
      const profile = byClientId.get(clientId)
      return profile && withShared(profile)
    },
    first: () => byClientId.values().next().value
  }
}
