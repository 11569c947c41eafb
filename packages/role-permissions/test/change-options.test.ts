import { dialects } from '@latchkey/test-databases'
import { sql } from 'kysely'
import t from 'tap'
import { open } from './helpers/app.js'

for (const dialect of dialects) {
  t.test(dialect, async t => {
    const { app: { rolePermissions } } = await open(t, dialect)
    const onlyEditors = { where: sql<boolean>`latchkey_roles.name = 'Editor'` }

    t.test('what runs with a change sees it, before and after, and undoes it by failing', async t => {
      const seen: unknown[] = []
      const inTransaction = async (_transaction: unknown, change: unknown) => { seen.push(change) }
      const role = await rolePermissions.create({ name: 'Writer' }, { inTransaction })
      const updated = await rolePermissions.update(role.id, { name: 'Author' }, { inTransaction })
      await rolePermissions.delete(role.id, { inTransaction })
      t.strictSame(seen, [{ before: null, after: role }, { before: role, after: updated }, { before: updated, after: null }])

      const editor = await rolePermissions.create({ name: 'Editor' })
      const failing = { inTransaction: async () => { throw new Error('no') } }
      await t.rejects(rolePermissions.create({ name: 'Other' }, failing), { message: 'no' })
      await t.rejects(rolePermissions.update(editor.id, { name: 'Other' }, failing), { message: 'no' })
      await t.rejects(rolePermissions.delete(editor.id, failing), { message: 'no' })
      t.strictSame(rolePermissions.list().map(({ name }) => name), ['Administrator', 'Editor', 'Guest'])
    })

    t.test('a role that does not meet the condition is not found', async t => {
      const reader = await rolePermissions.create({ name: 'Reader' })
      await t.rejects(rolePermissions.update(reader.id, { name: 'Editor 2' }, onlyEditors), { code: 'ROLE_PERMISSIONS_ERR_ROLE_NOT_FOUND' })
      await t.rejects(rolePermissions.delete(reader.id, onlyEditors), { code: 'ROLE_PERMISSIONS_ERR_ROLE_NOT_FOUND' })
      t.ok(rolePermissions.find({ name: 'Reader' }))
      const editor = rolePermissions.find({ name: 'Editor' })
      await rolePermissions.update(editor?.id as string, { description: 'edits' }, onlyEditors)
      t.equal(rolePermissions.find({ name: 'Editor' })?.description, 'edits')
    })
  })
}
