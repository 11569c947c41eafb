import { describeBaseUrlMistake, errors } from '@latchkey/identity-provider'
import { describeMistakes } from '@latchkey/plugin-options'
import Type, { type Static } from 'typebox'
import { Value } from 'typebox/value'

const schema = Type.Object({
  /** The authentication profile's id. */
  id: Type.String({ minLength: 1 }),
  /** The profile's name; of no meaning here. */
  name: Type.Optional(Type.String()),
  type: Type.Optional(Type.Literal('auth0')),
  /** The tenant's domain or the custom one, for example `acme.eu.auth0.com`. */
  domain: Type.String({ minLength: 1 }),
  /** The id of the application. */
  clientId: Type.String({ minLength: 1 }),
  /** The secret of the application, where it has one; its authentication method must be Post. */
  clientSecret: Type.Optional(Type.String({ minLength: 1 })),
  /** What `aud` of an ID token must contain one of; left out: the client id. */
  audiences: Type.Optional(Type.Array(Type.String({ minLength: 1 }), { minItems: 1 })),
  /** The database connection that passwords belong to. */
  connection: Type.String({ minLength: 1, default: 'Username-Password-Authentication' }),
  /** What is asked for at every sign-in, separated by spaces. `offline_access` brings refresh tokens. */
  scope: Type.String({ minLength: 1, pattern: '(^| )openid( |$)', description: 'scopes with spaces between them, "openid" among them', default: 'openid profile email offline_access' }),
  /** Where the login page may send a browser back to, compared to the letter; the first serves a code exchange that names none. */
  callbackUrls: Type.Optional(Type.Array(Type.String())),
  /** Where the logout page may send a browser to. */
  logoutUrls: Type.Optional(Type.Array(Type.String())),
  /** What `iss` of an ID token is, and the base of the Authentication API, for emulators; left out: `https://<domain>/`. */
  issuer: Type.Optional(Type.String({ minLength: 1 })),
  /** Milliseconds that Auth0 has to answer in. */
  timeoutMs: Type.Integer({ minimum: 1, maximum: 60_000, default: 5000 })
}, { additionalProperties: false })

/** What an authentication profile says of its Auth0 tenant. */
export type Auth0Options = Omit<Static<typeof schema>, Defaulted> & Partial<Pick<Static<typeof schema>, Defaulted>>
type Defaulted = 'connection' | 'scope' | 'timeoutMs'
export type ResolvedOptions = Readonly<Static<typeof schema> & { issuer: string, audiences: readonly string[] }>

/**
 * Checks the options and fills in what follows from them.
 *
 * @throws IDENTITY_PROVIDER_ERR_INVALID_OPTIONS naming the profile and every mistaken path
 */
export function resolveOptions (options: Auth0Options): ResolvedOptions {
  const given = Value.Default(schema, { ...options }) as Static<typeof schema>
  const mistakes = describeMistakes(schema, given)
  if (mistakes.length === 0) mistakes.push(...describeFurtherMistakes(given))
  if (mistakes.length > 0) {
    const profile = typeof given.id === 'string' ? given.id : ''
    throw new errors.IDENTITY_PROVIDER_ERR_INVALID_OPTIONS(profile, mistakes.join('; '))
  }
  return Object.freeze({
    ...given,
    issuer: given.issuer ?? `https://${given.domain}/`,
    audiences: given.audiences ?? [given.clientId]
  })
}

/** What the schema cannot say. */
function describeFurtherMistakes ({ domain, issuer }: Static<typeof schema>): string[] {
  const mistakes: string[] = []
  if (!/^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(domain)) mistakes.push('domain must be a host name as in acme.eu.auth0.com, without https:// and /')
  if (issuer === undefined) return mistakes
  const mistake = describeBaseUrlMistake(issuer)
  if (mistake !== null) mistakes.push(`issuer ${mistake}`)
  else if (!issuer.endsWith('/')) mistakes.push('issuer must end with /, as Auth0\'s do')
  return mistakes
}
