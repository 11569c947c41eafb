import type { ProviderLog } from '@latchkey/identity-provider'
import { translateError, type Operation } from './translate-error.js'

/**
 * One request of the contract, failing with the contract's errors only.
 *
 * @param secrets what is sent and must appear in no message
 */
export type Call = <Result>(operation: Operation, secrets: readonly (string | undefined)[], work: () => Promise<Result>) => Promise<Result>

/** What somebody may have to mend: the connection, the profile or the tenant. */
const forOperator = new Set<string | undefined>(['IDENTITY_PROVIDER_ERR_UNAVAILABLE', 'IDENTITY_PROVIDER_ERR_UNSUPPORTED'])

/** @param loginUrl the hosted login page, for whoever must go on there */
export function createCall ({ id, clientSecret }: { id: string, clientSecret?: string | undefined }, log: ProviderLog, loginUrl: () => Promise<string>): Call {
  return async (operation, secrets, work) => {
    try {
      return await work()
    } catch (error) {
      const translated = translateError(error, { profileId: id, operation, secrets: [...secrets, clientSecret], loginUrl: await loginUrl() })
      if (forOperator.has((translated as { code?: string }).code)) {
        log.warn({ profile: id, operation, err: translated.cause }, 'Auth0 did not do what it was asked')
      }
      throw translated
    }
  }
}
