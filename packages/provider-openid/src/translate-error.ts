import { errors, isProviderError } from '@latchkey/identity-provider'
import { describeFailure } from './describe-failure.js'

/** What was asked of the provider: the same answer means different things to different questions. */
export type Operation = 'exchangeCode' | 'refreshTokens' | 'discover'

export interface ErrorContext {
  readonly profileId: string
  readonly operation: Operation
  /** What was sent and must appear nowhere. */
  readonly secrets: readonly (string | undefined)[]
}

/**
 * What went wrong, in the words of the contract: `invalid_grant` and `invalid_request` (RFC 6749 §5.2) mean a code or
 * refresh token that is no good, status 429 too many tries, and everything else that the provider did not answer as it should.
 *
 * @returns an error whose `cause` tells the log what the provider said
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

/** What the client gave is no good, or has no form that the provider would look at. */
function isRefusedGrant (error: unknown): boolean {
  const { error: code } = error as { error?: unknown }
  return code === 'invalid_grant' || code === 'invalid_request'
}

/** The status of the answer, which the library hangs on its error or gives as its cause. */
function statusOf (error: unknown): unknown {
  const { status, cause } = error as { status?: unknown, cause?: unknown }
  return status ?? (cause instanceof Response ? cause.status : undefined)
}
