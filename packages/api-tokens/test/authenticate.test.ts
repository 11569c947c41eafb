import { seenChanges, type SeenChanges } from '@latchkey/database'
import { dialects } from '@latchkey/test-databases'
import type { FastifyInstance } from 'fastify'
import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { refusalOf } from '../dist/index.js'
import { openApp, openOn, setClock } from './helpers/app.js'

const invalid = (reason: string) => ({ code: 'API_TOKENS_ERR_TOKEN_INVALID', statusCode: 401, message: 'Token invalid', reason })
/** Records the kind of every statement from now on, without those that ask for the roles' version. */
function recordStatements (t: Test, { db }: FastifyInstance): string[] {
  const executed: string[] = []
  const { prototype } = db.getExecutor().constructor as { prototype: { executeQuery (query: { sql: string }, ...rest: unknown[]): Promise<unknown> } }
  const { executeQuery } = prototype
  t.intercept(prototype, 'executeQuery', {
    configurable: true,
    value: async function (this: unknown, query: { sql: string }, ...rest: unknown[]) {
      if (query.sql.includes('latchkey_api_token')) executed.push(query.sql.slice(0, 6))
      return await executeQuery.call(this as never, query, ...rest)
    }
  })
  return executed
}

const expired = { code: 'API_TOKENS_ERR_TOKEN_EXPIRED', statusCode: 401, message: 'Token expired' }

for (const dialect of dialects) {
  t.test(`${dialect}: a secret acts as its token, with the roles of the token`, async t => {
    const { app, roles } = await openApp(t, dialect)
    const ids = await roles('Reader', 'Writer')
    const { token, secret } = await app.apiTokens.create({ name: 'x', roles: ids })
    await app.apiTokens.create({ name: 'y', roles: await roles('Other') })
    const principal = await app.apiTokens.authenticate(secret)
    t.strictSame({ ...principal, roles: principal.roles.toSorted() }, { kind: 'apiToken', tokenId: token.id, roles: token.roles })
  })

  t.test(`${dialect}: looking a secret up says what authenticate would, and is no use of the token`, async t => {
    const { app, roles } = await openApp(t, dialect)
    const { token, secret } = await app.apiTokens.create({ name: 'x', roles: await roles('Reader', 'Writer') })
    const statements = recordStatements(t, app)
    const refusal = async () => refusalOf(await app.apiTokens.find({ id: token.id }) ?? token)
    const found = await app.apiTokens.lookUp(secret)
    t.strictSame({ ...found, roles: found.roles.toSorted() }, { kind: 'apiToken', tokenId: token.id, roles: token.roles })
    t.strictSame(statements, ['select'])
    t.match(await app.apiTokens.find({ id: token.id }), { lastUsedAt: null })
    t.equal(await refusal(), null)
    await app.apiTokens.update(token.id, { expiresAt: '2020-01-31' })
    await t.rejects(app.apiTokens.lookUp(secret), expired)
    t.equal(await refusal(), 'expired')
    await app.apiTokens.revoke(token.id)
    await t.rejects(app.apiTokens.lookUp(secret), invalid('revoked'))
    t.equal(await refusal(), 'revoked')
    await t.rejects(app.apiTokens.lookUp(`lk_${'x'.repeat(43)}`), invalid('unknown'))
    await t.rejects(app.apiTokens.lookUp('lk_x'), invalid('malformed'))
  })

  t.test(`${dialect}: every change of a token holds from the next request on`, async t => {
    const { app, roles } = await openApp(t, dialect)
    const [a, b] = await roles('A', 'B') as [string, string]
    const { token, secret } = await app.apiTokens.create({ name: 'x', roles: [a] })
    t.strictSame((await app.apiTokens.authenticate(secret)).roles, [a])
    await app.apiTokens.update(token.id, { roles: [b] })
    t.strictSame((await app.apiTokens.authenticate(secret)).roles, [b])
    await app.apiTokens.update(token.id, { expiresAt: '2020-01-31' })
    await t.rejects(app.apiTokens.authenticate(secret), expired)
    await app.apiTokens.update(token.id, { expiresAt: null })
    t.match(await app.apiTokens.authenticate(secret), { tokenId: token.id })
    await app.apiTokens.update(token.id, { expiresAt: '2020-01-31' })
    await app.apiTokens.revoke(token.id)
    await t.rejects(app.apiTokens.authenticate(secret), invalid('revoked'))
    await app.apiTokens.delete(token.id)
    await t.rejects(app.apiTokens.authenticate(secret), invalid('unknown'))
  })

  t.test(`${dialect}: a change by another copy of the app holds within a second, of the roles themselves too`, async t => {
    const { app, url, roles } = await openApp(t, dialect)
    const other = await openOn({ url })
    t.teardown(() => other.app.close())
    const [role] = await roles('A') as [string]
    const { token, secret } = await app.apiTokens.create({ name: 'x', roles: [role] })
    const principal = await other.app.apiTokens.authenticate(secret)
    t.equal(other.app.rolePermissions.can(principal, 'call', { function: 'anything' }).allowed, false)
    await app.rolePermissions.update(role, { permissions: { all: true } })
    await delay(1050)
    t.equal(other.app.rolePermissions.can(await other.app.apiTokens.authenticate(secret), 'call', { function: 'anything' }).allowed, true)
    await app.apiTokens.revoke(token.id)
    await t.rejects(other.app.apiTokens.authenticate(secret), invalid('revoked'), 'of the token at once')
    await other.app.close()
  })

  t.test(`${dialect}: a token is accepted up to the millisecond before it expires`, async t => {
    const { app } = await openApp(t, dialect)
    const clock = setClock(t)
    const end = Math.ceil(clock.now / 1000) * 1000 + 5000
    const { secret } = await app.apiTokens.create({ name: 'x', roles: [], expiresAt: new Date(end).toISOString() })
    clock.now = end - 1
    t.match(await app.apiTokens.authenticate(secret), { kind: 'apiToken' })
    for (const now of [end, end + 1, end + 86_400_000]) {
      clock.now = now
      await t.rejects(app.apiTokens.authenticate(secret), expired)
    }
  })

  t.test(`${dialect}: unknown secrets are refused, whatever they look like`, async t => {
    const { app } = await openApp(t, dialect)
    const { secret } = await app.apiTokens.create({ name: 'x', roles: [] })
    const swapped = secret.at(-1) === 'A' ? 'B' : 'A'
    for (const unknown of [`lk_${randomBytes(32).toString('base64url')}`, secret.slice(0, -1) + swapped, secret.toLowerCase().padEnd(46, 'x')]) {
      await t.rejects(app.apiTokens.authenticate(unknown), invalid('unknown'))
    }
    const malformed = [
      '', 'lk_', secret.slice(3), secret.slice(0, -1), `${secret}=`, ` ${secret}`, `${secret} `, `${secret}\n`, secret.replace('lk_', 'LK_'), secret.slice(0, -1) + '\0',
      `lk_${'x'.repeat(1_000_000)}`, 'lk_eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.', `lk_${'é'.repeat(43)}`, `lk_${'+'.repeat(43)}`, "lk_' or 1=1 --", null, undefined, 1, {}, [secret]
    ]
    for (const value of malformed) await t.rejects(app.apiTokens.authenticate(value as string), invalid('malformed'))
  })

  t.test(`${dialect}: one query for a request, and a use is noted once a minute at most`, async t => {
    const { app } = await openApp(t, dialect)
    const clock = setClock(t)
    const { token, secret } = await app.apiTokens.create({ name: 'x', roles: [] })
    const executed = recordStatements(t, app)
    const statements = async () => {
      executed.length = 0
      await app.apiTokens.authenticate(secret)
      return [...executed]
    }
    const lastUsed = async () => (await app.apiTokens.find({ id: token.id }))?.lastUsedAt
    t.equal(await lastUsed(), null)
    await statements()
    const first = new Date(clock.now).toISOString()
    t.equal(await lastUsed(), first)
    clock.now += 59_999
    t.strictSame(await statements(), ['select'], 'no write')
    t.equal(await lastUsed(), first)
    clock.now += 1
    t.strictSame(await statements(), ['select', 'update'])
    t.equal(await lastUsed(), new Date(clock.now).toISOString())
    t.match(await app.apiTokens.find({ id: token.id }), { updatedAt: token.updatedAt }, 'to be used is no change')
    clock.now -= 3_600_000
    t.strictSame(await statements(), ['select'], 'a clock that is set back writes nothing')
  })

  t.test(`${dialect}: using a token does not invalidate caches, and every change of it applies at once in all instances`, async t => {
    const { app, url, roles } = await openApp(t, dialect)
    const [a, b] = await roles('A', 'B') as [string, string]
    const clock = setClock(t)
    const changes = seenChanges(app.db) as SeenChanges
    const { token, secret } = await app.apiTokens.create({ name: 'x', roles: [a] })
    const { count } = changes
    for (let minute = 0; minute < 3; minute++) {
      await app.apiTokens.authenticate(secret)
      t.equal((await app.apiTokens.find({ id: token.id }))?.lastUsedAt, new Date(clock.now).toISOString())
      clock.now += 60_000
    }
    t.equal(changes.count, count)

    const other = await openOn({ url })
    t.teardown(() => other.app.close())
    const both = [app, other.app]
    const principals = async () => await Promise.all(both.map(async ({ apiTokens }) => await apiTokens.authenticate(secret)))
    const { count: before } = changes
    await app.apiTokens.update(token.id, { roles: [b] })
    t.ok(changes.count > before, 'a change of its roles is seen')
    t.strictSame((await principals()).map(({ roles }) => roles), [[b], [b]])
    await app.apiTokens.update(token.id, { expiresAt: '2020-01-31' })
    for (const { apiTokens } of both) await t.rejects(apiTokens.authenticate(secret), expired)
    await app.apiTokens.update(token.id, { expiresAt: null })
    await principals()
    await app.apiTokens.revoke(token.id)
    for (const { apiTokens } of both) await t.rejects(apiTokens.authenticate(secret), invalid('revoked'))
    await app.apiTokens.delete(token.id)
    for (const { apiTokens } of both) await t.rejects(apiTokens.authenticate(secret), invalid('unknown'))
  })

  t.test(`${dialect}: a refused token was not used`, async t => {
    const { app } = await openApp(t, dialect)
    const { token, secret } = await app.apiTokens.create({ name: 'x', roles: [] })
    await app.apiTokens.update(token.id, { expiresAt: '2020-01-31' })
    await t.rejects(app.apiTokens.authenticate(secret), expired)
    await app.apiTokens.revoke(token.id)
    await t.rejects(app.apiTokens.authenticate(secret), invalid('revoked'))
    t.match(await app.apiTokens.find({ id: token.id }), { lastUsedAt: null })
  })

  t.test(`${dialect}: two hundred requests at once are all accepted, until the token is revoked among them`, async t => {
    const { app } = await openApp(t, dialect)
    const { token, secret } = await app.apiTokens.create({ name: 'x', roles: [] })
    const executed = recordStatements(t, app)
    const many = async () => await Promise.allSettled(Array.from({ length: 200 }, async () => await app.apiTokens.authenticate(secret)))
    t.ok((await many()).every(({ status }) => status === 'fulfilled'))
    // On PostgreSQL a few more may have read the record before the first one wrote.
    t.ok(executed.filter(word => word === 'update').length <= 10, 'one of them notes the use')
    const [results] = await Promise.all([many(), app.apiTokens.revoke(token.id)])
    t.ok(results.every(result => result.status === 'fulfilled' || result.reason.reason === 'revoked'))
    t.ok((await many()).every(({ status }) => status === 'rejected'))
  })

  t.test(`${dialect}: a use that cannot be noted refuses nobody, and is logged`, async t => {
    const { app, logs } = await openApp(t, dialect)
    const { token, secret } = await app.apiTokens.create({ name: 'x', roles: [] })
    await app.db.schema.alterTable('latchkey_api_tokens').renameTo('the_tokens').execute()
    await app.db.schema.createView('latchkey_api_tokens').as(app.db.selectFrom('the_tokens' as 'latchkey_api_tokens').selectAll().distinct()).execute()
    t.match(await app.apiTokens.authenticate(secret), { tokenId: token.id })
    const [complaint] = logs.filter(line => line.includes('Could not record the use'))
    t.match(JSON.parse(complaint ?? '{}'), { level: 50 })
    t.notMatch(logs.join(), secret.slice(3))
  })
}
