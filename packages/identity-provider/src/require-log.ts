import { IDENTITY_PROVIDER_ERR_INVALID_OPTIONS } from './errors.js'
import type { ProviderDependencies, ProviderLog } from './provider.js'

/**
 * Returns the log that an adapter was opened with. Without this check, a missing log would be noticed only when the adapter
 * has a failure of its provider to log.
 *
 * @param dependencies the second argument of a `CreateProvider`. TypeScript requires it, but JavaScript callers may forget it
 * @throws IDENTITY_PROVIDER_ERR_INVALID_OPTIONS naming the profile
 */
export function requireLog (profileId: string, dependencies: ProviderDependencies | undefined): ProviderLog {
  const { log } = (dependencies ?? {}) as Partial<ProviderDependencies>
  if (typeof log?.warn === 'function') return log
  throw new IDENTITY_PROVIDER_ERR_INVALID_OPTIONS(profileId, 'the log is missing. Pass { log } as the second argument, for example { log: fastify.log }')
}
