/** `GET /livez`: the process responds. `GET /readyz`: its database responds too. */
import { sql } from 'kysely'
import type { FastifyInstance } from 'fastify'

const READY_TIMEOUT_MS = 2000

export default async function health (fastify: FastifyInstance): Promise<void> {
  fastify.get('/livez', { logLevel: 'warn' }, async () => ({ status: 'alive' }))

  fastify.get('/readyz', { logLevel: 'warn' }, async (request, reply) => {
    try {
      await withDeadline(sql`select 1`.execute(fastify.db))
      return { status: 'ready' }
    } catch (error) {
      request.log.error({ err: error }, 'The database does not respond')
      return reply.code(503).send({ status: 'not ready', code: 'InternalError', message: 'Internal error' })
    }
  })
}

/** Fails after a while, since a database that hangs is not ready either. */
async function withDeadline<Value> (work: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => { reject(new Error('The database did not respond in time')) }, READY_TIMEOUT_MS)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
