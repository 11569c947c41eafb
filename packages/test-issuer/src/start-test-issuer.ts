import { startIssuerServer, type ServedDocument } from './issuer-server.js'
import { giveBackSigningKeys, takeSigningKey, type SigningKey } from './signing-key.js'
import { signToken } from './sign-token.js'
import type { Algorithm, IssuerOptions, TestIssuer, TokenOptions } from './test-issuer.js'
import { shapes, type TokenSubject } from './token-shapes.js'

/**
 * Starts an OpenID issuer on a loopback port. Close it when the test ends.
 *
 * @throws TypeError for an unknown shape, EADDRINUSE if the port is taken
 */
export async function startTestIssuer (options: IssuerOptions = {}): Promise<TestIssuer> {
  const { shape: shapeName = 'openid', clientId = 'web', port = 0 } = options
  if (!Object.hasOwn(shapes, shapeName)) throw new TypeError(`shape: "${String(shapeName)}" is not one of ${Object.keys(shapes).join(', ')}`)
  const shape = shapes[shapeName]
  const keys = new Set<SigningKey>()
  let current = await newKey(options.algorithm ?? 'RS256')
  let published = [current]
  let forger: SigningKey | undefined

  const requests = { discovery: 0, jwks: 0 }
  const paths = { discovery: below(shape.path, '.well-known/openid-configuration'), jwks: below(shape.path, '.well-known/jwks.json') }
  const documents = new Map<string, ServedDocument>([
    [paths.discovery, { asked: () => { requests.discovery++ }, content: () => discoveryDocument() }],
    [paths.jwks, { asked: () => { requests.jwks++ }, content: () => ({ keys: published.map(key => key.jwk) }) }]
  ])
  const server = await startIssuerServer(port, path => documents.get(path))
  const issuer = server.origin + shape.path
  const jwksUri = server.origin + paths.jwks

  async function newKey (algorithm: Algorithm): Promise<SigningKey> {
    const key = await takeSigningKey(algorithm)
    keys.add(key)
    return key
  }

  function discoveryDocument (): object {
    return {
      issuer,
      // Required by OpenID Connect Discovery §3, but both return 404: this issuer's tokens come from idToken().
      authorization_endpoint: below(issuer, 'authorize'),
      token_endpoint: below(issuer, 'token'),
      jwks_uri: jwksUri,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: [...new Set(published.map(key => key.algorithm))]
    }
  }

  function idToken (token: TokenOptions, key: SigningKey): string {
    return signToken(headerOf(shape.idTokenHeader, token), { ...shape.idTokenClaims(subjectOf(token)), ...token.claims }, key)
  }

  function headerOf (ofShape: Record<string, unknown>, token: TokenOptions): Record<string, unknown> {
    return { alg: current.algorithm, kid: current.kid, ...ofShape, ...token.header }
  }

  function subjectOf ({ subject = 'user-1', email = `${subject}@example.com`, emailVerified = true, expiresIn = 3600 }: TokenOptions): TokenSubject {
    const now = Math.floor(Date.now() / 1000)
    const expiresAt = now + expiresIn
    // An expired token was issued an hour before it expired.
    return { issuer, clientId, subject, email, emailVerified, expiresAt, issuedAt: expiresIn > 0 ? now : expiresAt - 3600 }
  }

  return {
    issuer,
    clientId,
    jwksUri,
    requests,
    idToken: async (token = {}) => idToken(token, current),
    accessToken: async (token = {}) =>
      signToken(headerOf(shape.accessTokenHeader, token), { ...shape.accessTokenClaims(subjectOf(token)), ...token.claims }, current),
    forgedToken: async (token = {}) => {
      forger ??= await newKey(current.algorithm)
      return idToken(token, forger)
    },
    rotateKey: async ({ keepOld = true, algorithm = current.algorithm } = {}) => {
      current = await newKey(algorithm)
      published = keepOld ? [...published, current] : [current]
      forger = undefined
      return current.kid
    },
    behave: how => server.behave(how),
    close: async () => {
      await server.close()
      giveBackSigningKeys(keys)
      keys.clear()
    }
  }
}

/** Appends a path to a path or URL, which may end with a slash. */
function below (base: string, path: string): string {
  return base.endsWith('/') ? base + path : `${base}/${path}`
}
