import fastifyJwt from '@fastify/jwt'
import Fastify from 'fastify'
import type { SigningKey } from './key-set.js'

/** Verifies the signature of a token with a key of its issuer. @throws errors of fast-jwt */
export type SignatureCheck = (token: string, key: SigningKey) => Promise<void>

type Verify = (token: string) => unknown

/**
 * Checks signatures by @fastify/jwt, and nothing else. Given a key for good, it reads that once and a token once; given one per call, it
 * would read the token twice. So each key has an instance of its own, from when the first token comes that it signed.
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
  // An app that never listens: the plugin needs one for its decorators, and that of the caller may have a @fastify/jwt of its own.
  const host = Fastify()
  await host.register(fastifyJwt, {
    secret: { public: pem },
    // The times are checked with all other claims (claims.ts), which tells their faults apart.
    verify: { algorithms: [...algorithms], ignoreExpiration: true, ignoreNotBefore: true }
  })
  await host.ready()
  const { verify } = host.jwt
  return token => verify(token)
}
