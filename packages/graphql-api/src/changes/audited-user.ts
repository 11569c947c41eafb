import type { AuditedRecord } from '@latchkey/audit-log'
import type { Tables } from '@latchkey/database'
import type { RolePermissionsService } from '@latchkey/role-permissions'
import type { User } from '@latchkey/users-store'
import type { Transaction } from 'kysely'

/** A user for the audit log, with the names of its roles. */
export type AuditedUser = User & { readonly roles: readonly string[] } & AuditedRecord

export async function withRoles (user: User, rolePermissions: RolePermissionsService, transaction: Transaction<Tables>): Promise<AuditedUser> {
  return { ...user, roles: (await rolePermissions.rolesOf(user.id, transaction)).map(({ name }) => name) }
}
