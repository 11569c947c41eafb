import type { Tables } from '@latchkey/database'
import { mayDoEverything, type Principal, type RolePermissionsService } from '@latchkey/role-permissions'
import type { NewUser, User, UserChange, UsersStore } from '@latchkey/users-store'
import type { Transaction } from 'kysely'
import type { AccountsOfUsers } from '../changes/accounts-of-users.js'
import { withRoles, type AuditedUser } from '../changes/audited-user.js'
import { fieldsSet, type GuardedChanges } from '../changes/guarded-changes.js'
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

/** What makes, changes, invites and deletes users. */
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

  /** Somebody who was invited and has not signed in yet is invited again, if it could be by whoever asks. */
  async function waitingFor (error: unknown, email: string, principal: Principal): Promise<VisibleUser> {
    const user = (error as { code?: string }).code === 'USERS_STORE_ERR_EMAIL_TAKEN' ? await usersStore.findByEmail(email) : null
    if (user?.origin !== 'invitation' || (await usersStore.identitiesOf(user.id)).length > 0) throw error
    const { finish: inTransaction } = changes.begin<User>({ principal, table: 'Users', action: 'create' })
    await usersStore.update(user.id, {}, { inTransaction })
    return await afterChange(user, { email }, principal, { rolePermissions, showUser })
  }

  /** Whoever is given no role gets Guest, as by signing up. */
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

  const userUpdate: Resolver<unknown, { data: UpdateInput, filter?: UserKey | null }> = async (_source, { data: { id: dataId, roles, ...given }, filter }, context) => {
    const requester = requesterOf(context)
    const principal = await requester.principal()
    const fields = [...fieldsSet(given), ...roles == null ? [] : ['roles']]
    const change = changes.begin<AuditedUser>({ principal, table: 'Users', action: 'update', fields })
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
      // Or whoever may change one record would find out who else there is.
      throw (error as { code?: string }).code === 'USERS_STORE_ERR_EMAIL_TAKEN' && !rolePermissions.mayDoEverything(principal) ? emailIsNotTheirs() : error
    })
    if (principal.kind === 'user' && principal.userId === id) {
      // What follows in the same request is done with the roles that are left.
      requester.become({ user, principal: { ...principal, email: user.email, roles: (await rolePermissions.rolesOf(id)).map(role => role.id) } })
    }
    return await afterChange(user, given, principal, { rolePermissions, showUser })
  }

  /** Gives before it takes: the last administrator may change one such role for another. */
  async function changeRoles (principal: Principal, userId: string, { give, take }: RolesChange, transaction: Transaction<Tables>): Promise<void> {
    const had = (await rolePermissions.rolesOf(userId, transaction)).map(role => role.id)
    const taken = had.filter(id => take === 'others' ? !give.includes(id) : take.includes(id))
    roleGiving.assertMayGive(principal, taken)
    await rolePermissions.assign(userId, give, transaction)
    await rolePermissions.unassign(userId, taken, transaction)
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
      "force is accepted from older clients: nothing stops the deletion of a user here."
      input UserDeleteInput { id: ID, force: Boolean }
      "Either reconnect, which gives all roles that the user is to have, or those to add and to take."
      input UsersRolesUpdateRelationInput { connect: [RoleKeyFilter!], disconnect: [RoleKeyFilter!], reconnect: [RoleKeyFilter!] }`,
    mutations: `
      "A record for somebody who is to sign in later, with a verified token of this email. Without roles it gets Guest."
      userCreate(data: UserCreateInput!): User!
      "What is left out stays, null takes it away. Nobody gives or takes roles that they do not have, unless they may do everything; only who may changes an email."
      userUpdate(data: UserUpdateInput!, filter: UserKeyFilter, force: Boolean): User!
      "Deletes the record, and the account at a provider that lets accounts be deleted."
      userDelete(data: UserDeleteInput, filter: UserKeyFilter, force: Boolean): SuccessResponse!
      "Lets somebody in where nobody may sign up by themselves: makes the record, and has the profile's provider invite them by email where it can. Again, before they sign in: another email, and the record as it is."
      userInvite(email: String!, roles: UsersRolesRelationInput, firstName: String, lastName: String, authProfileId: ID): User!`,
    resolvers: { Mutation: { userCreate, userUpdate, userDelete, userInvite } }
  }
}

/** Undoes what has been done, once it is known that it can be. */
class Rehearsed extends Error {}

/**
 * Finds out that a deletion is permitted and possible, before something is done that cannot be undone.
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

/** The record of an email is whose the email is: who could take another one would get the record of somebody to come. */
function emailIsNotTheirs (): Error {
  return new GRAPHQL_API_ERR_NOT_AUTHORIZED('Users', 'update', { roles: [], hint: 'only who may do everything changes the email of a user: it follows the provider (onEmailChange), or an administrator reconciles it' })
}
