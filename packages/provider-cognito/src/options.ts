import { describeBaseUrlMistake, errors } from '@latchkey/identity-provider'
import { describeMistakes } from '@latchkey/plugin-options'
import Type, { type Static } from 'typebox'
import { Value } from 'typebox/value'

const schema = Type.Object({
  /** The authentication profile's id. */
  id: Type.String({ minLength: 1 }),
  /** The profile's name; not used here. */
  name: Type.Optional(Type.String()),
  type: Type.Optional(Type.Literal('cognito')),
  /** The AWS region of the user pool, for example `eu-west-1`. */
  region: Type.String({ pattern: '^[a-z]{2}(-[a-z]+)+-[0-9]+$', description: 'an AWS region such as eu-west-1' }),
  /** For example `eu-west-1_AbCdEfGhI`. */
  userPoolId: Type.String({ pattern: '^[A-Za-z0-9-]+_[A-Za-z0-9]+$', description: 'the id of a user pool such as eu-west-1_AbCdEfGhI' }),
  /** The app client's id. */
  clientId: Type.String({ minLength: 1 }),
  /** The app client's secret, if it has one. */
  clientSecret: Type.Optional(Type.String({ minLength: 1 })),
  /** The base URL of the hosted pages, for example `https://acme.auth.eu-west-1.amazoncognito.com`. Without it there are no hosted pages and no code exchange. */
  domain: Type.Optional(Type.String({ minLength: 1 })),
  /** The `aud` of an ID token must contain one of these. Default: the client id. */
  audiences: Type.Optional(Type.Array(Type.String({ minLength: 1 }), { minItems: 1 })),
  /** The scopes that the hosted login page requests, separated by spaces. */
  scope: Type.String({ minLength: 1, pattern: '(^| )openid( |$)', description: 'a list of scopes separated by spaces that includes "openid"', default: 'openid email profile' }),
  /** The allowed redirect URIs after sign-in, compared exactly. The first is the default for a code exchange. */
  callbackUrls: Type.Optional(Type.Array(Type.String())),
  /** The allowed redirect URIs after sign-out. */
  logoutUrls: Type.Optional(Type.Array(Type.String())),
  /** Whether accounts can be deleted, which requires AWS credentials with permissions on the user pool. */
  deleteAccounts: Type.Boolean({ default: false }),
  /** The AWS credentials for account deletion. Default: those that the AWS SDK finds (environment, shared files, the machine's role). */
  credentials: Type.Optional(Type.Object({
    accessKeyId: Type.String({ minLength: 1 }),
    secretAccessKey: Type.String({ minLength: 1 }),
    sessionToken: Type.Optional(Type.String({ minLength: 1 }))
  }, { additionalProperties: false })),
  /** The URL of the user pools API, for emulators and VPC endpoints. Default: AWS's for the region. */
  endpoint: Type.Optional(Type.String({ minLength: 1 })),
  /** The `iss` of ID tokens, for emulators. Default: AWS's for the user pool. */
  issuer: Type.Optional(Type.String({ minLength: 1 })),
  /** The timeout for a response from Cognito in milliseconds, including a retry. */
  timeoutMs: Type.Integer({ minimum: 1, maximum: 60_000, default: 5000 })
}, { additionalProperties: false })

/** The options of an authentication profile for a Cognito user pool. */
export type CognitoOptions = Omit<Static<typeof schema>, Defaulted> & Partial<Pick<Static<typeof schema>, Defaulted>>
type Defaulted = 'scope' | 'deleteAccounts' | 'timeoutMs'
export type ResolvedOptions = Readonly<Static<typeof schema> & { issuer: string, audiences: readonly string[] }>

/**
 * Checks the options and fills in the defaults.
 *
 * @throws IDENTITY_PROVIDER_ERR_INVALID_OPTIONS naming the profile and every invalid path
 */
export function resolveOptions (options: CognitoOptions): ResolvedOptions {
  const given = Value.Default(schema, { ...options }) as Static<typeof schema>
  const mistakes = describeMistakes(schema, given)
  if (mistakes.length === 0) mistakes.push(...describeFurtherMistakes(given))
  if (mistakes.length > 0) {
    const profile = typeof given.id === 'string' ? given.id : ''
    throw new errors.IDENTITY_PROVIDER_ERR_INVALID_OPTIONS(profile, mistakes.join('; '))
  }
  return Object.freeze({
    ...given,
    domain: given.domain?.replace(/\/$/, ''),
    issuer: given.issuer ?? `https://cognito-idp.${given.region}.amazonaws.com/${given.userPoolId}`,
    audiences: given.audiences ?? [given.clientId]
  })
}

/** The rules that the schema cannot express. */
function describeFurtherMistakes (options: Static<typeof schema>): string[] {
  const mistakes = (['domain', 'endpoint', 'issuer'] as const).flatMap(name => {
    const mistake = options[name] === undefined ? null : describeBaseUrlMistake(options[name])
    return mistake === null ? [] : [`${name} ${mistake}`]
  })
  if (options.credentials !== undefined && !options.deleteAccounts) {
    mistakes.push('credentials are used only for deleteAccounts: set deleteAccounts to true, or remove the credentials')
  }
  // A user pool's id begins with its region, except in emulators.
  if (options.endpoint === undefined && !options.userPoolId.startsWith(`${options.region}_`)) {
    mistakes.push(`userPoolId must begin with the region, "${options.region}_"`)
  }
  return mistakes
}
