/**
 * Owns the console under `/console`: serves the built single-page app of `@latchkey/console` with its headers, and redirects
 * browsers from `/` to it. The console uses the public API like any other client, so it needs nothing else here.
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
  /** Where browsers reach the app, without a trailing slash. */
  publicUrl: string
}

const folder = join(createRequire(import.meta.url).resolve('@latchkey/console/package.json'), '../dist')

/** The console's URLs to which a hosted login page may send the browser back. */
export function consoleRedirects (publicUrl: string): { callbackUrl: string, logoutUrl: string } {
  return { callbackUrl: `${publicUrl}/console/callback`, logoutUrl: `${publicUrl}/console/sign-in` }
}

async function consolePages (fastify: FastifyInstance, { publicUrl }: ConsoleOptions): Promise<void> {
  const page = await readFile(join(folder, 'index.html'), 'utf8').catch((cause: unknown) => {
    throw new Error('The console is not built: run "npm run build" in the root of the repository', { cause })
  })
  const text = page.replaceAll('__PUBLIC_URL__', publicUrl.replaceAll('&', '&amp;').replaceAll('"', '&quot;'))

  // Their names contain a hash of their content.
  await fastify.register(fastifyStatic, { root: join(folder, 'assets'), prefix: '/console/assets/', decorateReply: false, immutable: true, maxAge: '1y', index: false })

  fastify.get('/', { logLevel: 'warn' }, async (request, reply) => {
    reply.header('vary', 'accept')
    // Programs get a 404.
    return request.headers.accept?.includes('text/html') === true ? reply.redirect('/console') : reply.callNotFound()
  })

  // Every address below is a page of the app and must survive a reload.
  for (const url of ['/console', '/console/*']) {
    fastify.get(url, { logLevel: 'warn' }, async (_request, reply) => {
      const nonce = randomBytes(16).toString('base64')
      return reply
        .type('text/html; charset=utf-8')
        .headers({
          'cache-control': 'no-store',
          'content-security-policy': policyWith(nonce, fastify.authProfiles.list()),
          'cross-origin-opener-policy': 'same-origin',
          // The callback's address contains a code.
          'referrer-policy': 'no-referrer'
        })
        .send(text.replaceAll('__CSP_NONCE__', nonce))
    })
  }
}

/** Styles need a nonce, since the component library inserts some. The console connects to this app and to the issuers that people sign in at. */
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

/** Leaves out hosts with characters that have a meaning in a policy. */
function originOf (address: string): string | null {
  const origin = URL.parse(address)?.origin ?? (address === '' ? undefined : URL.parse(`https://${address}`)?.origin)
  return origin !== undefined && /^https?:\/\/(\[[\da-f:]+\]|[\w.-]+)(:\d+)?$/.test(origin) ? origin : null
}

export default fp(consolePages, { name: 'console', fastify: '5.x' })
