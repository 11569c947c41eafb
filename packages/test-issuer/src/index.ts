/**
 * Owns an OpenID issuer for tests: discovery, a key set, ID tokens shaped as Cognito's, Auth0's and plain
 * OpenID ones, and switches for what goes wrong in life (rotation, outage, slowness, garbage). It listens on a
 * loopback port of its own and needs no network. For tests only: whoever can call it can sign in as anybody.
 */
export type { IssuerOptions, TestIssuer, TokenOptions } from './test-issuer.js'
