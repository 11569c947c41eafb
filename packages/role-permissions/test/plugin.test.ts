import database, { type Tables } from '@latchkey/database'
import Sqlite from 'better-sqlite3'
import Fastify from 'fastify'
import { Kysely, SqliteDialect } from 'kysely'
import { readFileSync } from 'node:fs'
import t from 'tap'
import rolePermissions, { errors, type RolePermissionsOptions, type RolePermissionsService } from '../dist/index.js'
import { open, register } from './helpers/app.js'

t.test('registered alone in a bare app, it decides for its two built-in roles', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(database, { url: 'sqlite::memory:' })
  await app.register(rolePermissions)
  app.get('/', async request => ({ principal: request.principal }))
  t.strictSame((await app.inject('/')).json(), { principal: null })
  t.strictSame(app.rolePermissions.list().map(({ name, builtin, permissions }) => [name, builtin, permissions]), [
    ['Administrator', 'administrator', { all: true }],
    ['Guest', 'guest', {}]
  ])
  t.ok(app.hasPlugin('@latchkey/role-permissions'))
  t.ok(Object.isFrozen(app.rolePermissions))
})

t.test('it requires the database plugin', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  await t.rejects(async () => await app.register(rolePermissions), { code: 'FST_ERR_PLUGIN_DEPENDENCY_NOT_REGISTERED' })
})

t.test('it works on a Kysely instance of the app', async t => {
  const kysely = new Kysely<Tables>({ dialect: new SqliteDialect({ database: new Sqlite(':memory:') }) })
  const app = Fastify()
  t.teardown(async () => {
    await app.close()
    await kysely.destroy()
  })
  await app.register(database, { kysely })
  await app.register(rolePermissions)
  t.equal(app.rolePermissions.administrator().name, 'Administrator')
})

const refused: [string, object, string][] = [
  ['an unknown option', { role: [] }, 'role is not an option'],
  ['a role without permissions', { roles: [{ name: 'Editor' }] }, 'roles.0.permissions is required'],
  ['a role with an unknown property', { roles: [{ name: 'Editor', permission: {}, permissions: {} }] }, 'roles.0.permission is not an option'],
  ['a role without a name', { roles: [{ name: ' ', permissions: {} }] }, 'roles.0.name must be a non-empty string'],
  ['two roles of one name', { roles: [{ name: 'Editor', permissions: {} }, { name: 'Editor', permissions: {} }] }, 'roles.1.name is used for two roles'],
  ['a description that no database can hold', { roles: [{ name: 'Editor', description: '\0', permissions: {} }] }, 'roles.0.description must not contain NUL characters'],
  ['permissions of another shape', { roles: [{ name: 'Editor', permissions: { data: { Posts: { read: true } } } }] }, 'roles.0.permissions.data.Posts.read must be an object'],
  ['misspelt permissions', { roles: [{ name: 'Editor', permissions: { dta: {} } }] }, 'roles.0.permissions.dta is unknown; did you mean data?']
]
for (const [what, options, message] of refused) {
  t.test(`registration refuses ${what}`, async t => {
    await t.rejects(register(t, 'sqlite::memory:', options as RolePermissionsOptions), {
      code: 'ROLE_PERMISSIONS_ERR_INVALID_OPTIONS',
      message: `Invalid role-permissions options: ${message}`
    })
  })
}

const id = { column: 'id', type: 'id' }
const undeclarable: [string, keyof Pick<RolePermissionsService, 'declareTable' | 'declareFunction' | 'declareUsers'>, unknown[], string][] = [
  ['nothing', 'declareTable', [], 'the table must be an object: { name, table, fields }'],
  ['a table without fields', 'declareTable', [{ name: 'Posts', table: 'posts' }], 'Posts.fields must be an object, for example { id: { column: "id", type: "id" } }'],
  ['an unknown field type', 'declareTable', [{ name: 'Posts', table: 'posts', fields: { id, title: { column: 'title', type: 'text' } } }], 'Posts.fields.title.type must be "id" or "string" or "number" or "boolean" or "date"'],
  ['other fields that are no list', 'declareTable', [{ name: 'Posts', table: 'posts', fields: { id } }, { otherFields: 'avatar' }], 'otherFields of Posts must be a list of names'],
  ['a function without a name', 'declareFunction', [], 'the name must be a non-empty string'],
  ['users without a table', 'declareUsers', [{ id: 'id' }], 'table and id must be SQL names, for example { table: "users", id: "id" }'],
  ['nothing as users', 'declareUsers', [], 'table and id must be SQL names, for example { table: "users", id: "id" }']
]
for (const [what, method, given, mistake] of undeclarable) {
  t.test(`JavaScript cannot declare ${what}`, async t => {
    const { app: { rolePermissions } } = await register(t, 'sqlite::memory:')
    t.throws(() => { (rolePermissions[method] as (...given: unknown[]) => void)(...given) }, {
      code: 'ROLE_PERMISSIONS_ERR_INVALID_DECLARATION',
      message: `Invalid declaration: ${mistake} (${method})`
    })
    t.equal(rolePermissions.tables.size + rolePermissions.functions.size, 0)
  })
}

t.test('permissions in the options that speak of what is not declared stop the start', async t => {
  await t.rejects(open(t, 'sqlite', { roles: [{ name: 'A', permissions: {} }, { name: 'B', permissions: { data: { Post: { read: { allow: true } } } } }] }, 'sqlite::memory:'), {
    code: 'ROLE_PERMISSIONS_ERR_INVALID_OPTIONS',
    message: 'Invalid role-permissions options: roles.1.permissions.data.Post is not a table; did you mean Posts?'
  })
})

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

t.test('the README lists exactly the errors', async t => {
  const rows = [...readme.matchAll(/^\| `(ROLE_PERMISSIONS_ERR_\w+)` \| (\d+) \|/gm)].map(([, code, status]) => [code, Number(status)])
  t.strictSame(Object.fromEntries(rows), Object.fromEntries(Object.entries(errors).map(([name, make]) => [name, make('').statusCode ?? 500])))
})

t.test('the quick start of the README is the example, which runs', async t => {
  const example = readFileSync(new URL('../examples/quick-start.ts', import.meta.url), 'utf8')
  t.ok(readme.includes(`\`\`\`ts\n${example}\`\`\``))
  const log = t.capture(console, 'log')
  await import('../dist-examples/quick-start.js')
  t.strictSame(log().map(({ args }) => args), [
    [200, [{ id: '1', title: 'Hello' }]],
    [403, 'Not Authorized']
  ])
})
