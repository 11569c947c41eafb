import { LogController, type FastifyReply, type FastifyRequest } from 'fastify'
import { hostname as nameOfHost } from 'node:os'
import { levels } from 'pino'
import { logStream } from './log-stream.js'

const level = levels.values.info as number
const pid = process.pid
const hostname = nameOfHost()

/** Logs one line per request, when it is answered. At `debug`, another line when it arrives helps to find requests that hang. */
export class RequestLog extends LogController {
  override incomingRequest (request: FastifyRequest): void {
    request.log.debug({ req: request }, 'incoming request')
  }

  override requestCompleted (error: Error | null | undefined, request: FastifyRequest, reply: FastifyReply): void {
    const { log, statusCode, elapsedTime: responseTime } = reply
    if (error) log.error({ req: request, res: reply, responseTime, err: error }, 'request errored')
    // The same line as pino's, but without pino, whose share would be a tenth of the cost of a request.
    else if (isLogged(log.level)) logStream.write({ level, time: Date.now(), pid, hostname, reqId: request.id, req: describeRequest(request), res: { statusCode }, responseTime, msg: 'request completed' })
  }
}

/** @param least the lowest level that is logged; routes may set their own. `silent` is not among pino's levels. */
function isLogged (least: string): boolean {
  return level >= (levels.values[least] ?? Infinity)
}

/**
 * Leaves out the query, which may contain tokens and codes (`id_token_hint`, links in emails). Uses the original URL, since the
 * embedded provider strips its prefix from the other one.
 */
export function describeRequest ({ method, originalUrl, host, ip }: FastifyRequest): Record<string, unknown> {
  const query = originalUrl.indexOf('?')
  return { method, path: query === -1 ? originalUrl : originalUrl.slice(0, query), host, ip }
}
