import type { ProviderLog } from '@latchkey/identity-provider'
import { translateError, type Operation } from './translate-error.js'

/**
 * Runs one operation of the contract, and throws only errors of the contract.
 *
 * @param secrets what is sent and must not appear in any message
 */
export type Call = <Result>(operation: Operation, secrets: readonly (string | undefined)[], work: () => Promise<Result>) => Promise<Result>

/** Errors that the operator may have to fix: in the network, the profile or the tenant. */
const forOperator = new Set<string | undefined>(['IDENTITY_PROVIDER_ERR_UNAVAILABLE', 'IDENTITY_PROVIDER_ERR_UNSUPPORTED'])

/** @param loginUrl the hosted login page, where a user can continue who cannot sign in with just a password */
export function createCall ({ id, clientSecret }: { id: string, clientSecret?: string | undefined }, log: ProviderLog, loginUrl: () => Promise<string>): Call {
  return async (operation, secrets, work) => {
    try {
      return await work()
    } catch (error) {
      const translated = translateError(error, { profileId: id, operation, secrets: [...secrets, clientSecret], loginUrl: await loginUrl() })
      if (forOperator.has((translated as { code?: string }).code)) {
        log.warn({ profile: id, operation, err: translated.cause }, 'The request to Auth0 failed')
      }
      throw translated
    }
  }
}
