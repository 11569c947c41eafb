import { LogController, type FastifyReply, type FastifyRequest } from 'fastify'
import { hostname as nameOfHost } from 'node:os'
import { levels } from 'pino'
import { logStream } from './log-stream.js'

const level = levels.values.info as number
const pid = process.pid
const hostname = nameOfHost()

/** One line for each request, when it is answered: what comes in is told at `debug`, for those who look for requests that hang. */
export class RequestLog extends LogController {
  override incomingRequest (request: FastifyRequest): void {
    request.log.debug({ req: request }, 'incoming request')
  }

  override requestCompleted (error: Error | null | undefined, request: FastifyRequest, reply: FastifyReply): void {
    const { log, statusCode, elapsedTime: responseTime } = reply
    if (error) log.error({ req: request, res: reply, responseTime, err: error }, 'request errored')
    // As pino would have it, past pino: a tenth of what a request costs.
    else if (isLogged(log.level)) logStream.write({ level, time: Date.now(), pid, hostname, reqId: request.id, req: describeRequest(request), res: { statusCode }, responseTime, msg: 'request completed' })
  }
}

/** @param least the least that is logged, which routes may have of their own; `silent` is none of the levels */
function isLogged (least: string): boolean {
  return level >= (levels.values[least] ?? Infinity)
}

/** Addresses may hold tokens and codes in their queries (`id_token_hint`, links of emails). As it came in: the provider cuts its own part out of it. */
export function describeRequest ({ method, originalUrl, host, ip }: FastifyRequest): Record<string, unknown> {
  const query = originalUrl.indexOf('?')
  return { method, path: query === -1 ? originalUrl : originalUrl.slice(0, query), host, ip }
}
