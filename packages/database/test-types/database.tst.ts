import database, { type DatabaseOptions, type Tables } from '@latchkey/database'
import Fastify, { type FastifyInstance } from 'fastify'
import type { Kysely } from 'kysely'
import { expect, test } from 'tstyche'

declare module '@latchkey/database' {
  interface Tables {
    things: { id: string }
  }
}

interface MyDatabase {
  invoices: { id: number, total: number }
}

test('an instance of tables of the app is taken, and of no tables', () => {
  const app = Fastify()
  expect(app.register).type.toBeCallableWith(database, { kysely: {} as Kysely<MyDatabase> })
  expect(app.register).type.toBeCallableWith(database, { kysely: {} as Kysely<Tables> })
  expect(app.register).type.toBeCallableWith(database, { kysely: {} as Kysely<unknown> })
})

test('what is no Kysely instance is not', () => {
  expect<DatabaseOptions>().type.not.toBeAssignableFrom<{ kysely: {} }>()
  expect<DatabaseOptions>().type.not.toBeAssignableFrom<{ kysely: string }>()
})

test('fastify.db knows the tables that were declared, and no others', () => {
  expect<FastifyInstance['db']>().type.toBe<Kysely<Tables>>()
  const { db } = {} as FastifyInstance
  expect(db.selectFrom('things').select('id').executeTakeFirstOrThrow()).type.toBe<Promise<{ id: string }>>()
  expect(db.selectFrom).type.not.toBeCallableWith('invoices')
})
