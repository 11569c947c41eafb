import type { FastifyContextConfig, FastifyInstance, FastifyRequest } from 'fastify'
import type { Embedded } from '../embedded.js'

const PREFIX = '/oidc'

/**
 * Mounts the OpenID provider, a Koa application, below `/oidc`. It reads request bodies itself, so this scope
 * does not parse them.
 */
export async function openIdRoutes (fastify: FastifyInstance, { embedded }: { embedded: Embedded }): Promise<void> {
  fastify.removeAllContentTypeParsers()
  fastify.addContentTypeParser('*', (_request, _payload, done) => { done(null) })
  fastify.route({
    method: ['GET', 'POST', 'OPTIONS'],
    url: `${PREFIX}/*`,
    // Credentials sent here are the provider's own, so an app-wide hook that verifies tokens must skip these routes.
    config: { ownAuthorization: true } as FastifyContextConfig,
    handler: async (request, reply) => {
      const { raw } = request
      seenFromOutside(request, embedded.issuer)
      Object.assign(raw, { originalUrl: raw.url })
      raw.url = raw.url?.slice(PREFIX.length)
      reply.hijack()
      for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) reply.raw.setHeader(name, value)
      reply.raw.setHeader('content-security-policy', "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'none'; base-uri 'none'; frame-ancestors 'none'")
      reply.raw.setHeader('x-content-type-options', 'nosniff')
      reply.raw.setHeader('referrer-policy', 'no-referrer')
      await embedded.current().handle(raw, reply.raw)
    }
  })
}

/**
 * Makes a request look as if the browser sent it to the public URL, whatever proxies it came through and whatever its
 * `Host` is. The issuer, and every URL built from it, comes from the configuration and never from a request.
 */
export function seenFromOutside ({ raw, ip }: FastifyRequest, issuer: string): void {
  const { host, protocol } = new URL(issuer)
  // In HTTP/2 the host is in `:authority`; `host` takes precedence over it.
  Object.assign(raw.headers, { host, 'x-forwarded-host': host, 'x-forwarded-proto': protocol.slice(0, -1), 'x-forwarded-for': ip })
}
