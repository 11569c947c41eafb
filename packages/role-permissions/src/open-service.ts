import { dialectOf, type ChangeOptions, type Tables } from '@latchkey/database'
import type { Expression, Kysely, SqlBool, Transaction } from 'kysely'
import { administratedBy, assertStillAdministrated } from './administrators.js'
import { withConfiguredNames, withConfiguredRoles } from './configured-roles.js'
import { makeDecisions } from './decisions.js'
import { openDeclarations, type Declarations } from './declarations.js'
import { ROLE_PERMISSIONS_ERR_BUILTIN_ROLE, ROLE_PERMISSIONS_ERR_ROLE_NOT_FOUND } from './errors.js'
import { keepRoles } from './known-roles.js'
import type { ConfiguredRole } from './options.js'
import { mayDoEverything, type Role, type RolePermissions } from './permissions.js'
import { readFilter, readPermissions } from './read-permissions.js'
import { checkRoleFields } from './role-fields.js'
import type { RolePermissionsService } from './role-permissions.js'
import { keepRoleSets } from './role-sets.js'
import { allRoles, changedRole, changeRoles, holdRoles, newRole, seedRoles } from './roles-store.js'
import { undeclaredIn, type Undeclared } from './undeclared.js'
import { assignFirstAdministrator, assignRoles, forgetUser, rolesOfUser, unassignRoles } from './user-roles.js'

/** Receives reports that belong to no request. */
export interface Reports {
  /** The database has become unavailable or, without an error, available again. */
  refresh (error: unknown): void
  /** A stored permission no longer fits its table, and allows nothing. */
  mistake (role: Role, question: string, reason: string): void
  /** A role has permissions on something undeclared. Reported once for each, at the start. */
  undeclared (role: Role, what: Undeclared): void
}

export interface OpenedService {
  /** The service without the guard, which depends on Fastify. */
  readonly service: Omit<RolePermissionsService, 'guard'>
  /** Gives the configured roles their permissions, and reports undeclared names. Call it when everything is declared. */
  applyConfiguration (): Promise<void>
}

/** Opens the service on a migrated database. */
export async function openService (db: Kysely<Tables>, configured: readonly ConfiguredRole[], reports: Reports): Promise<OpenedService> {
  await seedRoles(db)
  const declared = openDeclarations(() => { roleSets.forget() })
  const known = await keepRoles(db, { onChange: () => { roleSets.forget() }, report: reports.refresh })
  const roleSets = keepRoleSets(known.get, declared, reports.mistake)

  async function change (make: (roles: readonly Role[]) => readonly Role[]): Promise<void> {
    await known.change(() => changeRoles(db, declared.users, make))
  }
  /** Updates a role, creates one (`id` is `null`) or deletes it (`make` returns `null`). */
  async function changeOne (id: string | null, make: (role: Role | null) => Role | null, { where = null, inTransaction }: ChangeOptions<Role>): Promise<void> {
    let before: Role | null = null
    let after: Role | null = null
    await known.change(() => changeRoles(db, declared.users, async (roles, transaction) => {
      before = id === null ? null : existing(roles, id)
      if (before !== null && where !== null) await assertMeets(transaction, before, where)
      after = make(before)
      const others = roles.filter(role => role !== before)
      return after === null ? others : [...others, after]
    }, async transaction => { await inTransaction?.(transaction, { before, after }) }))
  }
  function builtin (kind: Role['builtin']): Role {
    return known.all.find(role => role.builtin === kind) as Role
  }
  /** Avoids the transaction, and the reload in every other instance, if the roles in memory show that nothing changes. */
  async function changeIfDiffers (make: (roles: readonly Role[]) => readonly Role[]): Promise<void> {
    if (make(known.all) !== known.all) await change(make)
  }

  await changeIfDiffers(roles => withConfiguredNames(roles, configured))

  const service: OpenedService['service'] = {
    list: () => known.all,
    find: by => ('id' in by ? known.get(by.id) : known.all.find(({ name }) => name === by.name)) ?? null,
    create: async ({ name, description = null, permissions }, options = {}) => {
      checkRoleFields({ name: name ?? null, description })
      const role = newRole({ name, description, permissions: permissions === undefined ? ofItsOwnUser(declared) : readPermissions(permissions, declared) })
      await changeOne(null, () => role, options)
      return role
    },
    update: async (id, { name, description, permissions }, options = {}) => {
      checkRoleFields({ name, description })
      const checked = permissions === undefined ? undefined : readPermissions(permissions, declared)
      let updated: Role | undefined
      await changeOne(id, before => {
        const role = before as Role
        updated = changedRole(role, {
          name: name ?? role.name,
          description: description === undefined ? role.description : description,
          permissions: checked ?? role.permissions
        })
        return updated
      }, options)
      return updated as unknown as Role
    },
    delete: async (id, options = {}) => {
      await changeOne(id, role => {
        if (role?.builtin !== null) throw new ROLE_PERMISSIONS_ERR_BUILTIN_ROLE()
        return null
      }, options)
    },
    rolesOf: (userId, transaction) => rolesOfUser(transaction ?? db, userId),
    assign: (userId, roleIds, transaction) => inTransaction(transaction, within => assignRoles(within, userId, roleIds)),
    unassign: (userId, roleIds, transaction) => inTransaction(transaction, within => unassignRoles(within, declared.users, userId, roleIds)),
    forgetUser: (userId, transaction) => forgetUser(transaction, userId),
    administrated: async () => await administratedBy(db, declared.users, (await allRoles(db)).filter(mayDoEverything)),
    assertAdministrated: async transaction => {
      await holdRoles(transaction)
      await assertStillAdministrated(transaction, declared.users, (await allRoles(transaction)).filter(mayDoEverything))
    },
    assignFirstAdministrator: (userId, transaction) => assignFirstAdministrator(transaction, declared.users, userId),
    guest: () => ({ kind: 'guest', roles: [builtin('guest').id] }),
    administrator: () => builtin('administrator'),
    ...makeDecisions(roleSets, declared, () => builtin('guest').id, dialectOf(db)),
    declareTable: (table, { otherFields = [] } = {}) => { declared.declareTable(table, otherFields) },
    declareFunction: name => { declared.declareFunction(name) },
    declareUsers: users => { declared.declareUsers(users) },
    tables: declared.tables,
    functions: declared.functions,
    fieldsOf: name => {
      const table = declared.tables.get(name)
      return table === undefined ? [] : declared.fieldsOf(table)
    },
    readFilter: (table, filter) => readFilter(filter, table, declared),
    refresh: () => known.refresh(),
    catchUp: () => known.catchUp()
  }
  return {
    service,
    applyConfiguration: async () => {
      await changeIfDiffers(roles => withConfiguredRoles(roles, configured, declared))
      for (const role of known.all) for (const what of undeclaredIn(role, declared)) reports.undeclared(role, what)
    }
  }

  async function inTransaction (given: Kysely<Tables> | undefined, work: (within: Kysely<Tables>) => Promise<void>): Promise<void> {
    await (given === undefined ? db.transaction().execute(work) : work(given))
  }
}

function existing (roles: readonly Role[], id: string): Role {
  const role = roles.find(role => role.id === id)
  if (role === undefined) throw new ROLE_PERMISSIONS_ERR_ROLE_NOT_FOUND()
  return role
}

async function assertMeets (transaction: Transaction<Tables>, { id }: Role, where: Expression<SqlBool>): Promise<void> {
  const found = await transaction.selectFrom('latchkey_roles').select('latchkey_roles.id').where('latchkey_roles.id', '=', id).where(where).executeTakeFirst()
  if (found === undefined) throw new ROLE_PERMISSIONS_ERR_ROLE_NOT_FOUND()
}

/** The permissions of a role created without any: read and update the own user, if there is a Users table. */
function ofItsOwnUser ({ tables }: Declarations): RolePermissions {
  if (tables.size > 0 && !tables.has('Users')) return {}
  const own = { allow: true, filter: { id: { equals: '__loggedInUserId' } } }
  return readPermissions({ data: { Users: { read: own, update: own } } }, { tables, functions: new Set(), users: null, fieldsOf: () => [] })
}
