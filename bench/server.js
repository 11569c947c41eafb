/** The process of one subject: starts it, and reports its usage when asked. */
import { once } from 'node:events'
import { subjects } from './subjects.js'

process.once('message', async ({ subject, input }) => {
  try {
    process.send({ port: await listen(await subjects[subject].start(input)) })
  } catch (error) {
    process.send({ error: error.stack })
  }
})

process.on('message', message => {
  if (message !== 'usage') return
  const { user, system } = process.cpuUsage()
  process.send({ cpuMs: (user + system) / 1000, rssMb: process.memoryUsage().rss / 2 ** 20 })
})

process.on('disconnect', () => { process.exit() })

async function listen (app) {
  if (app.inject !== undefined) {
    await app.listen({ host: '127.0.0.1', port: 0 })
    return app.server.address().port
  }
  if (app.start !== undefined) return Number(new URL(await app.start()).port)
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server.address().port
}
