import { errors, isProviderError, withhold } from '@latchkey/identity-provider'

/** What was asked of Auth0: the same error means different things to different requests. */
export type Operation = 'signIn' | 'signUp' | 'refresh' | 'recover' | 'exchangeCode'

export interface ErrorContext {
  readonly profileId: string
  readonly operation: Operation
  /** What was sent and must appear in no message. */
  readonly secrets: readonly (string | undefined)[]
  /** The hosted login page. */
  readonly loginUrl: string
}

type Meaning = 'invalidCredentials' | 'userNotConfirmed' | 'secondFactor' | 'leakedPassword' | 'suspicious' | 'refreshTokenExpired' | 'invalidCode' |
  'weakPassword' | 'accountExists' | 'throttled' | 'refusedByTenant' | 'grantNotAllowed' | 'signUpRefused' | 'unavailable'

/** By `error` of the token endpoint or `code` of `/dbconnections`; what is not here means that Auth0 answered what it should not. */
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
    // A user name that nobody can have, such as an empty one.
    invalid_request: 'invalidCredentials',
    password_leaked: 'leakedPassword',
    unauthorized: 'refusedByTenant',
    access_denied: 'refusedByTenant',
    unauthorized_client: 'grantNotAllowed'
  },
  signUp: {
    // Where the tenant hides which accounts exist, and where it does not.
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
    // Expired, revoked, unknown, or used before: Auth0 tells none from the other.
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
 * Auth0's answer in the words of the contract.
 *
 * @returns one of the contract's errors; its `cause` says what Auth0 answered, without what was sent to it
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
    case 'secondFactor': return new errors.IDENTITY_PROVIDER_ERR_CHALLENGE_REQUIRED(`a second factor must be used or set up; sign in on the hosted login page instead: ${loginUrl}`)
    case 'suspicious': return new errors.IDENTITY_PROVIDER_ERR_CHALLENGE_REQUIRED(`Auth0 wants to see that this is no robot; sign in on the hosted login page instead: ${loginUrl}`)
    case 'leakedPassword': return new errors.IDENTITY_PROVIDER_ERR_CHALLENGE_REQUIRED('the password has become known in a breach of another site; set a new one with the forgotten-password function, then sign in with it')
    case 'refreshTokenExpired': return new errors.IDENTITY_PROVIDER_ERR_REFRESH_TOKEN_EXPIRED()
    case 'invalidCode': return new errors.IDENTITY_PROVIDER_ERR_INVALID_CODE()
    case 'weakPassword': return new errors.IDENTITY_PROVIDER_ERR_WEAK_PASSWORD(answer.policy ?? 'The password does not meet the policy of the connection.')
    case 'accountExists': return new errors.IDENTITY_PROVIDER_ERR_ACCOUNT_EXISTS()
    case 'throttled': return new errors.IDENTITY_PROVIDER_ERR_THROTTLED()
    case 'refusedByTenant': return new errors.IDENTITY_PROVIDER_ERR_UNSUPPORTED(profileId, 'auth0', 'an action or rule of the tenant refused the request')
    case 'grantNotAllowed': return new errors.IDENTITY_PROVIDER_ERR_UNSUPPORTED(profileId, 'auth0', 'the application does not allow this grant; allow Password, Authorization Code and Refresh Token in its grant types')
    case 'signUpRefused': return new errors.IDENTITY_PROVIDER_ERR_UNSUPPORTED(profileId, 'auth0', 'sign up; the connection takes no sign-ups, or not with this email and these names')
    case 'unavailable': return new errors.IDENTITY_PROVIDER_ERR_UNAVAILABLE(profileId)
  }
}

function meaningOf (answer: Answer, operation: Operation): Meaning {
  const { name, message, status } = answer
  if (status === 429) return 'throttled'
  // A few answers share their names with others and differ in the description only.
  if (isAboutApplication(answer)) return 'unavailable'
  if (operation === 'signIn' && (name === 'unauthorized' || name === 'access_denied')) {
    if (/user is blocked/i.test(message)) return 'invalidCredentials'
    // The words of Auth0's template for keeping out who has not verified the email.
    if (/verify your e-?mail|e-?mail (is )?not verified/i.test(message)) return 'userNotConfirmed'
  }
  if (operation === 'exchangeCode' && name === 'unauthorized_client' && /redirect/i.test(message)) return 'invalidCode'
  const known = own(always, name) ?? own(byOperation[operation], name)
  if (known !== undefined) return known
  return operation === 'signUp' && status === 400 ? 'signUpRefused' : 'unavailable'
}

/** Whether Auth0 complains of the application's secret or of the connection's name: the profile's mistake and not the person's. */
function isAboutApplication ({ name, message }: Answer): boolean {
  return (name === 'access_denied' && message === 'Unauthorized') || (name === 'invalid_request' && /connection|realm/i.test(message))
}

/** The name is the server's: it may be one that every object has. */
function own (meanings: Readonly<Record<string, Meaning>>, name: string): Meaning | undefined {
  return Object.hasOwn(meanings, name) ? meanings[name] : undefined
}

/** What `/dbconnections` refuses, as it came. */
export class RefusedRequest extends Error {
  constructor (readonly status: number, readonly body: unknown) {
    super(`Auth0 answered ${status}`)
  }
}

/** Whether a request was refused for the email in it, which whoever asks must not tell from any other. */
export function isAboutEmail (error: unknown): boolean {
  return error instanceof RefusedRequest && error.status === 400 && /e-?mail/i.test(String(refusalOf(error.body).message))
}

/** What the errors of openid-client and of the network may have to say; nothing of it is certain. */
interface AnsweredError {
  readonly name?: string
  readonly message?: string
  /** A number in errors of the platform, such as that of a time that is up. */
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
  /** The rules of a password that was refused, for people. */
  readonly policy?: string
}

/** What came back from Auth0, or did not, without anything that was sent there or any token that came. */
function describeAnswer (error: unknown, secrets: ErrorContext['secrets']): Answer {
  const { name, message, code, status, error: oauthError, error_description: description, cause } = error as AnsweredError
  const told = error instanceof RefusedRequest
    ? refusalOf(error.body)
    : oauthError === undefined ? { name, message } : { name: oauthError, message: description }

  let text = String(told.message ?? 'no message')
  // A parser's message repeats a piece of what it could not read.
  if (told.name === 'SyntaxError') text = 'The answer is not JSON'
  // openid-client says in the cause what it does not like.
  if (name === 'ClientError' && cause?.message !== undefined && cause.name !== 'SyntaxError') text += `: ${String(cause.message)}`
  const answer = new Error(withhold(text, secrets))
  answer.name = String(told.name ?? 'Error')
  const details = { status, code: [code, cause?.code].find(one => typeof one === 'string'), policy: 'policy' in told && told.policy !== undefined ? withhold(told.policy, secrets) : undefined }
  return Object.assign(answer, Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined)))
}

interface Refusal { readonly name?: string, readonly message?: string, readonly policy?: string }

/** `/dbconnections` has several forms of saying no; `description` may be a list of rules, and `policy` has them in words. */
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
