import { describeBaseUrlMistake, errors } from '@latchkey/identity-provider'
import { describeMistakes } from '@latchkey/plugin-options'
import Type, { type Static } from 'typebox'
import { Value } from 'typebox/value'

const schema = Type.Object({
  /** The authentication profile's id. */
  id: Type.String({ minLength: 1 }),
  /** The profile's name; not used here. */
  name: Type.Optional(Type.String()),
  type: Type.Optional(Type.Literal('auth0')),
  /** The tenant's domain or its custom domain, for example `acme.eu.auth0.com`. */
  domain: Type.String({ minLength: 1 }),
  /** The application's client id. */
  clientId: Type.String({ minLength: 1 }),
  /** The application's secret, if it has one. Its authentication method must be Post. */
  clientSecret: Type.Optional(Type.String({ minLength: 1 })),
  /** The `aud` of an ID token must contain one of these. Default: the client id. */
  audiences: Type.Optional(Type.Array(Type.String({ minLength: 1 }), { minItems: 1 })),
  /** The database connection that stores the passwords. */
  connection: Type.String({ minLength: 1, default: 'Username-Password-Authentication' }),
  /** The scopes to request at every sign-in, separated by spaces. `offline_access` adds a refresh token. */
  scope: Type.String({ minLength: 1, pattern: '(^| )openid( |$)', description: 'a list of scopes separated by spaces that includes "openid"', default: 'openid profile email offline_access' }),
  /** The allowed redirect URIs after sign-in, compared exactly. The first is the default for a code exchange. */
  callbackUrls: Type.Optional(Type.Array(Type.String())),
  /** The allowed redirect URIs after sign-out. */
  logoutUrls: Type.Optional(Type.Array(Type.String())),
  /** The `iss` of ID tokens and the base URL of the Authentication API, for emulators. Default: `https://<domain>/`. */
  issuer: Type.Optional(Type.String({ minLength: 1 })),
  /** The timeout for a response from Auth0, in milliseconds. */
  timeoutMs: Type.Integer({ minimum: 1, maximum: 60_000, default: 5000 })
}, { additionalProperties: false })

/** The options of an authentication profile for an Auth0 tenant. */
export type Auth0Options = Omit<Static<typeof schema>, Defaulted> & Partial<Pick<Static<typeof schema>, Defaulted>>
type Defaulted = 'connection' | 'scope' | 'timeoutMs'
export type ResolvedOptions = Readonly<Static<typeof schema> & { issuer: string, audiences: readonly string[] }>

/**
 * Checks the options and fills in the defaults.
 *
 * @throws IDENTITY_PROVIDER_ERR_INVALID_OPTIONS naming the profile and every invalid path
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

/** The rules that the schema cannot express. */
function describeFurtherMistakes ({ domain, issuer }: Static<typeof schema>): string[] {
  const mistakes: string[] = []
  if (!/^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(domain)) mistakes.push('domain must be a host name such as acme.eu.auth0.com, without https:// and without /')
  if (issuer === undefined) return mistakes
  const mistake = describeBaseUrlMistake(issuer)
  if (mistake !== null) mistakes.push(`issuer ${mistake}`)
  else if (!issuer.endsWith('/')) mistakes.push('issuer must end with /, as all Auth0 issuers do')
  return mistakes
}
