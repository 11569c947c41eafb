import database, { type Tables } from '@latchkey/database'
import { databaseUrl, type dialects } from '@latchkey/test-databases'
import Fastify, { type FastifyInstance } from 'fastify'
import type { Kysely } from 'kysely'
import type { Test } from 'tap'
import usersStore, { type UsersStoreOptions } from '../../dist/index.js'

/** An app with a users store on a fresh database; closed when the test ends. */
export async function freshApp (t: Test, dialect: typeof dialects[number], options: UsersStoreOptions = {}): Promise<FastifyInstance> {
  return await appOn(t, { url: await databaseUrl(t, dialect) }, options)
}

/** An app with a users store on an existing database. */
export async function appOn (t: Test, source: { url: string } | { kysely: Kysely<Tables> }, options: UsersStoreOptions = {}): Promise<FastifyInstance> {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(database, source)
  await app.register(usersStore, options)
  return app
}

/** How many users and identities there are. */
export async function counts ({ db }: FastifyInstance): Promise<{ users: number, identities: number }> {
  const [users, identities] = await Promise.all([
    db.selectFrom('latchkey_users').select('id').execute(),
    db.selectFrom('latchkey_user_identities').select('user_id').execute()
  ])
  return { users: users.length, identities: identities.length }
}
