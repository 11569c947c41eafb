import { LogController, type FastifyReply, type FastifyRequest } from 'fastify'

/** One line for each request, when it is answered: what comes in is told at `debug`, for those who look for requests that hang. */
export class RequestLog extends LogController {
  override incomingRequest (request: FastifyRequest): void {
    request.log.debug({ req: request }, 'incoming request')
  }

  override requestCompleted (error: Error | null | undefined, request: FastifyRequest, reply: FastifyReply): void {
    const details = { req: request, res: reply, responseTime: reply.elapsedTime }
    if (error) reply.log.error({ ...details, err: error }, 'request errored')
    else reply.log.info(details, 'request completed')
  }
}

/** Addresses may hold tokens and codes in their queries (`id_token_hint`, links of emails). As it came in: the provider cuts its own part out of it. */
export function describeRequest ({ method, originalUrl, host, ip }: FastifyRequest): Record<string, unknown> {
  const query = originalUrl.indexOf('?')
  return { method, path: query === -1 ? originalUrl : originalUrl.slice(0, query), host, ip }
}
