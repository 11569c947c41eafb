import database, { seenChanges, type SeenChanges } from '@latchkey/database'
import rolePermissions from '@latchkey/role-permissions'
import { databaseUrl, dialects, type Dialect } from '@latchkey/test-databases'
import Fastify, { type FastifyInstance } from 'fastify'
import type { Kysely } from 'kysely'
import t, { type Test } from 'tap'
import firstAdministrator, { type IssuedCode } from '../dist/index.js'

const WRONG = { code: 'FIRST_ADMINISTRATOR_ERR_WRONG_CODE', statusCode: 400, message: /logged the code when it last started.*get a new code$/ }
const NOT_NEEDED = { code: 'FIRST_ADMINISTRATOR_ERR_NOT_NEEDED', statusCode: 409 }
const TOO_MANY = { code: 'FIRST_ADMINISTRATOR_ERR_TOO_MANY_TRIES', statusCode: 429 }

/** Copies of an app over one database; of SQLite one, since two in one process would wait for each other without end. */
async function open (t: Test, dialect: Dialect, copies = 1): Promise<FastifyInstance[]> {
  const apps: FastifyInstance[] = []
  const url = await databaseUrl({ teardown: remove => t.teardown(async () => { await Promise.all(apps.map(async app => { await app.close() })); await remove() }) }, dialect)
  for (let index = 0; index < (dialect === 'sqlite' ? 1 : copies); index++) {
    const app = Fastify()
    apps.push(app)
    await app.register(database, { url })
    await app.register(rolePermissions)
    await app.register(firstAdministrator)
    await app.ready()
  }
  return apps
}

const issue = async ({ firstAdministrator }: FastifyInstance) => (await firstAdministrator.issueCode() as IssuedCode).code
const administrators = async ({ db }: FastifyInstance) => (await db.selectFrom('latchkey_user_roles').select('user_id').execute()).map(row => row.user_id)
/** The statements that an app runs while something is done. */
async function statementsOf (t: Test, { db }: FastifyInstance, work: () => Promise<unknown>): Promise<readonly string[]> {
  const statements: string[] = []
  const prototype = Object.getPrototypeOf(db.getExecutor()) as { executeQuery (query: { sql: string }, ...rest: unknown[]): Promise<unknown> }
  const { executeQuery } = prototype
  const restore = t.intercept(prototype, 'executeQuery', {
    configurable: true,
    value: async function (this: never, query: { sql: string }, ...rest: unknown[]) {
      statements.push(query.sql)
      return await executeQuery.call(this, query, ...rest)
    }
  }).restore
  await work()
  restore()
  return statements
}

/** From here to the end of the test the second is not over for which it is known that there is an administrator: a machine may be busy for as long. */
function stopClock (t: Test): void {
  const now = performance.now()
  t.intercept(performance, 'now', { value: () => now, configurable: true })
}

/** Another code than a given one. */
const other = (code: string) => `${code.slice(0, -1)}${code.endsWith('7') ? '8' : '7'}`

for (const dialect of dialects) {
  t.test(`${dialect}: the user with the code becomes the first administrator, and all codes become invalid`, async t => {
    const [app] = await open(t, dialect) as [FastifyInstance]
    const { firstAdministrator, rolePermissions, db } = app
    t.equal(await firstAdministrator.needed(), true)
    const before = Date.now()
    const { code, expiresAt } = await firstAdministrator.issueCode() as IssuedCode
    t.match(code, /^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}$/)
    const made = expiresAt.getTime() - 24 * 60 * 60_000
    t.ok(before <= made && made <= Date.now())
    t.notMatch(JSON.stringify(await db.selectFrom('latchkey_administrator_codes').selectAll().execute()), new RegExp(`${code}|${code.replaceAll('-', '')}`), 'it is not in the database')
    await t.rejects(firstAdministrator.claim('ann', other(code)), WRONG)
    t.match(await firstAdministrator.claim('ann', code), { id: rolePermissions.administrator().id, name: 'Administrator' })
    t.match(await rolePermissions.rolesOf('ann'), [{ name: 'Administrator' }])
    t.equal(await firstAdministrator.needed(), false)
    await t.rejects(firstAdministrator.claim('bob', code), NOT_NEEDED)
    await t.rejects(firstAdministrator.claim('ann', code), NOT_NEEDED)
    t.equal(await firstAdministrator.issueCode(), null)
    t.strictSame(await db.selectFrom('latchkey_administrator_codes').selectAll().execute(), [])
    t.strictSame(await db.selectFrom('latchkey_administrator_tries').selectAll().execute(), [])
  })

  t.test(`${dialect}: a code is accepted in any spelling, and nothing else is`, async t => {
    const [app] = await open(t, dialect) as [FastifyInstance]
    const { firstAdministrator } = app
    const undo = { inTransaction: async () => { throw new Error('undone') } }
    const code = await issue(app)
    let number = 0
    for (const text of [code, code.toLowerCase(), code.replaceAll('-', ''), code.replaceAll('-', ' '), ` ${code}\n`, code.replaceAll('0', 'O').replaceAll('1', 'l'), code.replaceAll('0', 'o').replaceAll('1', 'I'), [...code].join('-')]) {
      await t.rejects(firstAdministrator.claim(`user ${number++}`, text, undo), { message: 'undone' }, JSON.stringify(text))
    }
    t.strictSame(await administrators(app), [], 'what fails beside it undoes it')
    for (const text of ['', '-', code.slice(1), `${code}0`, code.slice(0, 4), `${code}${code}`, `U${code.slice(1)}`, '\0'.repeat(16), 'É'.repeat(16), '0'.repeat(16), code + ' '.repeat(100), 'x'.repeat(1_000_000)]) {
      await t.rejects(firstAdministrator.claim(`user ${number++}`, text), WRONG)
    }
    t.match(await firstAdministrator.claim('ann', code), { name: 'Administrator' }, 'and what failed has not used it up')
  })

  t.test(`${dialect}: every instance accepts every instance's code, and of concurrent claims one succeeds`, async t => {
    const apps = await open(t, dialect, 3)
    const codes = await Promise.all(apps.map(issue))
    t.equal(new Set(codes).size, apps.length)
    const claims = Array.from({ length: 12 }, (_, index) => ({ app: apps[index % apps.length] as FastifyInstance, code: codes[(index + 1) % apps.length] as string, userId: `user ${index}` }))
    const outcomes = await Promise.allSettled(claims.map(async ({ app, code, userId }) => await app.firstAdministrator.claim(userId, code)))
    t.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
    for (const outcome of outcomes) if (outcome.status === 'rejected') t.match(outcome.reason, NOT_NEEDED)
    const [administrator, ...more] = await administrators(apps[0] as FastifyInstance)
    t.equal(administrator, claims[outcomes.findIndex(({ status }) => status === 'fulfilled')]?.userId)
    t.strictSame(more, [])
    for (const app of apps) t.equal(await app.firstAdministrator.needed(), false)
  })

  t.test(`${dialect}: an administrator created meanwhile in another way is not missed`, async t => {
    const apps = await open(t, dialect, 2)
    const [one, two = one] = apps as [FastifyInstance, FastifyInstance?]
    const code = await issue(one)
    const administratorId = one.rolePermissions.administrator().id
    let claiming: Promise<unknown> | undefined
    await one.db.transaction().execute(async transaction => {
      await one.rolePermissions.assign('bob', [administratorId], transaction)
      claiming = two.firstAdministrator.claim('ann', code)
      // Long enough to be given the role, if it were not waited for.
      await Promise.race([claiming.catch(() => {}), new Promise(resolve => setTimeout(resolve, 300))])
    })
    await t.rejects(claiming as Promise<unknown>, NOT_NEEDED)
    t.strictSame(await administrators(one), ['bob'])
  })

  t.test(`${dialect}: five tries in a minute, over all copies, and each user for itself`, async t => {
    const apps = await open(t, dialect, 2)
    const [one, two = one] = apps as [FastifyInstance, FastifyInstance?]
    const code = await issue(one)
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, async (_, index) => await (index % 2 === 0 ? one : two).firstAdministrator.claim('ann', other(code))))
    const codes = outcomes.map(outcome => (outcome as PromiseRejectedResult).reason.code as string)
    t.equal(codes.filter(code => code === WRONG.code).length, 5)
    t.equal(codes.filter(code => code === TOO_MANY.code).length, 15)
    for (const app of apps) await t.rejects(app.firstAdministrator.claim('ann', code), TOO_MANY, 'the right one too')
    await one.db.updateTable('latchkey_administrator_tries').set({ expires_at: new Date(Date.now() - 1).toISOString() }).execute()
    for (let time = 0; time < 4; time++) await t.rejects(two.firstAdministrator.claim('ann', other(code)), WRONG, 'a minute later')
    t.match(await two.firstAdministrator.claim('ann', code), { name: 'Administrator' })
  })

  t.test(`${dialect}: a try over the limit costs one statement, and a cached answer costs none`, async t => {
    const [app] = await open(t, dialect) as [FastifyInstance]
    const { firstAdministrator } = app
    const code = await issue(app)
    for (let time = 0; time < 5; time++) await t.rejects(firstAdministrator.claim('ann', other(code)), WRONG)
    stopClock(t)
    t.match(await statementsOf(t, app, async () => { await t.rejects(firstAdministrator.claim('ann', code), TOO_MANY) }), [/^insert into "latchkey_administrator_tries"/])
    await firstAdministrator.claim('bob', code)
    t.strictSame(await statementsOf(t, app, async () => { await t.rejects(firstAdministrator.claim('ann', code), NOT_NEEDED) }), [])
  })

  t.test(`${dialect}: concurrent calls of needed() share one query`, async t => {
    const [app] = await open(t, dialect) as [FastifyInstance]
    const { firstAdministrator, rolePermissions } = app
    stopClock(t)
    const askAll = async () => await Promise.all(Array.from({ length: 50 }, async () => await firstAdministrator.needed()))
    const once = (await statementsOf(t, app, async () => { t.equal(await firstAdministrator.needed(), true) })).length
    t.equal((await statementsOf(t, app, async () => { t.strictSame(new Set(await askAll()), new Set([true])) })).length, once)
    await rolePermissions.assign('ann', [rolePermissions.administrator().id])
    t.equal((await statementsOf(t, app, async () => { t.strictSame(new Set(await askAll()), new Set([false])) })).length, once)
    t.strictSame(await statementsOf(t, app, askAll), [], 'and nothing within a second')
  })

  t.test(`${dialect}: tries are deleted once there is an administrator, and do not invalidate caches of users`, async t => {
    const [app] = await open(t, dialect) as [FastifyInstance]
    const code = await issue(app)
    const changes = seenChanges(app.db) as SeenChanges
    const before = changes.count
    await t.rejects(app.firstAdministrator.claim('ann', other(code)), WRONG)
    t.equal(changes.count, before)
    await app.rolePermissions.assign('bob', [app.rolePermissions.administrator().id])
    await t.rejects(app.firstAdministrator.claim('ann', other(code)), NOT_NEEDED)
    t.strictSame(await app.db.selectFrom('latchkey_administrator_tries').selectAll().execute(), [])
  })

  t.test(`${dialect}: tries of one user do not limit another`, async t => {
    const [app] = await open(t, dialect) as [FastifyInstance]
    const code = await issue(app)
    for (let time = 0; time < 6; time++) await t.rejects(app.firstAdministrator.claim('ann', other(code)))
    t.match(await app.firstAdministrator.claim('bob', code), { name: 'Administrator' })
  })

  t.test(`${dialect}: a code is valid for 24 hours, and earlier codes stay valid`, async t => {
    const [app] = await open(t, dialect) as [FastifyInstance]
    const { firstAdministrator, db } = app
    const old = await issue(app)
    await db.updateTable('latchkey_administrator_codes').set({ expires_at: new Date(Date.now() - 1).toISOString() }).execute()
    await t.rejects(firstAdministrator.claim('ann', old), WRONG)
    const [first] = [await issue(app), await issue(app)]
    await t.rejects(firstAdministrator.claim('ann', old), WRONG)
    t.match(await firstAdministrator.claim('ann', first as string), { name: 'Administrator' })
  })

  t.test(`${dialect}: codes and tries whose time is over are deleted, each hour, and no others`, async t => {
    // An hour is over at once.
    const schedule = setTimeout
    t.intercept(globalThis, 'setTimeout', { value: Object.assign((work: () => void, ms = 0, ...given: []) => schedule(work, ms >= 60_000 ? 50 : ms, ...given), schedule) })
    const [app] = await open(t, dialect) as [FastifyInstance]
    const { firstAdministrator, db } = app
    const code = await issue(app)
    for (const userId of ['ann', 'bob']) await t.rejects(firstAdministrator.claim(userId, other(code)), WRONG)
    const over = { expires_at: new Date(Date.now() - 1).toISOString() }
    await db.updateTable('latchkey_administrator_tries').set(over).where('user_id', '=', 'ann').execute()
    await db.insertInto('latchkey_administrator_codes').values({ code_hash: 'old', ...over }).execute()
    const codes = async () => (await db.selectFrom('latchkey_administrator_codes').select('code_hash').execute()).map(row => row.code_hash)
    const tries = async () => (await db.selectFrom('latchkey_administrator_tries').select('user_id').execute()).map(row => row.user_id)
    while ((await codes()).length > 1 || (await tries()).length > 1) await new Promise(resolve => schedule(resolve, 20))
    t.notSame(await codes(), ['old'])
    t.strictSame(await tries(), ['bob'])
    await app.close()
  })

  t.test(`${dialect}: it assigns a role with full access, even if Administrator was renamed or restricted`, async t => {
    const [app] = await open(t, dialect) as [FastifyInstance]
    const { firstAdministrator, rolePermissions } = app
    const builtin = rolePermissions.administrator().id
    await rolePermissions.update(builtin, { name: 'Boss' })
    const undo = { inTransaction: async (_transaction: unknown, { name }: { name: string }) => { throw new Error(name) } }
    const code = await issue(app)
    await t.rejects(firstAdministrator.claim('ann', code, undo), { message: 'Boss' })
    await rolePermissions.create({ name: 'Another', permissions: { all: true } })
    await t.rejects(firstAdministrator.claim('ann', code, undo), { message: 'Boss' }, 'the built-in one first')
    await rolePermissions.update(builtin, { permissions: {} })
    await rolePermissions.assign('bob', [builtin])
    t.match(await firstAdministrator.claim('ann', code, {}), { name: 'Another' }, 'who has it without its permissions is none')
  })

  t.test(`${dialect}: without a role with full access nobody becomes administrator`, async t => {
    const [app] = await open(t, dialect) as [FastifyInstance]
    await app.db.updateTable('latchkey_roles').set({ permissions: '{}' }).execute()
    const code = await issue(app)
    await t.rejects(app.firstAdministrator.claim('ann', code), { code: 'ROLE_PERMISSIONS_ERR_NO_ADMINISTRATOR_ROLE', message: /\{ "all": true \}/ })
    t.strictSame(await administrators(app), [])
  })
}

for (const dialect of dialects) {
  t.test(`${dialect}: a deleted user neither becomes nor counts as administrator, and uses up no code`, async t => {
    const [app] = await open(t, dialect) as [FastifyInstance]
    const { firstAdministrator, rolePermissions } = app
    const people = app.db as unknown as Kysely<{ people: { id: string } }>
    await people.schema.createTable('people').addColumn('id', 'text', column => column.primaryKey()).execute()
    await people.insertInto('people').values([{ id: 'ann' }, { id: 'bob' }]).execute()
    const remove = async (id: string) => { await people.deleteFrom('people').where('id', '=', id).execute() }
    rolePermissions.declareUsers({ table: 'people', id: 'id' })

    const code = await issue(app)
    await t.rejects(firstAdministrator.claim('gone', code), { code: 'ROLE_PERMISSIONS_ERR_USER_NOT_FOUND', statusCode: 404 })
    t.strictSame(await administrators(app), [])
    t.match(await firstAdministrator.claim('ann', code), { name: 'Administrator' }, 'the code is still good')
    t.equal(await firstAdministrator.needed(), false)

    await remove('ann')
    const next = await issue(app)
    t.match(await firstAdministrator.claim('bob', next), { name: 'Administrator' }, 'a role left behind is no administrator')
    await remove('bob')
    await new Promise(resolve => setTimeout(resolve, 1050))
    t.equal(await firstAdministrator.needed(), true, 'it is noticed within a second')
  })
}

t.test('registration refuses any option, since there are none', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(database, { url: await databaseUrl(t, 'sqlite') })
  await app.register(rolePermissions)
  const options = { migrate: false } as object
  await t.rejects(async () => await app.register(firstAdministrator, options), { code: 'FIRST_ADMINISTRATOR_ERR_INVALID_OPTIONS', message: 'Invalid first administrator options: migrate is not an option' })
})

t.test('every character of a code is random', async t => {
  const [app] = await open(t, 'sqlite') as [FastifyInstance]
  const codes = await Promise.all(Array.from({ length: 300 }, async () => (await issue(app)).replaceAll('-', '')))
  t.equal(new Set(codes).size, codes.length)
  for (let place = 0; place < 16; place++) t.ok(new Set(codes.map(code => code[place])).size > 25, `letters at ${place}`)
})
