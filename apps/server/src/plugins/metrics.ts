/** Owns `GET /metrics`: metrics in the Prometheus text format. Register it before the routes that it is to measure. */
import fp from 'fastify-plugin'
import type { FastifyInstance } from 'fastify'
import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client'

async function metrics (fastify: FastifyInstance): Promise<void> {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })

  const duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from request to response, by route and status',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers: [registry],
    collect: () => { pending.handOn() }
  })
  const pending = new PendingDurations((labels, seconds) => { duration.observe(labels, seconds) })
  countKeyFetches(fastify, registry)

  fastify.get('/metrics', { logLevel: 'warn' }, async (_request, reply) => {
    return reply.type(registry.contentType).send(await registry.metrics())
  })

  fastify.addHook('onResponse', (request, reply, done) => {
    pending.add(request.method, request.routeOptions.url ?? 'none', reply.statusCode, reply.elapsedTime / 1000)
    done()
  })
}

export default fp(metrics, { name: 'metrics', fastify: '5.x' })

type Labels = Record<'method' | 'route' | 'status', string | number>

/** Most durations to keep per route and status. Passing one on takes a microsecond, thirty in a process that has just started, and requests wait meanwhile. */
const MOST_PENDING = 100

/**
 * Collects durations and passes them to prom-client many at a time: it builds strings of labels and buckets for each one, which
 * within a request would cost as much as authenticating it.
 */
class PendingDurations {
  readonly #observe: (labels: Labels, seconds: number) => void
  /** By method, route and status: nested, since a combined key would need a new string for each lookup. */
  readonly #methods = new Map<string, Map<string, Map<number, number[]>>>()

  constructor (observe: (labels: Labels, seconds: number) => void) { this.#observe = observe }

  add (method: string, route: string, status: number, seconds: number): void {
    const durations = this.#of(method, route, status)
    durations.push(seconds)
    if (durations.length === MOST_PENDING) this.#tell({ method, route, status }, durations)
  }

  /** Passes on everything collected. */
  handOn (): void {
    for (const [method, routes] of this.#methods) {
      for (const [route, statuses] of routes) {
        for (const [status, durations] of statuses) this.#tell({ method, route, status }, durations)
      }
    }
  }

  #tell (labels: Labels, durations: number[]): void {
    for (const seconds of durations) this.#observe(labels, seconds)
    durations.length = 0
  }

  #of (method: string, route: string, status: number): number[] {
    const routes = valueOf(this.#methods, method, () => new Map<string, Map<number, number[]>>())
    const statuses = valueOf(routes, route, () => new Map<number, number[]>())
    return valueOf(statuses, status, () => [])
  }
}

function valueOf<Key, Value> (map: Map<Key, Value>, key: Key, create: () => Value): Value {
  const known = map.get(key)
  if (known !== undefined) return known
  const created = create()
  map.set(key, created)
  return created
}

/** The token verifier keeps the counts; they are read when the metrics are requested. */
function countKeyFetches (fastify: FastifyInstance, registry: Registry): void {
  const counts = {
    fetches: 'Key sets fetched from the issuer',
    failedFetches: 'Key set fetches that failed',
    staleAnswers: 'Tokens verified with cached keys during an outage of the issuer',
    refusedRefetches: 'Key set fetches for unknown key ids that were refused'
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
