import { errors, isProviderError, withhold } from '@latchkey/identity-provider'

/** The operation that failed: the same error means different things for different operations. */
export type Operation = 'signIn' | 'signUp' | 'refresh' | 'recover' | 'exchangeCode'

export interface ErrorContext {
  readonly profileId: string
  readonly operation: Operation
  /** What was sent and must not appear in any message. */
  readonly secrets: readonly (string | undefined)[]
  /** The hosted login page. */
  readonly loginUrl: string
}

type Meaning = 'invalidCredentials' | 'userNotConfirmed' | 'secondFactor' | 'leakedPassword' | 'suspicious' | 'refreshTokenExpired' | 'invalidCode' |
  'weakPassword' | 'accountExists' | 'throttled' | 'refusedByTenant' | 'grantNotAllowed' | 'signUpRefused' | 'unavailable'

/** By `error` of the token endpoint or `code` of `/dbconnections`. Any other value means an unexpected response. */
const always: Readonly<Record<string, Meaning>> = {
  too_many_attempts: 'throttled',
  too_many_requests: 'throttled',
  mfa_required: 'secondFactor',
  mfa_registration_required: 'secondFactor',
  requires_verification: 'suspicious'
}

const byOperation: Readonly<Record<Operation, Readonly<Record<string, Meaning>>>> = {
  signIn: {
    invalid_grant: 'invalidCredentials',
    invalid_user_password: 'invalidCredentials',
    // Not a valid user name, for example an empty one.
    invalid_request: 'invalidCredentials',
    password_leaked: 'leakedPassword',
    unauthorized: 'refusedByTenant',
    access_denied: 'refusedByTenant',
    unauthorized_client: 'grantNotAllowed'
  },
  signUp: {
    // `invalid_signup` if the tenant hides which accounts exist, the others if it does not.
    invalid_signup: 'accountExists',
    user_exists: 'accountExists',
    username_exists: 'accountExists',
    invalid_password: 'weakPassword',
    password_strength_error: 'weakPassword',
    password_dictionary_error: 'weakPassword',
    password_no_user_info_error: 'weakPassword',
    password_leaked: 'weakPassword',
    unauthorized: 'refusedByTenant',
    access_denied: 'refusedByTenant'
  },
  refresh: {
    // Expired, revoked, unknown or used before: Auth0 does not say which.
    invalid_grant: 'refreshTokenExpired',
    invalid_request: 'refreshTokenExpired',
    unauthorized: 'refreshTokenExpired',
    access_denied: 'refreshTokenExpired',
    unauthorized_client: 'grantNotAllowed'
  },
  recover: {},
  exchangeCode: {
    invalid_grant: 'invalidCode',
    invalid_request: 'invalidCode',
    unauthorized: 'refusedByTenant',
    access_denied: 'refusedByTenant',
    unauthorized_client: 'grantNotAllowed'
  }
}

/**
 * Translates Auth0's response into an error of the contract.
 *
 * @returns an error whose `cause` says what Auth0 answered, without what was sent to it
 */
export function translateError (error: unknown, { profileId, operation, secrets, loginUrl }: ErrorContext): Error {
  if (isProviderError(error)) return error
  const answer = describeAnswer(error, secrets)
  const translated = errorFor(meaningOf(answer, operation), answer, { profileId, loginUrl })
  translated.cause = answer
  return translated
}

function errorFor (meaning: Meaning, answer: Answer, { profileId, loginUrl }: Pick<ErrorContext, 'profileId' | 'loginUrl'>): Error {
  switch (meaning) {
    case 'invalidCredentials': return new errors.IDENTITY_PROVIDER_ERR_INVALID_CREDENTIALS()
    case 'userNotConfirmed': return new errors.IDENTITY_PROVIDER_ERR_USER_NOT_CONFIRMED()
    case 'secondFactor': return new errors.IDENTITY_PROVIDER_ERR_CHALLENGE_REQUIRED(`use or set up a second factor. Sign in on the hosted login page instead: ${loginUrl}`)
    case 'suspicious': return new errors.IDENTITY_PROVIDER_ERR_CHALLENGE_REQUIRED(`Auth0 requires a bot check. Sign in on the hosted login page instead: ${loginUrl}`)
    case 'leakedPassword': return new errors.IDENTITY_PROVIDER_ERR_CHALLENGE_REQUIRED('this password was leaked in a data breach of another site. Set a new one with the forgotten-password function, then sign in with it')
    case 'refreshTokenExpired': return new errors.IDENTITY_PROVIDER_ERR_REFRESH_TOKEN_EXPIRED()
    case 'invalidCode': return new errors.IDENTITY_PROVIDER_ERR_INVALID_CODE()
    case 'weakPassword': return new errors.IDENTITY_PROVIDER_ERR_WEAK_PASSWORD(answer.policy ?? "The password does not meet the connection's password policy.")
    case 'accountExists': return new errors.IDENTITY_PROVIDER_ERR_ACCOUNT_EXISTS()
    case 'throttled': return new errors.IDENTITY_PROVIDER_ERR_THROTTLED()
    case 'refusedByTenant': return new errors.IDENTITY_PROVIDER_ERR_UNSUPPORTED(profileId, 'auth0', 'an action or rule of the tenant refused it')
    case 'grantNotAllowed': return new errors.IDENTITY_PROVIDER_ERR_UNSUPPORTED(profileId, 'auth0', 'the application does not allow this grant type. Enable Password, Authorization Code and Refresh Token in its grant types')
    case 'signUpRefused': return new errors.IDENTITY_PROVIDER_ERR_UNSUPPORTED(profileId, 'auth0', 'sign-ups are disabled for the connection, or it refused the email or the names')
    case 'unavailable': return new errors.IDENTITY_PROVIDER_ERR_UNAVAILABLE(profileId)
  }
}

function meaningOf (answer: Answer, operation: Operation): Meaning {
  const { name, message, status } = answer
  if (status === 429) return 'throttled'
  // Some responses have the same error name and differ only in the description.
  if (isAboutApplication(answer)) return 'unavailable'
  if (operation === 'signIn' && (name === 'unauthorized' || name === 'access_denied')) {
    if (/user is blocked/i.test(message)) return 'invalidCredentials'
    // The wording of Auth0's template for refusing users with an unverified email.
    if (/verify your e-?mail|e-?mail (is )?not verified/i.test(message)) return 'userNotConfirmed'
  }
  if (operation === 'exchangeCode' && name === 'unauthorized_client' && /redirect/i.test(message)) return 'invalidCode'
  const known = own(always, name) ?? own(byOperation[operation], name)
  if (known !== undefined) return known
  return operation === 'signUp' && status === 400 ? 'signUpRefused' : 'unavailable'
}

/** Whether Auth0 refused the application's secret or the connection's name, which is a mistake in the profile and not the user's. */
function isAboutApplication ({ name, message }: Answer): boolean {
  return (name === 'access_denied' && message === 'Unauthorized') || (name === 'invalid_request' && /connection|realm/i.test(message))
}

/** Looks up own properties only: the name comes from the server and may be one that every object has, such as `constructor`. */
function own (meanings: Readonly<Record<string, Meaning>>, name: string): Meaning | undefined {
  return Object.hasOwn(meanings, name) ? meanings[name] : undefined
}

/** An error response of `/dbconnections`, unchanged. */
export class RefusedRequest extends Error {
  constructor (readonly status: number, readonly body: unknown) {
    super(`Auth0 responded with status ${status}`)
  }
}

/** Whether a request was refused because of its email, which the client must not learn. */
export function isAboutEmail (error: unknown): boolean {
  return error instanceof RefusedRequest && error.status === 400 && /e-?mail/i.test(String(refusalOf(error.body).message))
}

/** Properties that errors of openid-client and the network may have. */
interface AnsweredError {
  readonly name?: string
  readonly message?: string
  /** A number in errors of the platform, such as a timeout. */
  readonly code?: unknown
  readonly cause?: { readonly name?: unknown, readonly code?: unknown, readonly message?: unknown }
  /** From the token endpoint. */
  readonly status?: number
  readonly error?: string
  readonly error_description?: string
}

/** What Auth0 answered, safe for a log. */
export interface Answer extends Error {
  readonly status?: number
  readonly code?: string
  /** The password policy of a refused password, readable for users. */
  readonly policy?: string
}

/** Describes Auth0's response, or the lack of one, without anything that was sent and without any token. */
function describeAnswer (error: unknown, secrets: ErrorContext['secrets']): Answer {
  const { name, message, code, status, error: oauthError, error_description: description, cause } = error as AnsweredError
  const told = error instanceof RefusedRequest
    ? refusalOf(error.body)
    : oauthError === undefined ? { name, message } : { name: oauthError, message: description }

  let text = String(told.message ?? 'no message')
  // A parser's message repeats part of what it could not read.
  if (told.name === 'SyntaxError') text = 'The response is not JSON'
  // openid-client puts the details in the cause.
  if (name === 'ClientError' && cause?.message !== undefined && cause.name !== 'SyntaxError') text += `: ${String(cause.message)}`
  const answer = new Error(withhold(text, secrets))
  answer.name = String(told.name ?? 'Error')
  const details = { status, code: [code, cause?.code].find(one => typeof one === 'string'), policy: 'policy' in told && told.policy !== undefined ? withhold(told.policy, secrets) : undefined }
  return Object.assign(answer, Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined)))
}

interface Refusal { readonly name?: string, readonly message?: string, readonly policy?: string }

/** Error responses of `/dbconnections` have several forms. `description` may be a list of rules, which `policy` contains as text. */
function refusalOf (body: unknown): Refusal {
  const { code, error, description, message, policy } = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>
  const [said] = [message, description, error].filter(text => typeof text === 'string')
  const rules = typeof policy === 'string' ? policy.split('\n').map(rule => rule.replace(/^\s*\*?\s*/, '')).filter(Boolean).join('; ') : said
  return {
    name: typeof code === 'string' ? code : 'refused',
    ...(said !== undefined && { message: said as string }),
    ...(rules !== undefined && { policy: rules as string })
  }
}
