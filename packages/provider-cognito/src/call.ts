import type { ProviderLog } from '@latchkey/identity-provider'
import { withDeadline } from './deadline.js'
import { translateError, type Operation } from './translate-error.js'

/**
 * Runs one operation of the contract, which may send several requests to Cognito. It enforces the profile's timeout and
 * throws only errors of the contract.
 *
 * @param secrets what is sent and must not appear in any message
 * @param work receives a signal that fires when the time is up
 */
export type Call = <Result>(operation: Operation, secrets: readonly (string | undefined)[], work: (signal: AbortSignal) => Promise<Result>) => Promise<Result>

/** Errors that the operator may have to fix: in the network, the profile or the user pool. */
const forOperator = new Set<string | undefined>(['IDENTITY_PROVIDER_ERR_UNAVAILABLE', 'IDENTITY_PROVIDER_ERR_UNSUPPORTED'])

export function createCall ({ id, clientSecret, timeoutMs }: { id: string, clientSecret?: string | undefined, timeoutMs: number }, log: ProviderLog): Call {
  return async (operation, secrets, work) => {
    try {
      return await withDeadline(timeoutMs, work)
    } catch (error) {
      const translated = translateError(error, { profileId: id, operation, secrets: [...secrets, clientSecret] })
      if (forOperator.has((translated as { code?: string }).code)) {
        log.warn({ profile: id, operation, err: translated.cause }, 'The request to Cognito failed')
      }
      throw translated
    }
  }
}
