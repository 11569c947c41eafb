import Fastify from 'fastify'
import { AsyncLocalStorage } from 'node:async_hooks'
import t from 'tap'
import requestBatches from '../dist/plugins/request-batches.js'

t.test('requests that arrive together', async t => {
  const steps: string[] = []
  const batches: number[] = []
  const trace = new AsyncLocalStorage<string>()
  let inBatch = 0
  const app = Fastify()
  t.teardown(() => app.close())
  app.addHook('onRequest', (request, _reply, done) => {
    steps.push('arrived')
    trace.run(request.url, done)
  })
  await app.register(requestBatches)
  app.addHook('onRequest', (_request, _reply, done) => {
    steps.push('handled')
    // What runs in one go is followed by the microtasks.
    if (inBatch++ === 0) queueMicrotask(() => { batches.push(inBatch); inBatch = 0 })
    done()
  })
  app.get('*', async () => ({ trace: trace.getStore() }))
  await app.ready()

  async function requestAll (paths: readonly string[]): Promise<void> {
    steps.length = batches.length = 0
    const responses = await Promise.all(paths.map(path => app.inject(path)))
    t.strictSame(responses.map(response => response.json().trace), paths, 'every request is answered, and keeps its async context')
  }

  t.test('are handled together', async t => {
    await requestAll(['/1', '/2', '/3'])
    t.strictSame(steps, ['arrived', 'arrived', 'arrived', 'handled', 'handled', 'handled'])
  })
  t.test('are handled in batches of 64, so that few long lists are in memory at once', async t => {
    await requestAll(Array.from({ length: 100 }, (_, index) => `/${index}`))
    t.strictSame(batches, [64, 36])
  })
  t.test('are handled alone if nothing else arrives', async t => {
    await requestAll(['/alone'])
    t.strictSame(steps, ['arrived', 'handled'])
  })
})
