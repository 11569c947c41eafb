import database from '@latchkey/database'
import type { FilterableTable } from '@latchkey/record-filter'
import { databaseUrl, type Dialect } from '@latchkey/test-databases'
import Fastify, { type FastifyInstance } from 'fastify'
import { Writable } from 'node:stream'
import type { Test } from 'tap'
import rolePermissions, { type Principal, type RolePermissionsOptions } from '../../dist/index.js'

export const users: FilterableTable = {
  name: 'Users',
  table: 'people',
  fields: {
    id: { column: 'id', type: 'id' },
    email: { column: 'email', type: 'string' },
    city: { column: 'city', type: 'string' }
  },
  relations: {
    posts: { kind: 'many', table: () => posts, from: 'id', to: 'author_id' }
  }
}

export const posts: FilterableTable = {
  name: 'Posts',
  table: 'posts',
  fields: {
    id: { column: 'id', type: 'id' },
    title: { column: 'title', type: 'string' },
    status: { column: 'status', type: 'string' },
    authorId: { column: 'author_id', type: 'id' }
  },
  relations: {
    author: { kind: 'one', table: () => users, from: 'author_id', to: 'id' }
  }
}

export interface Opened {
  readonly app: FastifyInstance
  /** What was logged as a warning or an error. */
  readonly complaints: { readonly level: number, readonly msg: string }[]
}

/** An app with the plugin, not yet ready; closed when the test ends. */
export async function register (t: Test, url: string, options: RolePermissionsOptions = {}): Promise<Opened> {
  const complaints: Opened['complaints'][number][] = []
  const stream = new Writable({
    write: (line: Buffer, _encoding, done) => {
      complaints.push(JSON.parse(line.toString()) as Opened['complaints'][number])
      done()
    }
  })
  const app = Fastify({ logger: { level: 'warn', stream } })
  t.teardown(() => app.close())
  await app.register(database, { url })
  await app.register(rolePermissions, options)
  return { app, complaints }
}

/** An app with the plugin on a fresh database, `Users`, `Posts` and the function `getToken` declared, ready. */
export async function open (t: Test, dialect: Dialect, options: RolePermissionsOptions = {}, url?: string): Promise<Opened> {
  const opened = await register(t, url ?? (dialect === 'sqlite' ? 'sqlite::memory:' : await databaseUrl(t, dialect)), options)
  opened.app.rolePermissions.declareTable(users, { otherFields: ['avatar'] })
  opened.app.rolePermissions.declareTable(posts)
  opened.app.rolePermissions.declareFunction('getToken')
  await opened.app.ready()
  return opened
}

export function user (userId: string, roles: readonly string[], email = `${userId}@x.org`): Principal {
  return { kind: 'user', userId, email, roles }
}
