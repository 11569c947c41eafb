import { describeBaseUrlMistake, describeUrlMistake, errors } from '@latchkey/identity-provider'
import { describeMistakes } from '@latchkey/plugin-options'
import Type, { type Static } from 'typebox'
import { Value } from 'typebox/value'

const Text = Type.String({ minLength: 1 })

const schema = Type.Object({
  /** The authentication profile's id. */
  id: Text,
  /** The profile's name; of no meaning here. */
  name: Type.Optional(Type.String()),
  /** The type that the profile names the adapter by. */
  type: Type.String({ minLength: 1, default: 'openid' }),
  /** What `iss` is, to the letter, and where discovery begins. https, or http on a loopback address. */
  issuer: Text,
  clientId: Text,
  /** The client's secret, where it has one. */
  clientSecret: Type.Optional(Text),
  /** How the client proves who it is (OpenID Connect Core §9); left out: what the provider supports with a secret, `none` without. */
  tokenEndpointAuthMethod: Type.Optional(Type.Union([Type.Literal('client_secret_basic'), Type.Literal('client_secret_post'), Type.Literal('none')])),
  /** What `aud` of an ID token must contain one of; left out: the client id. */
  audiences: Type.Optional(Type.Array(Text, { minItems: 1 })),
  /** Where the keys are; left out: where discovery says. */
  jwksUri: Type.Optional(Text),
  /** What ID tokens may be signed with; left out: any asymmetric algorithm that is accepted at all. */
  algorithms: Type.Optional(Type.Array(Type.String({ pattern: '^((RS|PS|ES)(256|384|512)|EdDSA)$', description: 'RS, PS or ES with 256, 384 or 512 behind it, or EdDSA' }), { minItems: 1 })),
  /** The claims that hold the email, where the provider names them otherwise. */
  claimNames: Type.Optional(Type.Object({ email: Type.Optional(Text), emailVerified: Type.Optional(Text) }, { additionalProperties: false })),
  /** What the login page asks for, separated by spaces; many providers give a refresh token for `offline_access` only. */
  scope: Type.String({ pattern: '(^| )openid( |$)', description: 'scopes with spaces between them, "openid" among them', default: 'openid email profile' }),
  /** Where the login page may send a browser back to, compared to the letter; none: the provider decides. The first serves a code exchange that names none. */
  callbackUrls: Type.Array(Text, { default: [] }),
  /** Where the logout page may send a browser to, compared to the letter; none: the provider decides. */
  logoutUrls: Type.Array(Text, { default: [] }),
  /** How long the provider has to answer a request, in milliseconds. */
  timeoutMs: Type.Integer({ minimum: 1, maximum: 60_000, default: 5000 })
}, { additionalProperties: false })

/** What an authentication profile says of its OpenID provider. */
export type OpenIdOptions = Omit<Static<typeof schema>, Defaulted> & Partial<Pick<Static<typeof schema>, Defaulted>>
type Defaulted = 'type' | 'scope' | 'callbackUrls' | 'logoutUrls' | 'timeoutMs'
export type ResolvedOptions = Readonly<Static<typeof schema>>

/**
 * Checks the options and fills in the defaults.
 *
 * @throws IDENTITY_PROVIDER_ERR_INVALID_OPTIONS naming the profile and every mistaken path, and no value
 */
export function resolveOptions (options: OpenIdOptions): ResolvedOptions {
  const given = Value.Default(schema, { ...options }) as Static<typeof schema>
  const mistakes = describeMistakes(schema, given)
  if (mistakes.length === 0) mistakes.push(...describeFurtherMistakes(given))
  if (mistakes.length > 0) throw new errors.IDENTITY_PROVIDER_ERR_INVALID_OPTIONS(String(given.id ?? ''), mistakes.join('; '))
  return Object.freeze(given)
}

/** What the schema cannot say. */
function describeFurtherMistakes ({ issuer, jwksUri, clientSecret, tokenEndpointAuthMethod: method, callbackUrls, logoutUrls }: Static<typeof schema>): string[] {
  const urls: [string, string | null][] = [
    ['issuer', describeBaseUrlMistake(issuer)],
    ['jwksUri', jwksUri === undefined ? null : describeUrlMistake(jwksUri)],
    // An app on a phone is sent back to by a scheme of its own.
    ...Object.entries({ callbackUrls, logoutUrls }).flatMap(([name, list]) =>
      list.map((url, index): [string, string | null] => [`${name}.${index}`, URL.canParse(url) ? null : 'must be a URL']))
  ]
  const mistakes = urls.flatMap(([path, mistake]) => mistake === null ? [] : [`${path} ${mistake}`])
  if (method !== undefined && method !== 'none' && clientSecret === undefined) mistakes.push(`clientSecret is required for tokenEndpointAuthMethod "${method}"`)
  if (method === 'none' && clientSecret !== undefined) mistakes.push('clientSecret is not used with tokenEndpointAuthMethod "none": leave it out')
  return mistakes
}
