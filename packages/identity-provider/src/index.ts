/**
 * Owns the contract of an identity provider adapter: the adapter itself (`IdentityProvider`), its capabilities, the errors
 * it may throw, the safety checks that all adapters share, and the conformance suite that their tests run.
 * It implements no provider and imports none.
 */
export * from './capabilities.js'
export * as errors from './errors.js'
export { createGuardedFetch, type Fetch } from './guarded-fetch.js'
export { isProviderError } from './is-provider-error.js'
export * from './provider.js'
export { describeBaseUrlMistake, describeUrlMistake, isLoopback } from './provider-url.js'
export { assertRedirectAllowed } from './redirect-uri.js'
export { requireCapability } from './require-capability.js'
export { requireLog } from './require-log.js'
export { withhold } from './withhold.js'
