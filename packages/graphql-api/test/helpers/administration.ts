import activityLog from '@latchkey/activity-log'
import apiTokens from '@latchkey/api-tokens'
import auditLog from '@latchkey/audit-log'
import type { RolePermissions } from '@latchkey/role-permissions'
import type { Dialect } from '@latchkey/test-databases'
import { describeUsersTable } from '@latchkey/users-store'
import { sql } from 'kysely'
import type { Test } from 'tap'
import { openApi, type ApiOptions, type TestApi } from './api.js'

export const all = { allow: true }
/** Reads of a table only these fields, of all records or of some. */
export const reading = (table: string, fields?: string[], filter?: unknown): RolePermissions =>
  ({ data: { [table]: { read: { allow: true, ...fields !== undefined && { fields: Object.fromEntries(fields.map(field => [field, true])) }, ...filter !== undefined && { filter } } } } })

/** An API with everything that there is to administrate, a table of the app's own, and one that is not in its database. */
export async function openAdministration (t: Test, dialect: Dialect, options: ApiOptions = {}): Promise<TestApi> {
  return await openApi(t, dialect, {
    ...options,
    before: async app => {
      await app.register(apiTokens)
      await app.register(auditLog)
      await app.register(activityLog)
      await sql`create table notes (id text primary key, title text not null, company text, owner_id text)`.execute(app.db)
      const users = describeUsersTable(app.usersStore.columns)
      app.rolePermissions.declareTable({
        name: 'Notes',
        table: 'notes',
        fields: { id: { column: 'id', type: 'id' }, title: { column: 'title', type: 'string' }, ownerId: { column: 'owner_id', type: 'id' } },
        relations: { owner: { kind: 'one', table: () => users, from: 'owner_id', to: 'id' } }
      }, { otherFields: ['attachments'] })
      app.rolePermissions.declareTable({ name: 'Elsewhere', table: 'elsewhere', fields: { id: { column: 'id', type: 'id' } } })
      app.rolePermissions.declareFunction('sendReport')
      await options.before?.(app)
    }
  })
}
