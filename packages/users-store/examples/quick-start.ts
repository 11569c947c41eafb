// examples/quick-start.ts
import database from '@latchkey/database'
import usersStore, { errors, type NewUser } from '@latchkey/users-store'
import Fastify from 'fastify'

const app = Fastify({ logger: true })
// To keep the users: sqlite:./data/app.db, or postgres://user:password@localhost:5432/app
await app.register(database, { url: process.env.DATABASE_URL ?? 'sqlite::memory:' })
await app.register(usersStore)

app.post<{ Body: NewUser }>('/users', async (request, reply) => {
  // Choose which fields a client may set. This example leaves out `status`.
  const { email, firstName, lastName } = request.body ?? {}
  const user = await app.usersStore.create({ email, firstName, lastName, origin: 'api' })
  return await reply.code(201).send(user)
})

app.get<{ Params: { id: string } }>('/users/:id', async (request) => {
  const user = await app.usersStore.findById(request.params.id)
  if (user === null) throw new errors.USERS_STORE_ERR_USER_NOT_FOUND()
  return user
})

await app.listen({ port: Number(process.env.PORT ?? 3000) })
