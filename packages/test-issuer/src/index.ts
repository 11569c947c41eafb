/**
 * Owns an OpenID issuer for tests: discovery, a key set, ID tokens shaped like those of Cognito, Auth0 and plain OpenID
 * providers, and switches for failures (key rotation, outages, hanging, garbage). It listens on a loopback port and needs
 * no network. For tests only: anyone who can call it can sign in as anyone.
 */
export { startTestIssuer } from './start-test-issuer.js'
export type { Algorithm, Behavior, IssuerOptions, TestIssuer, TokenOptions, TokenShape } from './test-issuer.js'
