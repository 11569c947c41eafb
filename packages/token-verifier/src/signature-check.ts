import fastifyJwt from '@fastify/jwt'
import type { FastifyInstance } from 'fastify'
import { signatureAlgorithms } from './trusted-issuers.js'

/**
 * Verifies the signature of a token with a public key.
 *
 * @param pem SubjectPublicKeyInfo in PEM
 * @throws errors of @fastify/jwt and fast-jwt
 */
export type SignatureCheck = (token: string, pem: string) => Promise<void>

/** What @fastify/jwt takes for the request: a token at a time, so that two of one request do not meet. */
interface Subject { readonly token: string, readonly pem: string }

type RequestVerify = (this: Subject, options: undefined, done: (error: Error | null) => void) => void

/**
 * Registers @fastify/jwt for the signatures alone, where the app does not see it, and gives its `request.jwtVerify`.
 *
 * The scope is encapsulated, so that an app may have a @fastify/jwt of its own, registered before or after, with a namespace
 * or without. Requests outside of the scope lack what is decorated in it, which is why it is taken as it goes by.
 */
export async function openSignatureCheck (fastify: FastifyInstance): Promise<SignatureCheck> {
  let jwtVerify: RequestVerify | undefined

  await fastify.register(async scope => {
    const { decorateRequest } = scope
    scope.decorateRequest = ((...[name, value, dependencies]: Parameters<typeof decorateRequest>) => {
      if (name === 'jwtVerify') jwtVerify = value as unknown as RequestVerify
      return decorateRequest.call(scope, name, value, dependencies)
    }) as typeof decorateRequest

    await scope.register(fastifyJwt, {
      decoratorName: 'latchkeyToken',
      secret: (subject, _token, done) => { done(null, (subject as unknown as Subject).pem) },
      // No other options than these, and none per call: only so does @fastify/jwt keep a verifier for each key, which
      // saves it the reading of the key, five times as long as the signature takes.
      verify: {
        algorithms: [...signatureAlgorithms],
        extractToken: subject => (subject as unknown as Subject).token,
        // The times are checked with all other claims (claims.ts), which tells their faults apart.
        ignoreExpiration: true,
        ignoreNotBefore: true
      }
    })
  })

  return async (token, pem) => {
    await new Promise<void>((resolve, reject) => {
      (jwtVerify as RequestVerify).call({ token, pem }, undefined, error => { error ? reject(error) : resolve() })
    })
  }
}
