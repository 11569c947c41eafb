/**
 * Owns an OpenID issuer for tests: discovery, a key set, ID tokens shaped as Cognito's, Auth0's and plain
 * OpenID ones, and switches for what goes wrong in life (rotation, outage, slowness, garbage). It listens on a
 * loopback port of its own and needs no network. For tests only: whoever can call it can sign in as anybody.
 */
export { startTestIssuer } from './start-test-issuer.js'
export type { Algorithm, Behaviour, IssuerOptions, TestIssuer, TokenOptions, TokenShape } from './test-issuer.js'
