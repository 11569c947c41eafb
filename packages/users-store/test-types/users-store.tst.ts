import type { FilterableTable } from '@latchkey/record-filter'
import { describeUsersTable, type Avatar, type NewUser, type User, type UserChange, type UsersStore } from '@latchkey/users-store'
import type { FastifyInstance } from 'fastify'
import { expect, test } from 'tstyche'

declare module '@latchkey/users-store' {
  interface UserColumns {
    hiredAt: string | null
    level: number | null
  }
}

test('fastify.usersStore is typed once the package is imported', () => {
  expect<FastifyInstance['usersStore']>().type.toBe<UsersStore>()
})

test('fastify.db knows the tables', () => {
  const { db } = {} as FastifyInstance
  const query = db.selectFrom('latchkey_users').select(['id', 'first_name', 'status'])
  expect(query.executeTakeFirstOrThrow()).type.toBe<Promise<{ id: string, first_name: string | null, status: string }>>()
  expect(db.selectFrom('latchkey_user_identities').select('subject').executeTakeFirstOrThrow()).type.toBe<Promise<{ subject: string }>>()
  expect(db.selectFrom).type.not.toBeCallableWith('latchkey_nothing')
})

test('the columns of the app are in users, new users and changes', () => {
  expect<User['hiredAt']>().type.toBe<string | null>()
  expect<User['level']>().type.toBe<number | null>()
  expect<NewUser>().type.toBeAssignableFrom<{ email: string, hiredAt: string, level: null }>()
  expect<NewUser>().type.not.toBeAssignableFrom<{ email: string, level: string }>()
  expect<UserChange>().type.toBeAssignableFrom<{ level: number }>()
})

test('a new user needs an email, and nothing the store decides can be given', () => {
  const { usersStore } = {} as FastifyInstance
  expect(usersStore.create).type.toBeCallableWith({ email: 'anna@example.com', firstName: null, avatar: { id: null, downloadUrl: null } })
  expect(usersStore.create).type.not.toBeCallableWith({ firstName: 'Anna' })
  expect(usersStore.create).type.not.toBeCallableWith({ email: 'anna@example.com', id: '1' })
  expect(usersStore.create).type.not.toBeCallableWith({ email: 'anna@example.com', is8base: true })
  expect(usersStore.update).type.not.toBeCallableWith('id', { origin: 'api' })
  expect(usersStore.update).type.not.toBeCallableWith('id', { createdBy: null })
})

test('a user is read-only, and its fields are null rather than absent', () => {
  expect<User['firstName']>().type.toBe<string | null>()
  expect<User['avatar']>().type.toBe<Avatar | null>()
  expect<User['is8base']>().type.toBe<boolean>()
  expect<Pick<User, 'email'>>().type.toBe<{ readonly email: string }>()
})

test('the description of the table is what filters take', () => {
  expect<FilterableTable>().type.toBeAssignableFrom(describeUsersTable({}))
})
