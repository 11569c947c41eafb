import { raiseVersion, readVersion, type StoredVersion, type Tables } from '@latchkey/database'
import type { Kysely, Transaction } from 'kysely'
import { randomUUID } from 'node:crypto'
import { administratedBy, assertStillAdministrated } from './administrators.js'
import { nothingDeclared, type UsersTable } from './declarations.js'
import { ROLE_PERMISSIONS_ERR_LAST_ADMINISTRATOR, ROLE_PERMISSIONS_ERR_ROLE_EXISTS } from './errors.js'
import { everything, mayDoEverything, type Role, type RolePermissions } from './permissions.js'
import { readPermissions } from './read-permissions.js'
import type { RolesTable } from './tables.js'

type Database = Kysely<Tables>

export const VERSION_TABLE = 'latchkey_role_version'

/** All roles at a version. */
export interface StoredRoles {
  readonly version: StoredVersion
  readonly roles: readonly Role[]
}

/**
 * Creates the two built-in roles and the version if they do not exist. Any number of instances can do so at once: of two
 * that insert the same row, one waits and then finds it.
 */
export async function seedRoles (db: Database): Promise<void> {
  const roles = [
    newRole({ name: 'Administrator', description: 'People who administer this app', permissions: everything, builtin: 'administrator' }),
    newRole({ name: 'Guest', description: 'Requests without a token', permissions: {}, builtin: 'guest' })
  ]
  await db.insertInto('latchkey_roles').values(roles.map(toRow)).onConflict(conflict => conflict.doNothing()).execute()
  await db.insertInto(VERSION_TABLE).values({ id: 1, version: 1 }).onConflict(conflict => conflict.doNothing()).execute()
}

/** Returns a frozen role with a new ID. */
export function newRole (fields: { name: string, description: string | null, permissions: RolePermissions, builtin?: Role['builtin'] }): Role {
  const now = new Date().toISOString()
  return Object.freeze({ id: randomUUID(), builtin: null, ...fields, createdAt: now, updatedAt: now })
}

/** Returns a frozen copy with some fields changed. */
export function changedRole (role: Role, fields: Partial<Pick<Role, 'name' | 'description' | 'permissions'>>): Role {
  return Object.freeze({ ...role, ...fields, updatedAt: new Date().toISOString() })
}

/** Reads the version first, so that a change in between is detected later instead of missed. */
export async function loadRoles (db: Database): Promise<StoredRoles> {
  return { version: await readVersion(db, VERSION_TABLE), roles: await allRoles(db) }
}

/**
 * The only way to change roles. In a transaction that only one instance can be in at a time, `change` receives all roles and
 * returns all roles. The differences are written if the result is valid.
 *
 * @param users where users are stored; `null` if unknown
 * @param change may throw, and then nothing changes
 * @param afterwards runs in the transaction after the writes; if it throws, the change is rolled back
 * @throws ROLE_PERMISSIONS_ERR_ROLE_EXISTS if two roles would have the same name
 * @throws ROLE_PERMISSIONS_ERR_LAST_ADMINISTRATOR if no role with full access would be left
 * @throws ROLE_PERMISSIONS_ERR_NO_ADMINISTRATOR_LEFT if the last user with full access would lose it
 */
export async function changeRoles (
  db: Database,
  users: UsersTable | null,
  change: (roles: readonly Role[], transaction: Transaction<Tables>) => readonly Role[] | Promise<readonly Role[]>,
  afterwards?: (transaction: Transaction<Tables>) => Promise<void>
): Promise<StoredRoles> {
  return await db.transaction().execute(async transaction => {
    const version = await raiseVersion(transaction, VERSION_TABLE)
    const before = await allRoles(transaction)
    const after = await change(before, transaction)
    if (new Set(after.map(role => role.name)).size < after.length) throw new ROLE_PERMISSIONS_ERR_ROLE_EXISTS()
    if (!after.some(mayDoEverything)) throw new ROLE_PERMISSIONS_ERR_LAST_ADMINISTRATOR()
    const administrated = await administratedBy(transaction, users, before.filter(mayDoEverything))
    await writeDifference(transaction, before, after)
    if (administrated) await assertStillAdministrated(transaction, users, after.filter(mayDoEverything))
    await afterwards?.(transaction)
    return { version, roles: after }
  })
}

async function writeDifference (transaction: Database, before: readonly Role[], after: readonly Role[]): Promise<void> {
  const known = new Map(before.map(role => [role.id, role]))
  const kept = new Set(after.map(role => role.id))
  for (const { id } of before) {
    if (!kept.has(id)) await transaction.deleteFrom('latchkey_roles').where('id', '=', id).execute()
  }
  for (const role of after) {
    const old = known.get(role.id)
    if (old === undefined) await transaction.insertInto('latchkey_roles').values(toRow(role)).execute()
    else if (old !== role) await transaction.updateTable('latchkey_roles').set(toRow(role)).where('id', '=', role.id).execute()
  }
}

/** Until the end of the transaction, nobody else can change roles or remove one from a user. */
export async function holdRoles (transaction: Database): Promise<void> {
  await transaction.updateTable(VERSION_TABLE).set(({ ref }) => ({ version: ref('version') })).where('id', '=', 1).execute()
}

export async function allRoles (db: Database): Promise<Role[]> {
  return (await db.selectFrom('latchkey_roles').selectAll().orderBy('name').execute()).map(toRole)
}

/** Converts a row to a deeply frozen role. */
export function toRole (row: RolesTable): Role {
  return Object.freeze({
    id: row.id,
    name: row.name,
    description: row.description,
    builtin: row.builtin,
    permissions: readPermissions(JSON.parse(row.permissions), nothingDeclared),
    createdAt: row.created_at,
    updatedAt: row.updated_at
  })
}

function toRow (role: Role): RolesTable {
  return {
    id: role.id,
    name: role.name,
    description: role.description,
    builtin: role.builtin,
    permissions: JSON.stringify(role.permissions),
    created_at: role.createdAt,
    updated_at: role.updatedAt
  }
}
