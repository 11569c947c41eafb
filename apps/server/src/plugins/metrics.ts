/** Owns `GET /metrics`: how the app does, in the Prometheus text format. Register it before the routes that it is to measure. */
import fp from 'fastify-plugin'
import type { FastifyInstance } from 'fastify'
import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client'

async function metrics (fastify: FastifyInstance): Promise<void> {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })

  const duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from request to answer, by route and status',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers: [registry]
  })
  countKeyFetches(fastify, registry)

  fastify.get('/metrics', { logLevel: 'warn' }, async (_request, reply) => {
    return reply.type(registry.contentType).send(await registry.metrics())
  })

  fastify.addHook('onResponse', (request, reply, done) => {
    duration.observe({ method: request.method, route: request.routeOptions.url ?? 'none', status: reply.statusCode }, reply.elapsedTime / 1000)
    done()
  })
}

export default fp(metrics, { name: 'metrics', fastify: '5.x' })

/** The verifier keeps the counts; they are read when somebody asks. */
function countKeyFetches (fastify: FastifyInstance, registry: Registry): void {
  const counts = {
    fetches: 'Key sets fetched from the issuer',
    failedFetches: 'Key set fetches that failed',
    staleAnswers: 'Tokens verified with keys kept over an outage of the issuer',
    refusedRefetches: 'Fetches for unknown key ids that were refused'
  } as const
  for (const [field, help] of Object.entries(counts) as [keyof typeof counts, string][]) {
    const name = `latchkey_issuer_${field.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)}_total`
    const counter: Counter<'issuer'> = new Counter({
      name,
      help,
      labelNames: ['issuer'] as const,
      registers: [registry],
      collect: () => {
        counter.reset()
        for (const issuer of fastify.tokenVerifier.metrics()) counter.inc({ issuer: issuer.issuer }, issuer[field])
      }
    })
  }
}
