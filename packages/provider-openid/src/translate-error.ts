import { errors, isProviderError } from '@latchkey/identity-provider'
import { describeFailure } from './describe-failure.js'

/** The operation that failed: the same response means different things for different operations. */
export type Operation = 'exchangeCode' | 'refreshTokens' | 'discover'

export interface ErrorContext {
  readonly profileId: string
  readonly operation: Operation
  /** What was sent to the provider and must appear nowhere. */
  readonly secrets: readonly (string | undefined)[]
}

/**
 * Translates a failure into an error of the contract. `invalid_grant` and `invalid_request` (RFC 6749 §5.2) mean an invalid
 * code or refresh token, status 429 means too many attempts, and anything else that the provider is unavailable.
 *
 * @returns an error whose `cause` says, for the log, what the provider answered
 */
export function translateError (error: unknown, { profileId, operation, secrets }: ErrorContext): Error {
  if (isProviderError(error)) return error
  const cause = describeFailure(error, secrets)
  if (statusOf(error) === 429) return new errors.IDENTITY_PROVIDER_ERR_THROTTLED({ cause })
  if (isRefusedGrant(error)) {
    if (operation === 'exchangeCode') return new errors.IDENTITY_PROVIDER_ERR_INVALID_CODE({ cause })
    if (operation === 'refreshTokens') return new errors.IDENTITY_PROVIDER_ERR_REFRESH_TOKEN_EXPIRED({ cause })
  }
  return new errors.IDENTITY_PROVIDER_ERR_UNAVAILABLE(profileId, { cause })
}

/** Whether the provider refused the code or refresh token as invalid or malformed. */
function isRefusedGrant (error: unknown): boolean {
  const { error: code } = error as { error?: unknown }
  return code === 'invalid_grant' || code === 'invalid_request'
}

/** The HTTP status, which the library sets on its error or on the response in `cause`. */
function statusOf (error: unknown): unknown {
  const { status, cause } = error as { status?: unknown, cause?: unknown }
  return status ?? (cause instanceof Response ? cause.status : undefined)
}
