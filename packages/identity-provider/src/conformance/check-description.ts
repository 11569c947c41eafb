import type { IdentityProvider } from '../provider.js'
import { describeBaseUrlMistake, describeUrlMistake } from '../provider-url.js'
import type { TapTest } from './tap-test.js'

/** Asserts that an adapter describes itself and its tokens. */
export function checkDescription (t: TapTest, { id, type, issuer }: IdentityProvider): void {
  t.ok(isText(id), 'id is a non-empty string')
  t.ok(isText(type), 'type is a non-empty string')
  t.ok(describeBaseUrlMistake(issuer.issuer) === null, 'issuer is a URL: https, or http on a loopback address')
  t.ok(isText(issuer.clientId), 'clientId is a non-empty string')
  t.ok(issuer.audiences.length > 0 && issuer.audiences.every(isText), 'audiences is a list of non-empty strings')
  if (issuer.jwksUri !== undefined) t.ok(describeUrlMistake(issuer.jwksUri) === null, 'jwksUri is a URL: https, or http on a loopback address')
  if (issuer.algorithms !== undefined) t.ok(issuer.algorithms.length > 0 && issuer.algorithms.every(isAsymmetric), 'algorithms are asymmetric')
}

function isText (value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

function isAsymmetric (algorithm: string): boolean {
  return /^((RS|PS|ES)(256|384|512)|EdDSA)$/.test(algorithm)
}
