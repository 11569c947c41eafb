import database from '@latchkey/database'
import rolePermissions from '@latchkey/role-permissions'
import { databaseUrl, dialects } from '@latchkey/test-databases'
import Fastify from 'fastify'
import { CamelCasePlugin } from 'kysely'
import { readFileSync } from 'node:fs'
import t from 'tap'
import apiTokens, { errors, migrateApiTokens } from '../dist/index.js'
import { openApp, openOn } from './helpers/app.js'

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')

t.test('names itself, its Fastify version and what it needs', async t => {
  t.strictSame((apiTokens as unknown as Record<symbol, unknown>)[Symbol.for('plugin-meta')], {
    name: '@latchkey/api-tokens', fastify: '5.x', dependencies: ['@latchkey/database', '@latchkey/role-permissions']
  })
  const app = Fastify()
  t.teardown(() => app.close())
  await t.rejects(async () => await app.register(apiTokens), { code: 'FST_ERR_PLUGIN_DEPENDENCY_NOT_REGISTERED' })
})

const refused: [string, object, RegExp][] = [
  ['an unknown option', { prefix: 'sk_' }, /prefix is not an option/],
  ['a wrong type', { migrate: 'yes' }, /migrate must be boolean/]
]
for (const [what, options, message] of refused) {
  t.test(`registration refuses ${what}`, async t => {
    const app = Fastify()
    t.teardown(() => app.close())
    await app.register(database, { url: 'sqlite::memory:' })
    await app.register(rolePermissions)
    await t.rejects(async () => await app.register(apiTokens, options), { code: 'API_TOKENS_ERR_INVALID_OPTIONS', message })
  })
}

for (const dialect of dialects) {
  t.test(`${dialect}: with migrate: false the tables are not created`, async t => {
    const app = Fastify()
    const url = await databaseUrl({ teardown: remove => t.teardown(async () => { await app.close(); await remove() }) }, dialect)
    await app.register(database, { url })
    await app.register(rolePermissions)
    await app.register(apiTokens, { migrate: false })
    await t.rejects(app.apiTokens.list())
    await migrateApiTokens(app.db)
    await migrateApiTokens(app.db)
    t.strictSame(await app.apiTokens.list(), [])
  })

  t.test(`${dialect}: tokens are there for the next start of the app`, async t => {
    const { app, url } = await openApp(t, dialect)
    const { token, secret } = await app.apiTokens.create({ name: 'x', roles: [] })
    await app.close()
    const next = await openOn({ url })
    t.teardown(() => next.app.close())
    t.match(await next.app.apiTokens.authenticate(secret), { tokenId: token.id })
    await next.app.close()
  })

  t.test(`${dialect}: plugins of the app's Kysely instance do not touch the queries`, async t => {
    const { app } = await openApp(t, dialect)
    const { app: other } = await openOn({ kysely: app.db.withPlugin(new CamelCasePlugin()) })
    const { token, secret } = await other.apiTokens.create({ name: 'x', roles: [] })
    t.match(await other.apiTokens.authenticate(secret), { tokenId: token.id })
    await other.close()
  })
}

t.test('the README lists the errors with their codes and statuses', async t => {
  const listed = [...read('../README.md').matchAll(/^\| `(API_TOKENS_ERR_\w+)` \| (\d+) \|/gm)].map(([, code, status]) => [code, Number(status)])
  const exported = Object.entries(errors).map(([name, ErrorClass]) => [name, (Reflect.construct(ErrorClass, ['x']) as { statusCode: number }).statusCode ?? 500])
  t.strictSame(listed.sort(), exported.sort())
})

t.test('the quick start is the example, which does what the README says', async t => {
  t.ok(read('../README.md').includes(`\`\`\`ts\n${read('../examples/quick-start.ts')}\`\`\``))
  Object.assign(process.env, { PORT: '0', LOG_LEVEL: 'silent', DATABASE_URL: 'sqlite::memory:' })
  const printed = t.capture(console, 'log')
  const { app } = await import('../dist-examples/quick-start.js')
  t.teardown(() => app.close())
  const command = String(printed()[0]?.args[0])
  const [, header, authorization] = /-H '(\w+): (Bearer lk_[\w-]{43})'/.exec(command) as unknown as [string, string, string]
  const send = async (headers: Record<string, string>) => await app.inject({ method: 'POST', url: '/reports', headers })
  t.match((await send({ [header]: authorization })).json(), { sentBy: { kind: 'apiToken' } })
  t.match(await send({}), { statusCode: 403 })
  t.match(await send({ authorization: 'Basic x' }), { statusCode: 401 })
  t.match(await send({ authorization: `${authorization}x` }), { statusCode: 401 })
})
