import { startPostgres } from '@latchkey/test-databases'
import t from 'tap'
import { appOn, counts } from './helpers/app.js'

const identity = { issuer: 'https://id.example.com', subject: 's1' }

t.test('postgres: queries fail while the server is down, and work again once it is back', async t => {
  // A server of its own, because it is stopped.
  const server = await startPostgres()
  t.teardown(() => server.stop())
  const app = await appOn(t, { url: server.url })
  const { usersStore } = app
  const user = await usersStore.create({ email: 'anna@example.com' }, { identity })
  t.strictSame(await usersStore.findByIdentity(identity), user)

  await server.pause()
  const asked = await Promise.allSettled([
    usersStore.findByIdentity(identity),
    usersStore.create({ email: 'bert@example.com' }),
    usersStore.update(user.id, { firstName: 'Anna' }),
    usersStore.bindIdentity(user.id, { ...identity, subject: 's2' }, 'anna@example.com')
  ])
  t.strictSame(asked.map(result => result.status), ['rejected', 'rejected', 'rejected', 'rejected'])
  // An outage must not be reported as invalid input.
  for (const result of asked) t.notMatch((result as PromiseRejectedResult).reason, { code: /^USERS_STORE/ })

  await server.resume()
  t.strictSame(await usersStore.findByIdentity(identity), user)
  t.match(await usersStore.create({ email: 'bert@example.com' }), { email: 'bert@example.com' })
  t.match(await usersStore.update(user.id, { firstName: 'Anna' }), { firstName: 'Anna' })
  t.strictSame(await counts(app), { users: 2, identities: 1 })
})
