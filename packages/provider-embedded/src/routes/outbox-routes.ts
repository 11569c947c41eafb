import type { FastifyInstance } from 'fastify'
import { outboxPage } from '../pages/other-pages.js'
import type { Pages } from './page-routes.js'

/** Development only: shows the emails that were not sent. */
export async function outboxRoutes (fastify: FastifyInstance, pages: Pages): Promise<void> {
  fastify.get('/oidc/outbox', async (_request, reply) => pages.send(reply, 200, outboxPage(await pages.embedded.latestOutbox())))
}
