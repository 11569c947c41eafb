/**
 * Owns the contract of an identity provider adapter: what it is (`IdentityProvider`), what it can do
 * (the capabilities), the errors it may answer with, the care that all take in asking a provider, and the conformance suite
 * that every adapter's tests run.
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
export { withhold } from './withhold.js'
