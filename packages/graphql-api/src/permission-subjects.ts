import { refusalOf, type ApiTokens } from '@latchkey/api-tokens'
import type { AuthProfiles } from '@latchkey/auth-profiles'
import type { Principal, RolePermissionsService } from '@latchkey/role-permissions'
import type { User, UsersStore } from '@latchkey/users-store'
import type { FastifyBaseLogger } from 'fastify'
import { randomUUID } from 'node:crypto'
import { GRAPHQL_API_ERR_INVALID_ARGUMENT, GRAPHQL_API_ERR_NOT_FOUND } from './errors.js'
import { assertReadsInFull, readsInFull } from './full-reading.js'

/** The subject of a permission question, as clients name it: exactly one of these. */
export interface SubjectInput {
  readonly userId?: string | null
  readonly email?: string | null
  readonly apiTokenId?: string | null
  readonly roleIds?: readonly string[] | null
  readonly guest?: boolean | null
  readonly token?: string | null
}

export interface SubjectStep {
  readonly step: string
  readonly ok: boolean
  readonly message: string
}

/** Somebody whose permissions can be explained. */
export interface Subject {
  /** `null` if the subject is unknown. */
  readonly principal: Principal | null
  /** A description for people. */
  readonly sentence: string
  /** How the subject was determined. */
  readonly steps: readonly SubjectStep[]
  /** Whether a request of the subject would be accepted, so that permissions decide. */
  readonly accepted: boolean
  /** What to do so that it would be; `null` if nothing is necessary. */
  readonly remedy: string | null
}

/**
 * Finds the subject. Changes nothing. The asker's permissions are checked before anything is looked up, so that a refusal
 * reveals nothing.
 *
 * @param asker who asks the question
 * @throws GRAPHQL_API_ERR_INVALID_ARGUMENT unless exactly one is given; GRAPHQL_API_ERR_NOT_FOUND
 * @throws ROLE_PERMISSIONS_ERR_NOT_AUTHORIZED, GRAPHQL_API_ERR_NOT_AUTHORIZED unless the asker may read everything that the result reveals, of every record
 */
export type FindSubject = (input: SubjectInput, asker: Principal, log: FastifyBaseLogger) => Promise<Subject>

interface Services {
  readonly authProfiles: AuthProfiles
  readonly usersStore: UsersStore
  readonly rolePermissions: RolePermissionsService
  /** `null` if the app has none. */
  readonly apiTokens: ApiTokens | null
}

type Given = readonly [keyof SubjectInput, unknown]

export function createFindSubject ({ authProfiles, usersStore, rolePermissions, apiTokens }: Services): FindSubject {
  const needs = (asker: Principal, table: string, ...fields: string[]): void => { assertReadsInFull(rolePermissions, asker, table, fields) }

  async function user (found: User | null): Promise<Subject> {
    const { id, email } = found ?? notFound('User')
    const roles = (await rolePermissions.rolesOf(id)).map(role => role.id)
    return known({ kind: 'user', userId: id, email, roles }, `The user ${email}`, { step: 'user', ok: true, message: `the user ${id}, ${email}` })
  }

  async function apiToken (id: string): Promise<Subject> {
    const found = await apiTokens?.find({ id }) ?? notFound('API token')
    const refusal = refusalOf(found)
    const message = refusal === null ? `${found.name}; it does not act as a user` : `${found.name} is refused (${refusal})`
    return {
      ...known({ kind: 'apiToken', tokenId: found.id, roles: found.roles }, `The API token ${found.name}`, { step: 'API token', ok: refusal === null, message }),
      accepted: refusal === null,
      remedy: refusal === null ? null : refusal === 'expired' ? 'Set a later expiresAt, or create a new token' : 'Create a new token. A revoked token cannot be reactivated.'
    }
  }

  function roles (ids: readonly string[]): Subject {
    const found = [...new Set(ids)].map(id => rolePermissions.find({ id }) ?? notFound('Role'))
    const names = found.map(({ name }) => name).sort()
    // A user with a value for every variable, but different from all existing users. The id is a UUID, because the app's columns may have that type.
    const userId = randomUUID()
    const principal: Principal = { kind: 'user', userId, email: `${userId}@somebody.invalid`, roles: found.map(({ id }) => id) }
    return known(principal, `A signed-in user ${names.length === 0 ? 'without roles' : `with ${names.length === 1 ? 'the role' : 'the roles'} ${names.join(', ')}`}`)
  }

  async function token (text: string, asker: Principal, log: FastifyBaseLogger): Promise<Subject> {
    const mayKnowProfiles = readsInFull(rolePermissions, asker, 'AuthenticationProfiles', ['id', 'issuer', 'audiences'])
    const { steps, accepted, principal } = await authProfiles.examine({ log }, text, mayKnowProfiles ? {} : { tellingOf: [] })
    return {
      principal,
      sentence: await sentenceOf(principal, accepted),
      steps: steps.filter(({ state }) => state !== 'skipped').map(({ name, state, detail }) => ({ step: name, ok: state !== 'problem', message: detail })),
      accepted,
      remedy: steps.find(({ state }) => state === 'problem')?.remedy ?? (principal === null ? 'Send a request with the token. It creates the user, whose roles then decide.' : null)
    }
  }

  async function sentenceOf (principal: Principal | null, accepted: boolean): Promise<string> {
    if (principal?.kind === 'user') return `The user ${principal.email}`
    if (principal?.kind === 'apiToken') return `The API token ${(await apiTokens?.find({ id: principal.tokenId }))?.name ?? principal.tokenId}`
    return accepted ? 'Nobody yet. The first request with the token creates the user' : 'Nobody, because the token is refused'
  }

  return async (input, asker, log) => {
    const [kind] = theOne(Object.entries(input) as [keyof SubjectInput, unknown][])
    // Every explanation reveals permissions of roles.
    needs(asker, 'Roles', 'id', 'name', 'permissions')
    switch (kind) {
      case 'userId':
        needs(asker, 'Users', 'id', 'email', 'roles')
        return await user(await usersStore.findById(input.userId as string))
      case 'email':
        needs(asker, 'Users', 'id', 'email', 'roles')
        return await user(await usersStore.findByEmail(input.email as string))
      case 'apiTokenId':
        needsApiTokens(asker)
        return await apiToken(input.apiTokenId as string)
      case 'roleIds':
        return roles(input.roleIds as readonly string[])
      case 'guest':
        return known(rolePermissions.guest(), 'A guest (a request without a token)', { step: 'user', ok: true, message: 'no token: a guest' })
      case 'token':
        if (apiTokens !== null && (input.token as string).startsWith('lk_')) needsApiTokens(asker)
        else needs(asker, 'Users', 'id', 'email', 'roles', 'identities')
        return await token(input.token as string, asker, log)
    }
  }

  function needsApiTokens (asker: Principal): void {
    if (apiTokens === null) throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ apiTokenId: 'must be omitted: this app has no API tokens' })
    needs(asker, 'ApiTokens', 'id', 'name', 'roles', 'expiresAt', 'revokedAt')
  }
}

/** The only field that is set. `guest: false` counts as not set. */
function theOne (entries: readonly Given[]): Given {
  const given = entries.filter(([, value]) => value != null && value !== false)
  const [one, other] = given
  if (one === undefined) throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ subject: 'must have exactly one of userId, email, apiTokenId, roleIds, guest (true) and token' })
  if (other !== undefined) throw new GRAPHQL_API_ERR_INVALID_ARGUMENT({ subject: `must have only one of these: ${given.map(([name]) => name).join(', ')}` })
  return one
}

function known (principal: Principal, sentence: string, ...steps: SubjectStep[]): Subject {
  return { principal, sentence, steps, accepted: true, remedy: null }
}

function notFound (what: string): never {
  throw new GRAPHQL_API_ERR_NOT_FOUND(what)
}
