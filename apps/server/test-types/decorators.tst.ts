import type { AuthProfiles } from '@latchkey/auth-profiles'
import type { Tables } from '@latchkey/database'
import type { ProviderEmbedded } from '@latchkey/provider-embedded'
import type { Principal, RolePermissionsService } from '@latchkey/role-permissions'
import type { Identity, TokenVerifier } from '@latchkey/token-verifier'
import type { User, UsersStore } from '@latchkey/users-store'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Kysely } from 'kysely'
import { expect, test } from 'tstyche'

test('what the plugins decorate is typed by importing them', () => {
  expect<FastifyInstance['db']>().type.toBe<Kysely<Tables>>()
  expect<FastifyInstance['usersStore']>().type.toBe<UsersStore>()
  expect<FastifyInstance['rolePermissions']>().type.toBe<RolePermissionsService>()
  expect<FastifyInstance['tokenVerifier']>().type.toBe<TokenVerifier>()
  expect<FastifyInstance['authProfiles']>().type.toBe<AuthProfiles>()
  expect<FastifyInstance['providerEmbedded']>().type.toBe<ProviderEmbedded>()
  expect<FastifyRequest['identity']>().type.toBe<Identity | null>()
  expect<FastifyRequest['principal']>().type.toBe<Principal | null>()
})

test('each package adds its tables to the database', () => {
  expect<Tables>().type.toHaveProperty('latchkey_users')
  expect<Tables>().type.toHaveProperty('latchkey_user_identities')
  expect<Tables>().type.toHaveProperty('latchkey_roles')
  expect<Tables>().type.toHaveProperty('latchkey_user_roles')
})

test('an identity leads to a user and a principal of the kind user', () => {
  type Resolved = Awaited<ReturnType<AuthProfiles['resolve']>>
  expect<Resolved['user']>().type.toBe<User>()
  expect<Resolved['principal']['kind']>().type.toBe<'user'>()
})
