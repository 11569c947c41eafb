import { describeBaseUrlMistake, describeUrlMistake, errors } from '@latchkey/identity-provider'
import { describeMistakes } from '@latchkey/plugin-options'
import Type, { type Static } from 'typebox'
import { Value } from 'typebox/value'

const Text = Type.String({ minLength: 1 })

const schema = Type.Object({
  /** The authentication profile's id. */
  id: Text,
  /** The profile's name; not used here. */
  name: Type.Optional(Type.String()),
  /** The type under which the app registered the adapter. */
  type: Type.String({ minLength: 1, default: 'openid' }),
  /** The exact `iss` of ID tokens, and the base URL of discovery. https, or http on a loopback address. */
  issuer: Text,
  /** The client registered at the provider. */
  clientId: Text,
  /** The client's secret, if it has one. */
  clientSecret: Type.Optional(Text),
  /** How the client authenticates (OpenID Connect Core §9). Default: with a secret, what the provider supports; without one, `none`. */
  tokenEndpointAuthMethod: Type.Optional(Type.Union([Type.Literal('client_secret_basic'), Type.Literal('client_secret_post'), Type.Literal('none')])),
  /** The `aud` of an ID token must contain one of these. Default: the client id. */
  audiences: Type.Optional(Type.Array(Text, { minItems: 1 })),
  /** The URL of the provider's keys. Default: found by discovery. */
  jwksUri: Type.Optional(Text),
  /** The allowed signing algorithms of ID tokens. Default: any asymmetric algorithm that the verifier accepts. */
  algorithms: Type.Optional(Type.Array(Type.String({ pattern: '^((RS|PS|ES)(256|384|512)|EdDSA)$', description: 'RS, PS or ES followed by 256, 384 or 512, or EdDSA' }), { minItems: 1 })),
  /** The claims that hold the email, if the provider does not use the standard names. */
  claimNames: Type.Optional(Type.Object({ email: Type.Optional(Text), emailVerified: Type.Optional(Text) }, { additionalProperties: false })),
  /** The scopes to request, separated by spaces. Many providers issue a refresh token only for `offline_access`. */
  scope: Type.String({ pattern: '(^| )openid( |$)', description: 'a list of scopes separated by spaces that includes "openid"', default: 'openid email profile' }),
  /** The allowed redirect URIs after sign-in, compared exactly. Empty: the provider's list decides. The first is the default for a code exchange. */
  callbackUrls: Type.Array(Text, { default: [] }),
  /** The allowed redirect URIs after sign-out, compared exactly. Empty: the provider's list decides. */
  logoutUrls: Type.Array(Text, { default: [] }),
  /** The timeout for a request to the provider, in milliseconds. */
  timeoutMs: Type.Integer({ minimum: 1, maximum: 60_000, default: 5000 })
}, { additionalProperties: false })

/** The options of an authentication profile for an OpenID provider. */
export type OpenIdOptions = Omit<Static<typeof schema>, Defaulted> & Partial<Pick<Static<typeof schema>, Defaulted>>
type Defaulted = 'type' | 'scope' | 'callbackUrls' | 'logoutUrls' | 'timeoutMs'
export type ResolvedOptions = Readonly<Static<typeof schema>>

/**
 * Checks the options and fills in the defaults.
 *
 * @throws IDENTITY_PROVIDER_ERR_INVALID_OPTIONS naming the profile and every invalid path, but no values
 */
export function resolveOptions (options: OpenIdOptions): ResolvedOptions {
  const given = Value.Default(schema, { ...options }) as Static<typeof schema>
  const mistakes = describeMistakes(schema, given)
  if (mistakes.length === 0) mistakes.push(...describeFurtherMistakes(given))
  if (mistakes.length > 0) throw new errors.IDENTITY_PROVIDER_ERR_INVALID_OPTIONS(String(given.id ?? ''), mistakes.join('; '))
  return Object.freeze(given)
}

/** The rules that the schema cannot express. */
function describeFurtherMistakes ({ issuer, jwksUri, clientSecret, tokenEndpointAuthMethod: method, callbackUrls, logoutUrls }: Static<typeof schema>): string[] {
  const urls: [string, string | null][] = [
    ['issuer', describeBaseUrlMistake(issuer)],
    ['jwksUri', jwksUri === undefined ? null : describeUrlMistake(jwksUri)],
    // Not only https: a mobile app may be redirected to with its own URL scheme.
    ...Object.entries({ callbackUrls, logoutUrls }).flatMap(([name, list]) =>
      list.map((url, index): [string, string | null] => [`${name}.${index}`, URL.canParse(url) ? null : 'must be a URL']))
  ]
  const mistakes = urls.flatMap(([path, mistake]) => mistake === null ? [] : [`${path} ${mistake}`])
  if (method !== undefined && method !== 'none' && clientSecret === undefined) mistakes.push(`clientSecret is required for tokenEndpointAuthMethod "${method}"`)
  if (method === 'none' && clientSecret !== undefined) mistakes.push('clientSecret is not used with tokenEndpointAuthMethod "none": remove it')
  return mistakes
}
