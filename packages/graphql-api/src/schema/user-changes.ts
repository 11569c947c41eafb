import type { Tables } from '@latchkey/database'
import { mayDoEverything, type Principal, type RolePermissionsService } from '@latchkey/role-permissions'
import type { NewUser, User, UserChange, UsersStore } from '@latchkey/users-store'
import type { Transaction } from 'kysely'
import type { AccountsOfUsers } from '../changes/accounts-of-users.js'
import { withRoles, type AuditedUser } from '../changes/audited-user.js'
import { expectation, fieldsSet, type Expectation, type GuardedChanges } from '../changes/guarded-changes.js'
import type { RoleGiving, RolesChange, RolesChangeInput, RolesInput } from '../changes/role-giving.js'
import { idOfUser, type UserKey } from '../changes/user-key.js'
import { GRAPHQL_API_ERR_NOT_AUTHORIZED } from '../errors.js'
import type { RequesterOf } from '../requester-of.js'
import { afterChange, type ShowUser, type VisibleUser } from '../visible-users.js'
import { withoutNulls } from '../without-nulls.js'
import type { Resolver, SchemaArea } from './schema-area.js'

interface UserChangesParts {
  readonly usersStore: UsersStore
  readonly rolePermissions: RolePermissionsService
  readonly changes: GuardedChanges
  readonly roleGiving: RoleGiving
  readonly accounts: AccountsOfUsers
  readonly showUser: ShowUser
  readonly requesterOf: RequesterOf
}

type CreateInput = NewUser & { readonly roles?: RolesInput | null }
type UpdateInput = UserChange & { readonly id?: string | null, readonly roles?: RolesChangeInput | null }

interface InviteArguments {
  readonly email: string
  readonly roles?: RolesInput | null
  readonly firstName?: string | null
  readonly lastName?: string | null
  readonly authProfileId?: string | null
}

/** The mutations that create, update, invite and delete users. */
export function userChangesArea ({ usersStore, rolePermissions, changes, roleGiving, accounts, showUser, requesterOf }: UserChangesParts): SchemaArea {
  const userCreate: Resolver<unknown, { data: CreateInput }> = async (_source, { data: { roles, ...given } }, context) => {
    const principal = await requesterOf(context).principal()
    return await create(principal, withoutNulls(given), roles, { origin: 'api', as: 'create' })
  }

  const userInvite: Resolver<unknown, InviteArguments> = async (_source, { roles, authProfileId, ...given }, context) => {
    const principal = await requesterOf(context).principal()
    rolePermissions.authorize(principal, 'create', { table: 'Users' })
    const invitation = accounts.invitation(authProfileId ?? null)
    const user = await create(principal, withoutNulls(given), roles, { origin: 'invitation', as: 'invite' })
      .catch(async (error: unknown) => await waitingFor(error, given.email, principal))
    await invitation.send({ email: given.email, firstName: given.firstName ?? null, lastName: given.lastName ?? null })
    return user
  }

  /** The invited user who has not signed in yet, for a second invitation, if the principal may create users like that. */
  async function waitingFor (error: unknown, email: string, principal: Principal): Promise<VisibleUser> {
    const user = (error as { code?: string }).code === 'USERS_STORE_ERR_EMAIL_TAKEN' ? await usersStore.findByEmail(email) : null
    if (user?.origin !== 'invitation' || (await usersStore.identitiesOf(user.id)).length > 0) throw error
    const { finish: inTransaction } = changes.begin<User>({ principal, table: 'Users', action: 'create' })
    await usersStore.update(user.id, {}, { inTransaction })
    return await afterChange(user, { email }, principal, { rolePermissions, showUser })
  }

  /** Without roles, the user gets Guest, as when signing up. */
  async function create (principal: Principal, given: NewUser, roles: RolesInput | null | undefined, { origin, as }: { origin: string, as: string }): Promise<VisibleUser> {
    const fields = [...fieldsSet(given), ...roles == null ? [] : ['roles']]
    const change = changes.begin<AuditedUser>({ principal, table: 'Users', action: 'create', fields, as })
    const chosen = roleGiving.toGive(principal, roles)
    const roleIds = chosen.length > 0 ? chosen : rolePermissions.guest().roles
    const createdBy = principal.kind === 'user' ? principal.userId : null
    const user = await usersStore.create({ ...given, origin, createdBy }, {
      inTransaction: async (transaction, created) => {
        await rolePermissions.assign(created.id, roleIds, transaction)
        await change.finish(transaction, { before: null, after: await withRoles(created, rolePermissions, transaction) })
      }
    })
    return await afterChange(user, given, principal, { rolePermissions, showUser })
  }

  const userUpdate: Resolver<unknown, Expectation & { data: UpdateInput, filter?: UserKey | null }> = async (_source, { data: { id: dataId, roles, ...given }, filter, expectedUpdatedAt }, context) => {
    const requester = requesterOf(context)
    const principal = await requester.principal()
    const fields = [...fieldsSet(given), ...roles == null ? [] : ['roles']]
    const change = changes.begin<AuditedUser>({ principal, table: 'Users', action: 'update', fields, expectedUpdatedAt: expectedUpdatedAt ?? undefined })
    const wanted = roles == null ? null : roleGiving.toChange(principal, roles)
    const id = await idOfUser(usersStore, { id: dataId ?? null }, filter)
    const user = await usersStore.update(id, given, {
      where: change.where,
      inTransaction: async (transaction, { before, after }) => {
        if (before?.email !== after?.email && !rolePermissions.mayDoEverything(principal)) throw emailIsNotTheirs()
        const audited = await withRoles(before as User, rolePermissions, transaction)
        if (wanted !== null) await changeRoles(principal, id, wanted, transaction)
        await change.finish(transaction, { before: audited, after: await withRoles(after as User, rolePermissions, transaction) })
      }
    }).catch((error: unknown) => {
      // Otherwise, somebody who may update one user could find out which other users exist.
      throw (error as { code?: string }).code === 'USERS_STORE_ERR_EMAIL_TAKEN' && !rolePermissions.mayDoEverything(principal) ? emailIsNotTheirs() : error
    })
    if (principal.kind === 'user' && principal.userId === id) {
      // The rest of the request uses the changed roles.
      requester.become({ user, principal: { ...principal, email: user.email, roles: (await rolePermissions.rolesOf(id)).map(role => role.id) } })
    }
    return await afterChange(user, given, principal, { rolePermissions, showUser })
  }

  /**
   * Adds roles with full access before it removes any, so that the last administrator can swap one for another. Adds the
   * others last: adding a role locks it, and removing one waits for whoever is changing roles. If that is a deletion of the
   * added role, each would wait for the other.
   */
  async function changeRoles (principal: Principal, userId: string, { give, take }: RolesChange, transaction: Transaction<Tables>): Promise<void> {
    const had = (await rolePermissions.rolesOf(userId, transaction)).map(role => role.id)
    const taken = had.filter(id => take === 'others' ? !give.includes(id) : take.includes(id))
    roleGiving.assertMayGive(principal, taken)
    const givesFullAccess = (id: string): boolean => {
      const role = rolePermissions.find({ id })
      return role !== null && mayDoEverything(role)
    }
    await rolePermissions.assign(userId, give.filter(givesFullAccess), transaction)
    await rolePermissions.unassign(userId, taken, transaction)
    await rolePermissions.assign(userId, give.filter(id => !givesFullAccess(id)), transaction)
  }

  const userDelete: Resolver<unknown, { data?: UserKey | null, filter?: UserKey | null }> = async (_source, { data, filter }, context) => {
    const principal = await requesterOf(context).principal()
    const change = changes.begin<AuditedUser>({ principal, table: 'Users', action: 'delete' })
    const id = await idOfUser(usersStore, data, filter)
    const remove = async (finish: (transaction: Transaction<Tables>, before: AuditedUser) => Promise<void>): Promise<void> => {
      await usersStore.delete(id, {
        where: change.where,
        inTransaction: async (transaction, { before }) => {
          const audited = await withRoles(before as User, rolePermissions, transaction)
          const roles = await rolePermissions.rolesOf(id, transaction)
          roleGiving.assertMayGive(principal, roles.map(role => role.id))
          if (roles.some(mayDoEverything)) await rolePermissions.assertAdministrated(transaction)
          await finish(transaction, audited)
        }
      })
    }
    await accounts.deleteAccountsOf(id, async () => { await rehearse(remove) })
    await remove(async (transaction, before) => { await change.finish(transaction, { before, after: null }) })
    return { success: true }
  }

  return {
    types: `
      input UserKeyFilter { id: ID, email: String }
      "force is accepted for older clients and ignored."
      input UserDeleteInput { id: ID, force: Boolean }
      "Either reconnect, which replaces all roles, or connect and disconnect, which add and remove roles."
      input UsersRolesUpdateRelationInput { connect: [RoleKeyFilter!], disconnect: [RoleKeyFilter!], reconnect: [RoleKeyFilter!] }`,
    mutations: `
      "Creates a user for somebody who will sign in later with a verified token of this email. Without roles, the user gets Guest. Needs create on Users."
      userCreate(data: UserCreateInput!): User!
      "Updates a user. Omitted fields stay unchanged; null clears a field. Unless you have full access, you can only add and remove roles that you have, and cannot change emails."
      userUpdate(data: UserUpdateInput!, filter: UserKeyFilter, force: Boolean, ${expectation}): User!
      "Deletes a user, and their account at a provider that allows deletion. Unless you have full access, you need all roles of the user."
      userDelete(data: UserDeleteInput, filter: UserKeyFilter, force: Boolean): SuccessResponse!
      "Invites somebody who cannot sign up by themselves: creates the user, and has the profile's provider send an invitation email if it can. Calling it again before they sign in sends another email and leaves the user unchanged. Needs create on Users."
      userInvite(email: String!, roles: UsersRolesRelationInput, firstName: String, lastName: String, authProfileId: ID): User!`,
    resolvers: { Mutation: { userCreate, userUpdate, userDelete, userInvite } }
  }
}

/** Rolls a rehearsed change back. */
class Rehearsed extends Error {}

/**
 * Checks that a deletion is permitted and possible, before a step that cannot be undone. Runs it and rolls it back.
 *
 * @throws what the deletion throws
 */
async function rehearse (remove: (finish: () => Promise<void>) => Promise<void>): Promise<void> {
  try {
    await remove(async () => { throw new Rehearsed() })
  } catch (error) {
    if (!(error instanceof Rehearsed)) throw error
  }
}

/** A user belongs to the owner of its email. Whoever could change it could take over the user of a future person. */
function emailIsNotTheirs (): Error {
  return new GRAPHQL_API_ERR_NOT_AUTHORIZED('Users', 'update', { roles: [], hint: 'only a role with full access can change the email of a user: it follows the provider (onEmailChange), or an administrator corrects it' })
}
