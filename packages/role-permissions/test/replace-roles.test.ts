/** Roles are made those of a file, all or nothing, by the rules of every other change. */
import { dialects } from '@latchkey/test-databases'
import fc, { type Arbitrary } from 'fast-check'
import t from 'tap'
import { defineRoles, difference, replaceRoles, type RoleDefinition, type RolePermissions } from '../dist/index.js'
import { open } from './helpers/app.js'

const reads: RolePermissions = { data: { Posts: { read: { allow: true } } } }

for (const dialect of dialects) {
  t.test(dialect, async t => {
    const { app } = await open(t, dialect)
    const { db, rolePermissions } = app
    const stored = async () => defineRoles((await db.selectFrom('latchkey_roles').selectAll().execute()).map(row => ({ ...row, permissions: JSON.parse(row.permissions) as RolePermissions })))
    const editor = await rolePermissions.create({ name: 'Editor', description: 'Edits', permissions: {} })

    await t.test('changes, makes and keeps', async t => {
      const seen: (string | undefined)[][] = []
      const differences = await replaceRoles(db, rolePermissions, [{ name: 'Editor', permissions: reads }, { name: 'Reader', permissions: reads }], {
        inTransaction: async (_transaction, { before, after }) => { seen.push([before?.name, after?.name]) }
      })
      t.strictSame(differences.map(({ text }) => text), ['Editor may now read Posts', 'new role Reader: may read Posts'])
      t.strictSame(seen.sort(), [[undefined, 'Reader'], ['Editor', 'Editor']].sort())
      t.strictSame((await stored()).map(({ name, description }) => [name, description]), [['Administrator', 'People who administer this app'], ['Editor', 'Edits'], ['Guest', 'Requests without a token'], ['Reader', undefined]])
      t.equal((await db.selectFrom('latchkey_roles').select('id').where('name', '=', 'Editor').executeTakeFirst())?.id, editor.id, 'who has the role keeps it')
    })

    await t.test('a dry run asks every rule and changes nothing', async t => {
      const before = await stored()
      const differences = await replaceRoles(db, rolePermissions, [{ name: 'Guest', permissions: reads }], { dryRun: true, prune: true })
      t.strictSame(differences.map(({ kind, role }) => `${kind} ${role}`), ['missing Editor', 'more Guest', 'missing Reader'], 'the built-in roles stay')
      t.strictSame(await stored(), before)
      await t.rejects(replaceRoles(db, rolePermissions, [{ name: 'Administrator', permissions: {} }], { dryRun: true }), { code: 'ROLE_PERMISSIONS_ERR_LAST_ADMINISTRATOR' })
    })

    await t.test('all or nothing', async t => {
      const before = await stored()
      const good: RoleDefinition = { name: 'Good', permissions: reads }
      const bad: [RoleDefinition[], { code: string, message?: RegExp }][] = [
        [[{ name: 'Bad', permissions: { data: { Nothing: { read: { allow: true } } } } }], { code: 'ROLE_PERMISSIONS_ERR_INVALID_PERMISSIONS', message: /^Bad: .*data\.Nothing is not a table/ }],
        [[{ name: 'Bad', permissions: { data: { Users: { read: { allow: true, fields: { gone: true } } } } } }], { code: 'ROLE_PERMISSIONS_ERR_INVALID_PERMISSIONS', message: /data\.Users\.read\.fields\.gone is not a field of Users/ }],
        [[{ name: ' ', permissions: {} }], { code: 'ROLE_PERMISSIONS_ERR_INVALID_ROLE' }],
        [[good], { code: 'ROLE_PERMISSIONS_ERR_INVALID_ROLE', message: /two roles have the name Good/ }],
        [[{ name: 'Administrator', permissions: reads }], { code: 'ROLE_PERMISSIONS_ERR_LAST_ADMINISTRATOR' }]
      ]
      for (const [definitions, error] of bad) await t.rejects(replaceRoles(db, rolePermissions, [good, ...definitions], { prune: true }), error)
      await t.rejects(replaceRoles(db, rolePermissions, [good], { inTransaction: async () => { throw new Error('no audit') } }), { message: 'no audit' })
      t.strictSame(await stored(), before)
      t.strictSame(await replaceRoles(db, rolePermissions, [{ name: 'Reader', permissions: { data: { Users: { read: { allow: true, fields: { avatar: true } } } } } }], { dryRun: true }).then(found => found.length), 2, 'fields that only permissions may name')
    })

    await t.test('what means the same is not written', async t => {
      const version = async () => (await db.selectFrom('latchkey_role_version').select('version').executeTakeFirstOrThrow()).version
      const before = await version()
      t.strictSame(await replaceRoles(db, rolePermissions, [{ name: 'Reader', permissions: { data: { Posts: { read: { allow: true, filter: {} }, delete: { allow: false } } } } }]), [])
      t.equal(await version(), before)
    })
  })
}

t.test('after replacing, nothing differs any more', async t => {
  const { app } = await open(t, 'sqlite')
  const permission = fc.record({ allow: fc.boolean(), fields: fc.dictionary(fc.constantFrom('id', 'title'), fc.boolean()), filter: fc.constantFrom<object>({}, { title: { equals: 'a' } }, { OR: [] }) }, { requiredKeys: ['allow'] })
  const permissions = fc.record({ data: fc.record({ Posts: fc.dictionary(fc.constantFrom('create', 'read', 'update'), permission) }) }) as Arbitrary<RolePermissions>
  const roles = fc.uniqueArray(fc.record({ name: fc.constantFrom('Guest', 'A', 'B', 'C'), permissions }), { selector: ({ name }) => name })
  await fc.assert(fc.asyncProperty(roles, async given => {
    await replaceRoles(app.db, app.rolePermissions, given, { prune: true })
    const now = (await app.db.selectFrom('latchkey_roles').selectAll().execute()).map(row => ({ ...row, permissions: JSON.parse(row.permissions) as RolePermissions }))
    const named = new Set<string>(given.map(({ name }) => name))
    t.strictSame(difference(now.filter(({ name }) => named.has(name)), given), [])
    t.strictSame(now.filter(({ name }) => !named.has(name)).map(({ name }) => name).filter(name => name !== 'Guest'), ['Administrator'])
    t.strictSame(await replaceRoles(app.db, app.rolePermissions, given, { prune: true }), [])
  }), { numRuns: 60 })
})
