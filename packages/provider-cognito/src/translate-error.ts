import { errors, isProviderError, withhold } from '@latchkey/identity-provider'

/** The operation that failed: the same error means different things for different operations. */
export type Operation = 'signIn' | 'signUp' | 'refresh' | 'recover' | 'confirmRecovery' | 'changePassword' | 'resend' | 'confirmEmail' | 'exchangeCode' | 'deleteAccount'

export interface ErrorContext {
  readonly profileId: string
  readonly operation: Operation
  /** What was sent and must not appear in any message. */
  readonly secrets: readonly (string | undefined)[]
}

type Meaning = 'invalidCredentials' | 'userNotConfirmed' | 'passwordReset' | 'refreshTokenExpired' | 'invalidCode' | 'weakPassword' | 'accountExists' | 'throttled' | 'refusedByTrigger' | 'flowNotAllowed' | 'signUpClosed' | 'attributesRefused' | 'unavailable'

/** By the error names in the user pools API reference. Any other name means an unexpected response. */
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
    // Not a valid user name.
    InvalidParameterException: 'invalidCredentials',
    // What cognito-local returns for a wrong password.
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
  // Errors about the account are not shown to the client: see `isAboutAccount`.
  recover: {},
  resend: {},
  confirmEmail: {
    CodeMismatchException: 'invalidCode',
    ExpiredCodeException: 'invalidCode',
    UserNotFoundException: 'invalidCode',
    // The account is already confirmed.
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
  // The errors of RFC 6749 §5.2. For a wrong `code_verifier`, Cognito returns `invalid_request`.
  exchangeCode: {
    invalid_grant: 'invalidCode',
    invalid_request: 'invalidCode'
  },
  deleteAccount: {}
}

/**
 * Translates Cognito's response into an error of the contract.
 *
 * @returns an error whose `cause` says what Cognito answered, without what was sent to it
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
    case 'passwordReset': return new errors.IDENTITY_PROVIDER_ERR_CHALLENGE_REQUIRED('an administrator has reset the password. Set a new one with the forgotten-password function, then sign in with it')
    case 'refreshTokenExpired': return new errors.IDENTITY_PROVIDER_ERR_REFRESH_TOKEN_EXPIRED()
    case 'invalidCode': return new errors.IDENTITY_PROVIDER_ERR_INVALID_CODE()
    case 'weakPassword': return new errors.IDENTITY_PROVIDER_ERR_WEAK_PASSWORD(policyOf(answer))
    case 'accountExists': return new errors.IDENTITY_PROVIDER_ERR_ACCOUNT_EXISTS()
    case 'throttled': return new errors.IDENTITY_PROVIDER_ERR_THROTTLED()
    case 'refusedByTrigger': return new errors.IDENTITY_PROVIDER_ERR_UNSUPPORTED(profileId, 'cognito', 'a Lambda trigger of the user pool refused it')
    case 'flowNotAllowed': return new errors.IDENTITY_PROVIDER_ERR_UNSUPPORTED(profileId, 'cognito', 'the app client does not allow this authentication flow. Enable ALLOW_USER_PASSWORD_AUTH in its settings')
    case 'signUpClosed': return new errors.IDENTITY_PROVIDER_ERR_UNSUPPORTED(profileId, 'cognito', 'only administrators can create accounts in this user pool')
    case 'attributesRefused': return new errors.IDENTITY_PROVIDER_ERR_UNSUPPORTED(profileId, 'cognito', 'the user pool refused the email or the names of the sign-up')
    case 'unavailable': return new errors.IDENTITY_PROVIDER_ERR_UNAVAILABLE(profileId)
  }
}

function meaningOf ({ name, message }: Answer, operation: Operation): Meaning {
  // Some responses have the same error name and differ only in the message.
  if (isAboutClient({ name, message })) return 'unavailable'
  if (name === 'NotAuthorizedException' && /attempts exceeded/i.test(message)) return 'throttled'
  if (/not enabled/i.test(message) && /\bflow\b/i.test(message)) return 'flowNotAllowed'
  if (name === 'InvalidParameterException' && /at '(password|proposedPassword)'/.test(message)) return operation === 'signIn' ? 'invalidCredentials' : 'weakPassword'
  return own(always, name) ?? own(byOperation[operation], name) ?? 'unavailable'
}

/** Looks up own properties only: the name comes from the server and may be one that every object has, such as `constructor`. */
function own (meanings: Readonly<Record<string, Meaning>>, name: string): Meaning | undefined {
  return Object.hasOwn(meanings, name) ? meanings[name] : undefined
}

/** Whether Cognito refused the app client's secret, which is a mistake in the profile and not the user's. */
function isAboutClient ({ name, message }: Pick<Answer, 'name' | 'message'>): boolean {
  return name === 'NotAuthorizedException' && /secret/i.test(message)
}

/**
 * Whether an error reveals something about an account that the client must not learn: that it does not exist, is already
 * confirmed, or has no verified address. With "prevent user existence errors", Cognito itself returns
 * InvalidParameterException for some unknown users.
 */
export function isAboutAccount (error: unknown): boolean {
  const { name, message } = error as Error
  return ['UserNotFoundException', 'UserNotConfirmedException', 'InvalidParameterException', 'NotAuthorizedException', 'CodeDeliveryFailureException'].includes(name) &&
    !isAboutClient({ name, message })
}

/** Whether the server does not support the operation. Emulators lack the newer ones. */
export function isUnknownOperation (error: unknown): boolean {
  return ['UnknownOperationException', 'Unsupported'].includes((error as Error).name)
}

/** Returns the rule that Cognito names after a colon: "Password did not conform with policy: Password not long enough". */
function policyOf ({ name, message }: Answer): string {
  if (name === 'PasswordHistoryPolicyViolationException') return 'This password was used before. Choose another one.'
  const [, rule] = /^Password did not conform with (?:password )?policy: (.+)$/.exec(message) ?? []
  return rule ?? "The password does not meet the user pool's password policy."
}

/** Properties that errors of the AWS SDK, openid-client and the network may have. */
interface AnsweredError {
  readonly name?: string
  readonly message?: string
  /** From openid-client and the network; a number in errors of the platform. */
  readonly code?: unknown
  readonly cause?: { readonly name?: unknown, readonly code?: unknown, readonly message?: unknown }
  /** From the AWS SDK. */
  readonly $metadata?: { readonly httpStatusCode?: number, readonly requestId?: string }
  /** From the token endpoint, through openid-client. */
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
 * Describes Cognito's response, or the lack of one, without anything that was sent: validation errors repeat the value
 * they refuse, and a response that a library attaches to its error may contain tokens.
 */
export function describeAnswer (error: unknown, secrets: ErrorContext['secrets'] = []): Answer {
  const { name, message, code, status, error: oauthError, error_description: description, $metadata: metadata, cause } = error as AnsweredError
  let text = String((oauthError === undefined ? message : description) ?? 'no message')
  // A parser's message repeats part of what it could not read.
  if (name === 'SyntaxError') text = 'The response is not JSON'
  // openid-client puts the details in the cause.
  if (name === 'ClientError' && cause?.message !== undefined && cause.name !== 'SyntaxError') text += `: ${String(cause.message)}`
  const answer = new Error(withhold(text, secrets))
  answer.name = String(oauthError ?? name ?? 'Error')
  const details = { status: metadata?.httpStatusCode ?? status, code: [code, cause?.code].find(one => typeof one === 'string'), requestId: metadata?.requestId }
  return Object.assign(answer, Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined)))
}
