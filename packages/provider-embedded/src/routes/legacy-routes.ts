import type { FastifyInstance } from 'fastify'
import type { Embedded } from '../embedded.js'

export async function legacyRoutes (_fastify: FastifyInstance, _options: { embedded: Embedded }): Promise<void> {}
