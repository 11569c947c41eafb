import type { FastifyContextConfig, FastifyInstance, FastifyRequest } from 'fastify'
import type { Embedded } from '../embedded.js'

const PREFIX = '/oidc'

/**
 * Mounts the OpenID provider, a Koa application, below `/oidc`. It reads request bodies itself, so this scope
 * leaves them alone.
 */
export async function openIdRoutes (fastify: FastifyInstance, { embedded }: { embedded: Embedded }): Promise<void> {
  fastify.removeAllContentTypeParsers()
  fastify.addContentTypeParser('*', (_request, _payload, done) => { done(null) })
  fastify.route({
    method: ['GET', 'POST', 'OPTIONS'],
    url: `${PREFIX}/*`,
    // Client secrets and access tokens are its own: a hook on the whole app has nothing to verify here.
    config: { ownAuthorization: true } as FastifyContextConfig,
    handler: async (request, reply) => {
      const { raw } = request
      seenFromOutside(request, embedded.issuer)
      Object.assign(raw, { originalUrl: raw.url })
      raw.url = raw.url?.slice(PREFIX.length)
      reply.hijack()
      for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) reply.raw.setHeader(name, value)
      reply.raw.setHeader('content-security-policy', "default-src 'none'; style-src 'self'; script-src 'none'; base-uri 'none'; frame-ancestors 'none'")
      reply.raw.setHeader('x-content-type-options', 'nosniff')
      reply.raw.setHeader('referrer-policy', 'no-referrer')
      await embedded.current().handle(raw, reply.raw)
    }
  })
}

/**
 * Has a request look as the browser sent it to the public URL, whatever proxy it came through and whatever its
 * `Host` says: the issuer and every URL made from it are configured, and never taken from a request.
 */
export function seenFromOutside ({ raw, ip }: FastifyRequest, issuer: string): void {
  const { host, protocol } = new URL(issuer)
  // By HTTP/2 the host is in `:authority`, which this goes before.
  Object.assign(raw.headers, { host, 'x-forwarded-host': host, 'x-forwarded-proto': protocol.slice(0, -1), 'x-forwarded-for': ip })
}
