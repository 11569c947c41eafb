import fastifyJwt from '@fastify/jwt'
import Fastify from 'fastify'
import type { SigningKey } from './key-set.js'

/** Verifies a token's signature with a key of its issuer. @throws fast-jwt's errors */
export type SignatureCheck = (token: string, key: SigningKey) => Promise<void>

type Verify = (token: string) => unknown

/**
 * Checks signatures with @fastify/jwt, and nothing else. Each key gets its own instance, opened for its first token: with
 * a fixed key, @fastify/jwt parses the key once and each token once; with a key per call, it would parse each token twice.
 */
export function createSignatureCheck (): SignatureCheck {
  const opened = new WeakMap<SigningKey, Promise<Verify>>()
  return async (token, key) => {
    let verify = opened.get(key)
    if (verify === undefined) opened.set(key, verify = openVerify(key))
    ;(await verify)(token)
  }
}

async function openVerify ({ pem, algorithms }: SigningKey): Promise<Verify> {
  // @fastify/jwt needs an app to decorate, and the caller's app may already have its own @fastify/jwt. This one never listens.
  const host = Fastify()
  await host.register(fastifyJwt, {
    secret: { public: pem },
    // claims.ts checks the times with all other claims, and gives each fault its own reason.
    verify: { algorithms: [...algorithms], ignoreExpiration: true, ignoreNotBefore: true }
  })
  await host.ready()
  const { verify } = host.jwt
  return token => verify(token)
}
