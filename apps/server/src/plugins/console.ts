/**
 * Owns the console under `/console`: the built single page app of `@latchkey/console`, the headers it is served with, and the
 * way there for a browser that is given the address of the app alone. It speaks to the public API like any other client, so nothing else is here for it.
 */
import fastifyStatic from '@fastify/static'
import type { AuthenticationProfile } from '@latchkey/auth-profiles'
import fp from 'fastify-plugin'
import type { FastifyInstance } from 'fastify'
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'

export interface ConsoleOptions {
  /** Where browsers reach the app; no trailing slash. */
  publicUrl: string
}

const folder = join(createRequire(import.meta.url).resolve('@latchkey/console/package.json'), '../dist')

/** Where hosted pages may send a browser back to the console. */
export function consoleRedirects (publicUrl: string): { callbackUrl: string, logoutUrl: string } {
  return { callbackUrl: `${publicUrl}/console/callback`, logoutUrl: `${publicUrl}/console/sign-in` }
}

async function consolePages (fastify: FastifyInstance, { publicUrl }: ConsoleOptions): Promise<void> {
  const page = await readFile(join(folder, 'index.html'), 'utf8').catch((cause: unknown) => {
    throw new Error('The console is not built: run "npm run build" in the folder of the repository', { cause })
  })
  const text = page.replaceAll('__PUBLIC_URL__', publicUrl.replaceAll('&', '&amp;').replaceAll('"', '&quot;'))

  // Their names hold a hash of what is in them.
  await fastify.register(fastifyStatic, { root: join(folder, 'assets'), prefix: '/console/assets/', decorateReply: false, immutable: true, maxAge: '1y', index: false })

  fastify.get('/', { logLevel: 'warn' }, async (request, reply) => {
    reply.header('vary', 'accept')
    // Nothing is there for a program.
    return request.headers.accept?.includes('text/html') === true ? reply.redirect('/console') : reply.callNotFound()
  })

  // Every address is one of the app's own pages, which a reload must find.
  for (const url of ['/console', '/console/*']) {
    fastify.get(url, { logLevel: 'warn' }, async (_request, reply) => {
      const nonce = randomBytes(16).toString('base64')
      return reply
        .type('text/html; charset=utf-8')
        .headers({
          'cache-control': 'no-store',
          'content-security-policy': policyWith(nonce, fastify.authProfiles.list()),
          'cross-origin-opener-policy': 'same-origin',
          // The address of the callback holds a code.
          'referrer-policy': 'no-referrer',
          'x-content-type-options': 'nosniff'
        })
        .send(text.replaceAll('__CSP_NONCE__', nonce))
    })
  }
}

/** Styles have a nonce, since the component library writes some; the console asks this app, and the issuers that people sign in at. */
function policyWith (nonce: string, profiles: readonly AuthenticationProfile[]): string {
  const issuers = new Set(profiles.flatMap(({ issuer, domain }) => [originOf(issuer), originOf(domain)]).filter(origin => origin !== null))
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    ["connect-src 'self'", ...issuers].join(' '),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'"
  ].join('; ')
}

/** Hosts may have signs in them that mean something in a policy: those are left out. */
function originOf (address: string): string | null {
  const origin = URL.parse(address)?.origin ?? (address === '' ? undefined : URL.parse(`https://${address}`)?.origin)
  return origin !== undefined && /^https?:\/\/(\[[\da-f:]+\]|[\w.-]+)(:\d+)?$/.test(origin) ? origin : null
}

export default fp(consolePages, { name: 'console', fastify: '5.x' })
