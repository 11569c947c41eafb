import t from 'tap'
import { serverUnderTest } from './helpers/server-under-test.js'

t.test('metrics count the duration of every request, by method, route and status', async t => {
  const { server } = await serverUnderTest(t, 'sqlite')
  const counted = async (labels: string) => new RegExp(`^http_request_duration_seconds_count{${labels}} (\\d+)$`, 'm').exec(await (await fetch(`${server.url}/metrics`)).text())?.[1]
  for (let asked = 0; asked < 3; asked++) await fetch(`${server.url}/auth/profiles`)
  await fetch(`${server.url}/nowhere`)
  t.equal(await counted('method="GET",route="/auth/profiles",status="200"'), '3')
  t.equal(await counted('method="GET",route="none",status="404"'), '1')
  // More than are collected at a time.
  for (let asked = 0; asked < 1010; asked += 101) await Promise.all(Array.from({ length: 101 }, async () => { await (await fetch(`${server.url}/auth/profiles`)).text() }))
  t.equal(await counted('method="GET",route="/auth/profiles",status="200"'), '1013')
  t.equal(await counted('method="GET",route="/metrics",status="200"'), '3')
})
