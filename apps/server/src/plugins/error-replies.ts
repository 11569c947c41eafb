/**
 * Owns the replies to errors of REST routes, unknown and unreadable addresses, and invalid HTTP requests. REST errors and such
 * addresses have the same shape, and the text of an unexpected error is never part of a reply.
 */
import { isUnavailable } from '@latchkey/database'
import fp from 'fastify-plugin'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Socket } from 'node:net'

/** For a database that is unavailable: it usually takes a few seconds to come back. */
const RETRY_AFTER_SECONDS = 5

/** How long the rest of an invalid request is read, in milliseconds. */
const DRAIN_MS = 500

async function errorReplies (fastify: FastifyInstance): Promise<void> {
  fastify.setErrorHandler<FastifyError & { headers?: Record<string, string> }>((error, request, reply) => {
    const statusCode = isUnavailable(error) ? 503 : error.statusCode ?? 500
    if (statusCode >= 500) {
      request.log.error({ err: error }, error.message)
      if (statusCode === 503) reply.header('retry-after', RETRY_AFTER_SECONDS)
      return reply.code(statusCode).send({ code: 'InternalError', message: 'Internal error' })
    }
    request.log.info({ code: error.code }, error.message)
    // For example WWW-Authenticate (RFC 6750 §3).
    return reply.code(statusCode).headers(error.headers ?? {}).send({ code: error.code, message: error.message })
  })

  fastify.setNotFoundHandler((request, reply) =>
    reply.code(404).send({ code: 'NotFound', message: 'There is nothing at this address' }))
}

/** Fastify's `frameworkErrors`: replies to addresses that cannot be read, before any hook. Fastify's own reply repeats the address. */
export function answerUnreadableAddress ({ code, statusCode = 400 }: FastifyError, _request: FastifyRequest, reply: FastifyReply): void {
  reply.code(statusCode).header('x-content-type-options', 'nosniff').send({ code, message: 'The address is invalid' })
}

/** Fastify's `clientErrorHandler`: replies to what Node's HTTP parser refuses, such as oversized headers or something that is not HTTP. */
export function answerUnreadableRequest (error: NodeJS.ErrnoException, socket: Socket): void {
  // Already answered. What still arrives is read and dropped for a while: closing at once could discard the reply.
  if (socket.writableEnded) return
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const status = { HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large', ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout' }[error.code ?? ''] ?? '400 Bad Request'
  const problem = { message: 'The request is invalid.', code: 'ValidationError', extensions: { code: 'ValidationError' }, details: { request: status.slice(4) } }
  const body = JSON.stringify({ data: null, errors: [problem] })
  socket.end(`HTTP/1.1 ${status}\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n${body}`)
  setTimeout(() => { socket.destroy() }, DRAIN_MS).unref()
}

export default fp(errorReplies, { name: 'error-replies', fastify: '5.x' })
