import { errors, isProviderError, withhold } from '@latchkey/identity-provider'

/** What was asked of Cognito: the same error means different things to different requests. */
export type Operation = 'signIn' | 'signUp' | 'refresh' | 'recover' | 'confirmRecovery' | 'changePassword' | 'resend' | 'confirmEmail' | 'exchangeCode' | 'deleteAccount'

export interface ErrorContext {
  readonly profileId: string
  readonly operation: Operation
  /** What was sent and must appear in no message. */
  readonly secrets: readonly (string | undefined)[]
}

type Meaning = 'invalidCredentials' | 'userNotConfirmed' | 'passwordReset' | 'refreshTokenExpired' | 'invalidCode' | 'weakPassword' | 'accountExists' | 'throttled' | 'refusedByTrigger' | 'flowNotAllowed' | 'signUpClosed' | 'attributesRefused' | 'unavailable'

/** By the names of the user pools API reference; what is not here means that Cognito answered what it should not. */
const always: Readonly<Record<string, Meaning>> = {
  TooManyRequestsException: 'throttled',
  LimitExceededException: 'throttled',
  TooManyFailedAttemptsException: 'throttled',
  UserLambdaValidationException: 'refusedByTrigger'
}

const byOperation: Readonly<Record<Operation, Readonly<Record<string, Meaning>>>> = {
  signIn: {
    NotAuthorizedException: 'invalidCredentials',
    UserNotFoundException: 'invalidCredentials',
    // A user name that no user can have.
    InvalidParameterException: 'invalidCredentials',
    // What cognito-local says of a wrong password.
    InvalidPasswordException: 'invalidCredentials',
    UserNotConfirmedException: 'userNotConfirmed',
    PasswordResetRequiredException: 'passwordReset'
  },
  signUp: {
    UsernameExistsException: 'accountExists',
    AliasExistsException: 'accountExists',
    InvalidPasswordException: 'weakPassword',
    NotAuthorizedException: 'signUpClosed',
    InvalidParameterException: 'attributesRefused'
  },
  refresh: {
    NotAuthorizedException: 'refreshTokenExpired',
    RefreshTokenReuseException: 'refreshTokenExpired',
    UserNotFoundException: 'refreshTokenExpired',
    InvalidParameterException: 'refreshTokenExpired'
  },
  // The rest of what is said about an account is kept back: `isAboutAccount`.
  recover: {},
  resend: {},
  confirmEmail: {
    CodeMismatchException: 'invalidCode',
    ExpiredCodeException: 'invalidCode',
    UserNotFoundException: 'invalidCode',
    // The account is confirmed already.
    NotAuthorizedException: 'invalidCode',
    AliasExistsException: 'invalidCode',
    InvalidParameterException: 'invalidCode'
  },
  confirmRecovery: {
    CodeMismatchException: 'invalidCode',
    ExpiredCodeException: 'invalidCode',
    UserNotFoundException: 'invalidCode',
    NotAuthorizedException: 'invalidCode',
    UserNotConfirmedException: 'invalidCode',
    InvalidParameterException: 'invalidCode',
    InvalidPasswordException: 'weakPassword',
    PasswordHistoryPolicyViolationException: 'weakPassword'
  },
  changePassword: {
    NotAuthorizedException: 'invalidCredentials',
    UserNotFoundException: 'invalidCredentials',
    PasswordResetRequiredException: 'passwordReset',
    InvalidPasswordException: 'weakPassword',
    PasswordHistoryPolicyViolationException: 'weakPassword'
  },
  // By the errors of RFC 6749 §5.2; Cognito calls a wrong `code_verifier` an invalid request.
  exchangeCode: {
    invalid_grant: 'invalidCode',
    invalid_request: 'invalidCode'
  },
  deleteAccount: {}
}

/**
 * Cognito's answer in the words of the contract.
 *
 * @returns one of the contract's errors; its `cause` says what Cognito answered, without what was sent to it
 */
export function translateError (error: unknown, { profileId, operation, secrets }: ErrorContext): Error {
  if (isProviderError(error)) return error
  const answer = describeAnswer(error, secrets)
  const translated = errorFor(meaningOf(answer, operation), answer, profileId)
  translated.cause = answer
  return translated
}

function errorFor (meaning: Meaning, answer: Answer, profileId: string): Error {
  switch (meaning) {
    case 'invalidCredentials': return new errors.IDENTITY_PROVIDER_ERR_INVALID_CREDENTIALS()
    case 'userNotConfirmed': return new errors.IDENTITY_PROVIDER_ERR_USER_NOT_CONFIRMED()
    case 'passwordReset': return new errors.IDENTITY_PROVIDER_ERR_CHALLENGE_REQUIRED('an administrator has reset the password; set a new one with the forgotten-password function, then sign in with it')
    case 'refreshTokenExpired': return new errors.IDENTITY_PROVIDER_ERR_REFRESH_TOKEN_EXPIRED()
    case 'invalidCode': return new errors.IDENTITY_PROVIDER_ERR_INVALID_CODE()
    case 'weakPassword': return new errors.IDENTITY_PROVIDER_ERR_WEAK_PASSWORD(policyOf(answer))
    case 'accountExists': return new errors.IDENTITY_PROVIDER_ERR_ACCOUNT_EXISTS()
    case 'throttled': return new errors.IDENTITY_PROVIDER_ERR_THROTTLED()
    case 'refusedByTrigger': return new errors.IDENTITY_PROVIDER_ERR_UNSUPPORTED(profileId, 'cognito', 'a Lambda trigger of the user pool refused the request')
    case 'flowNotAllowed': return new errors.IDENTITY_PROVIDER_ERR_UNSUPPORTED(profileId, 'cognito', 'the app client does not allow this authentication flow; allow ALLOW_USER_PASSWORD_AUTH in its settings')
    case 'signUpClosed': return new errors.IDENTITY_PROVIDER_ERR_UNSUPPORTED(profileId, 'cognito', 'sign up; only administrators create accounts in this user pool')
    case 'attributesRefused': return new errors.IDENTITY_PROVIDER_ERR_UNSUPPORTED(profileId, 'cognito', 'sign up with this email and these names; the user pool refuses them')
    case 'unavailable': return new errors.IDENTITY_PROVIDER_ERR_UNAVAILABLE(profileId)
  }
}

function meaningOf ({ name, message }: Answer, operation: Operation): Meaning {
  // A few answers share their names with others and differ in the message only.
  if (isAboutClient({ name, message })) return 'unavailable'
  if (name === 'NotAuthorizedException' && /attempts exceeded/i.test(message)) return 'throttled'
  if (/not enabled/i.test(message) && /\bflow\b/i.test(message)) return 'flowNotAllowed'
  if (name === 'InvalidParameterException' && /at '(password|proposedPassword)'/.test(message)) return operation === 'signIn' ? 'invalidCredentials' : 'weakPassword'
  return own(always, name) ?? own(byOperation[operation], name) ?? 'unavailable'
}

/** The name is the server's: it may be one that every object has. */
function own (meanings: Readonly<Record<string, Meaning>>, name: string): Meaning | undefined {
  return Object.hasOwn(meanings, name) ? meanings[name] : undefined
}

/** Whether Cognito complains of the app client's secret: the profile's mistake and not the person's. */
function isAboutClient ({ name, message }: Pick<Answer, 'name' | 'message'>): boolean {
  return name === 'NotAuthorizedException' && /secret/i.test(message)
}

/**
 * Whether an answer tells something about an account (that there is none, that it is confirmed already, that it has no
 * verified address) to somebody who must not learn it. With "prevent user existence errors" Cognito itself gives
 * InvalidParameterException for some unknown users.
 */
export function isAboutAccount (error: unknown): boolean {
  const { name, message } = error as Error
  return ['UserNotFoundException', 'UserNotConfirmedException', 'InvalidParameterException', 'NotAuthorizedException', 'CodeDeliveryFailureException'].includes(name) &&
    !isAboutClient({ name, message })
}

/** Whether whoever answered does not know the operation: emulators lack the newer ones. */
export function isUnknownOperation (error: unknown): boolean {
  return ['UnknownOperationException', 'Unsupported'].includes((error as Error).name)
}

/** Cognito names the rule after a colon: "Password did not conform with policy: Password not long enough". */
function policyOf ({ name, message }: Answer): string {
  if (name === 'PasswordHistoryPolicyViolationException') return 'The password was used before: choose another one.'
  const [, rule] = /^Password did not conform with (?:password )?policy: (.+)$/.exec(message) ?? []
  return rule ?? 'The password does not meet the policy of the user pool.'
}

/** What the errors of the AWS SDK, of openid-client and of the network may have to say; nothing of it is certain. */
interface AnsweredError {
  readonly name?: string
  readonly message?: string
  /** Of openid-client and the network; a number in errors of the platform. */
  readonly code?: unknown
  readonly cause?: { readonly name?: unknown, readonly code?: unknown, readonly message?: unknown }
  /** Of the AWS SDK. */
  readonly $metadata?: { readonly httpStatusCode?: number, readonly requestId?: string }
  /** Of openid-client, from the token endpoint. */
  readonly status?: number
  readonly error?: string
  readonly error_description?: string
}

/** What Cognito answered, safe for a log. */
export interface Answer extends Error {
  readonly status?: number
  readonly code?: string
  readonly requestId?: string
}

/**
 * What came back from Cognito, or did not, without anything that was sent there: its validation errors repeat the
 * value that they complain of, and what a library keeps of a response may hold tokens.
 */
export function describeAnswer (error: unknown, secrets: ErrorContext['secrets'] = []): Answer {
  const { name, message, code, status, error: oauthError, error_description: description, $metadata: metadata, cause } = error as AnsweredError
  let text = String((oauthError === undefined ? message : description) ?? 'no message')
  // A parser's message repeats a piece of what it could not read.
  if (name === 'SyntaxError') text = 'The answer is not JSON'
  // openid-client says in the cause what it does not like.
  if (name === 'ClientError' && cause?.message !== undefined && cause.name !== 'SyntaxError') text += `: ${String(cause.message)}`
  const answer = new Error(withhold(text, secrets))
  answer.name = String(oauthError ?? name ?? 'Error')
  const details = { status: metadata?.httpStatusCode ?? status, code: [code, cause?.code].find(one => typeof one === 'string'), requestId: metadata?.requestId }
  return Object.assign(answer, Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined)))
}
