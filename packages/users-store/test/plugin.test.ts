import database from '@latchkey/database'
import Fastify from 'fastify'
import { readFile } from 'node:fs/promises'
import t from 'tap'
import usersStore, { errors } from '../dist/index.js'
import { appOn } from './helpers/app.js'

const read = async (path: string) => await readFile(new URL(path, import.meta.url), 'utf8')

t.test('names itself, its Fastify version and what it needs', async t => {
  t.strictSame((usersStore as unknown as Record<symbol, unknown>)[Symbol.for('plugin-meta')], {
    name: '@latchkey/users-store', fastify: '5.x', dependencies: ['@latchkey/database']
  })
})

t.test('needs the database plugin', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  await t.rejects(async () => await app.register(usersStore), { code: 'FST_ERR_PLUGIN_DEPENDENCY_NOT_REGISTERED' })
})

t.test('decorates the app with usersStore, and adds no route and no hook', async t => {
  const app = await appOn(t, { url: 'sqlite::memory:' })
  t.ok(app.hasDecorator('usersStore'))
  t.equal(app.printRoutes({ commonPrefix: false }), '(empty tree)')
  t.strictSame(Object.keys(app.usersStore).sort(), [
    'bindIdentity', 'check', 'columns', 'create', 'delete', 'findByEmail', 'findById', 'findByIdentity', 'identitiesOf', 'isRemoved', 'noteEmail', 'onDelete', 'removeIdentity', 'restoreIdentity', 'update'
  ])
})

const refused: [string, object, RegExp][] = [
  ['an unknown option', { migrations: true }, /migrations is not an option/],
  ['a wrong type', { migrate: 'yes' }, /migrate must be boolean/],
  ['a column of an unknown type', { columns: { level: { type: 'json' } } }, /columns\.level\.type must be "string" or "number" or "boolean" or "date"/],
  ['an unknown property of a column', { columns: { level: { type: 'number', unique: true } } }, /columns\.level\.unique is not an option/],
  ['a column in snake_case', { columns: { hired_at: { type: 'date' } } }, /columns\.hired_at must be named in camelCase/],
  ['a column with a capital letter first', { columns: { Level: { type: 'number' } } }, /columns\.Level must be named in camelCase/],
  ['a column that is no identifier', { columns: { 'a" text; drop table x; --': { type: 'number' } } }, /must be named in camelCase/],
  ['a column called __proto__', JSON.parse('{ "columns": { "__proto__": { "type": "number" } } }'), /columns\.__proto__ must be named in camelCase/],
  ['a column that every user has', { columns: { firstName: { type: 'string' } } }, /columns\.firstName is a field that every user has/],
  ['a column that every user has, with digits', { columns: { is8base: { type: 'boolean' } } }, /columns\.is8base is a field that every user has/],
  ['a column of PostgreSQL\'s own', { columns: { xmin: { type: 'number' } } }, /columns\.xmin is a name that PostgreSQL reserves/],
  ['a column name that PostgreSQL would truncate', { columns: { [`a${'B'.repeat(32)}`]: { type: 'number' } } }, /is too long/]
]
for (const [what, options, message] of refused) {
  t.test(`registration refuses ${what}`, async t => {
    const app = Fastify()
    t.teardown(() => app.close())
    await app.register(database, { url: 'sqlite::memory:' })
    await t.rejects(async () => await app.register(usersStore, options), { code: 'USERS_STORE_ERR_INVALID_OPTIONS', message })
  })
}

t.test('the README lists the errors with their codes and statuses', async t => {
  const readme = await read('../README.md')
  const listed = [...readme.matchAll(/^\| `(USERS_STORE_ERR_\w+)` \| (\d+) \|/gm)].map(([, code, status]) => [code, Number(status)])
  const example = { USERS_STORE_ERR_INVALID_EMAIL: 'x', USERS_STORE_ERR_INVALID_USER: {} } as Record<string, unknown>
  const exported = Object.entries(errors).map(([name, ErrorClass]) => {
    const error = new (ErrorClass as unknown as new (argument: unknown) => { code: string, statusCode: number })(example[name])
    t.equal(error.code, name)
    return [name, error.statusCode]
  })
  t.strictSame(listed.sort(), exported.sort())
})

t.test('the quick start of the README is the example', async t => {
  const [readme, example] = await Promise.all([read('../README.md'), read('../examples/quick-start.ts')])
  t.ok(readme.includes(`\`\`\`ts\n${example}\`\`\`\n`))
})
