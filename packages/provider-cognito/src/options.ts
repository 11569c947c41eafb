import { describeBaseUrlMistake, errors } from '@latchkey/identity-provider'
import { describeMistakes } from '@latchkey/plugin-options'
import Type, { type Static } from 'typebox'
import { Value } from 'typebox/value'

const schema = Type.Object({
  /** The authentication profile's id. */
  id: Type.String({ minLength: 1 }),
  /** The profile's name; of no meaning here. */
  name: Type.Optional(Type.String()),
  type: Type.Optional(Type.Literal('cognito')),
  /** The AWS region of the user pool, for example `eu-west-1`. */
  region: Type.String({ pattern: '^[a-z]{2}(-[a-z]+)+-[0-9]+$', description: 'an AWS region such as eu-west-1' }),
  /** For example `eu-west-1_AbCdEfGhI`. */
  userPoolId: Type.String({ pattern: '^[A-Za-z0-9-]+_[A-Za-z0-9]+$', description: 'the id of a user pool such as eu-west-1_AbCdEfGhI' }),
  /** The id of the app client. */
  clientId: Type.String({ minLength: 1 }),
  /** The secret of the app client, where it has one. */
  clientSecret: Type.Optional(Type.String({ minLength: 1 })),
  /** The base URL of the hosted pages, for example `https://acme.auth.eu-west-1.amazoncognito.com`; left out: no hosted pages and no code exchange. */
  domain: Type.Optional(Type.String({ minLength: 1 })),
  /** What `aud` of an ID token must contain one of; left out: the client id. */
  audiences: Type.Optional(Type.Array(Type.String({ minLength: 1 }), { minItems: 1 })),
  /** What the hosted login page asks for, separated by spaces. */
  scope: Type.String({ minLength: 1, pattern: '(^| )openid( |$)', description: 'scopes with spaces between them, "openid" among them', default: 'openid email profile' }),
  /** Where the login page may send a browser back to, compared to the letter; the first serves a code exchange that names none. */
  callbackUrls: Type.Optional(Type.Array(Type.String())),
  /** Where the logout page may send a browser to. */
  logoutUrls: Type.Optional(Type.Array(Type.String())),
  /** Whether accounts can be deleted, which takes AWS credentials with rights on the user pool. */
  deleteAccounts: Type.Boolean({ default: false }),
  /** The AWS credentials for that; left out: those that the AWS SDK finds (environment, shared files, the role of the machine). */
  credentials: Type.Optional(Type.Object({
    accessKeyId: Type.String({ minLength: 1 }),
    secretAccessKey: Type.String({ minLength: 1 }),
    sessionToken: Type.Optional(Type.String({ minLength: 1 }))
  }, { additionalProperties: false })),
  /** Where the user pools API is, for emulators and VPC endpoints; left out: AWS's of the region. */
  endpoint: Type.Optional(Type.String({ minLength: 1 })),
  /** What `iss` of an ID token is, for emulators; left out: AWS's of the user pool. */
  issuer: Type.Optional(Type.String({ minLength: 1 })),
  /** Milliseconds that Cognito has to answer in, retries included. */
  timeoutMs: Type.Integer({ minimum: 1, maximum: 60_000, default: 5000 })
}, { additionalProperties: false })

/** What an authentication profile says of its Cognito user pool. */
export type CognitoOptions = Omit<Static<typeof schema>, Defaulted> & Partial<Pick<Static<typeof schema>, Defaulted>>
type Defaulted = 'scope' | 'deleteAccounts' | 'timeoutMs'
export type ResolvedOptions = Readonly<Static<typeof schema> & { issuer: string, audiences: readonly string[] }>

/**
 * Checks the options and fills in what follows from them.
 *
 * @throws IDENTITY_PROVIDER_ERR_INVALID_OPTIONS naming the profile and every mistaken path
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

/** What the schema cannot say. */
function describeFurtherMistakes (options: Static<typeof schema>): string[] {
  const mistakes = (['domain', 'endpoint', 'issuer'] as const).flatMap(name => {
    const mistake = options[name] === undefined ? null : describeBaseUrlMistake(options[name])
    return mistake === null ? [] : [`${name} ${mistake}`]
  })
  if (options.credentials !== undefined && !options.deleteAccounts) {
    mistakes.push('credentials are for deleteAccounts only: switch it on, or leave them out')
  }
  // A user pool's id begins with its region, except at emulators.
  if (options.endpoint === undefined && !options.userPoolId.startsWith(`${options.region}_`)) {
    mistakes.push(`userPoolId must begin with the region, "${options.region}_"`)
  }
  return mistakes
}
