import { dialects } from '@latchkey/test-databases'
import { sql } from 'kysely'
import { createHash } from 'node:crypto'
import t from 'tap'
import { errors } from '../dist/index.js'
import { openApp, setClock } from './helpers/app.js'

const unknownId = '00000000-0000-4000-8000-000000000000'
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

for (const dialect of dialects) {
  t.test(`${dialect}: a new token is given its secret this once; stored is its SHA-256 only`, async t => {
    const { app, roles } = await openApp(t, dialect)
    const [reader, writer] = await roles('Reader', 'Writer') as [string, string]
    const { token, secret } = await app.apiTokens.create({ name: 'Nightly report', roles: [writer, reader, writer], expiresAt: '2099-01-31T12:00:00+01:00', createdBy: 'ann' })
    t.match(secret, /^lk_[A-Za-z0-9_-]{43}$/)
    t.match(token, {
      id: /^[0-9a-f-]{36}$/, name: 'Nightly report', expiresAt: '2099-01-31T11:00:00.000Z', lastUsedAt: null, revokedAt: null, createdBy: 'ann', createdAt: time, updatedAt: token.createdAt
    })
    t.strictSame(token.roles, [reader, writer].sort(), 'each role once')
    t.strictSame(await app.apiTokens.find({ id: token.id }), token)
    t.strictSame(await app.apiTokens.find({ name: 'Nightly report' }), token)
    t.notMatch(JSON.stringify(token), secret.slice(3))

    const [row] = await app.db.selectFrom('latchkey_api_tokens').selectAll().execute()
    t.equal(row?.secret_hash, createHash('sha256').update(secret).digest('hex'))
    t.notMatch(JSON.stringify(row), secret.slice(3))
    const other = await app.apiTokens.create({ name: 'Other', roles: [] })
    t.not(other.secret, secret)
    t.match(other.token, { roles: [], expiresAt: null, createdBy: null })
  })

  t.test(`${dialect}: tokens are listed by name, and what is not there is null`, async t => {
    const { app, roles } = await openApp(t, dialect)
    t.strictSame(await app.apiTokens.list(), [])
    const [role] = await roles('Reader') as [string]
    for (const name of ['b', 'a', 'B']) await app.apiTokens.create({ name, roles: [role] })
    t.strictSame((await app.apiTokens.list()).map(({ name, roles }) => [name, roles]), [['B', [role]], ['a', [role]], ['b', [role]]])
    for (const by of [{ id: unknownId }, { id: '' }, { id: '\0' }, { name: 'A' }, { name: 'a\0' }]) t.equal(await app.apiTokens.find(by), null)
  })

  t.test(`${dialect}: names are unique, for new tokens and for changes, and free again after deletion`, async t => {
    const { app } = await openApp(t, dialect)
    const taken = { code: 'API_TOKENS_ERR_NAME_TAKEN', statusCode: 409 }
    const { token } = await app.apiTokens.create({ name: 'a', roles: [] })
    await t.rejects(app.apiTokens.create({ name: 'a', roles: [] }), taken)
    const { token: b } = await app.apiTokens.create({ name: 'b', roles: [] })
    await t.rejects(app.apiTokens.update(b.id, { name: 'a' }), taken)
    t.match(await app.apiTokens.update(b.id, { name: 'b' }), { name: 'b' }, 'its own name is no other\'s')
    await app.apiTokens.delete(token.id)
    t.match(await app.apiTokens.update(b.id, { name: 'a' }), { name: 'a' })
  })

  t.test(`${dialect}: of two hundred tokens of one name at once, one is made`, async t => {
    const { app, roles } = await openApp(t, dialect)
    const ids = await roles('Reader')
    const results = await Promise.allSettled(Array.from({ length: 200 }, async () => await app.apiTokens.create({ name: 'same', roles: ids })))
    t.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
    t.ok(results.every(result => result.status === 'fulfilled' || result.reason.code === 'API_TOKENS_ERR_NAME_TAKEN'))
    t.equal((await app.apiTokens.list()).length, 1)
  })

  t.test(`${dialect}: a change keeps what it leaves out, and replaces the roles or adds and takes some`, async t => {
    const { app, roles } = await openApp(t, dialect)
    const clock = setClock(t)
    const [a, b, c] = await roles('A', 'B', 'C') as [string, string, string]
    const { token } = await app.apiTokens.create({ name: 'x', roles: [a, b], expiresAt: '2099-01-31', createdBy: 'ann' })
    clock.now += 5000
    const update = async (change: object) => await app.apiTokens.update(token.id, change)
    t.strictSame(await update({ name: 'y' }), { ...token, name: 'y', updatedAt: new Date(clock.now).toISOString() })
    const rolesAfter = async (change: object) => (await update({ roles: change })).roles
    t.strictSame(await rolesAfter([b, c]), [b, c].sort())
    t.strictSame(await rolesAfter({ add: [a], remove: [b, unknownId] }), [a, c].sort())
    t.strictSame(await rolesAfter({ add: [a, b], remove: [a] }), [a, b, c].sort(), 'what is given and taken is given')
    t.strictSame(await rolesAfter({}), [a, b, c].sort())
    t.strictSame(await rolesAfter([]), [])
    t.match(await update({ expiresAt: null }), { name: 'y', expiresAt: null })
    t.match(await update({ expiresAt: '2098-01-31T00:00:00Z' }), { expiresAt: '2098-01-31T00:00:00.000Z', createdBy: 'ann' })
    t.match(await update({ expiresAt: '2020-01-31' }), { expiresAt: '2020-01-31T00:00:00.000Z' }, 'so it ends at once')
    t.match(await update({}), { name: 'y' })
  })

  t.test(`${dialect}: roles must exist, and nothing is changed where one does not`, async t => {
    const { app, roles } = await openApp(t, dialect)
    const [a, b] = await roles('A', 'B') as [string, string]
    const { token } = await app.apiTokens.create({ name: 'x', roles: [a] })
    const notFound = { code: 'API_TOKENS_ERR_ROLE_NOT_FOUND', statusCode: 404 }
    await t.rejects(app.apiTokens.create({ name: 'y', roles: [a, unknownId] }), notFound)
    await t.rejects(app.apiTokens.update(token.id, { name: 'y', roles: [b, unknownId] }), notFound)
    await t.rejects(app.apiTokens.update(token.id, { roles: { add: [unknownId], remove: [a] } }), notFound)
    t.strictSame(await app.apiTokens.list(), [token])
  })

  t.test(`${dialect}: deleting a role takes it from tokens`, async t => {
    const { app, roles } = await openApp(t, dialect)
    const [a, b] = await roles('A', 'B') as [string, string]
    const { token, secret } = await app.apiTokens.create({ name: 'x', roles: [a, b] })
    await app.rolePermissions.delete(a)
    t.strictSame((await app.apiTokens.find({ id: token.id }))?.roles, [b])
    t.strictSame((await app.apiTokens.authenticate(secret)).roles, [b])
    await app.rolePermissions.delete(b)
    t.strictSame(await app.apiTokens.authenticate(secret), { kind: 'apiToken', tokenId: token.id, roles: [] })
  })

  t.test(`${dialect}: giving roles to tokens while the roles are deleted ends, with no token left with a deleted role`, async t => {
    const { app, roles } = await openApp(t, dialect)
    const names = Array.from({ length: 10 }, (_, index) => `Role ${index}`)
    const ids = await roles(...names)
    const tokens = await Promise.all(names.map(async name => (await app.apiTokens.create({ name, roles: ids.slice(0, 5) })).token))
    const giving = tokens.flatMap(({ id }) => ids.map(async role => await app.apiTokens.update(id, { roles: [role, ids[0] as string] })))
    const deleting = ids.slice(1).map(async id => { await app.rolePermissions.delete(id) })
    for (const result of await Promise.allSettled([...giving, ...deleting])) {
      if (result.status === 'rejected') t.equal(result.reason.code, 'API_TOKENS_ERR_ROLE_NOT_FOUND')
    }
    for (const { roles } of await app.apiTokens.list()) t.strictSame(roles.filter(id => id !== ids[0]), [])
  })

  t.test(`${dialect}: a token that is not there cannot be changed, revoked or deleted`, async t => {
    const { app } = await openApp(t, dialect)
    const notFound = { code: 'API_TOKENS_ERR_NOT_FOUND', statusCode: 404 }
    for (const id of [unknownId, '', 'x\0', 'x'.repeat(1_000_000)]) {
      await t.rejects(app.apiTokens.update(id, { name: 'x' }), notFound)
      await t.rejects(app.apiTokens.revoke(id), notFound)
      await t.rejects(app.apiTokens.delete(id), notFound)
    }
  })

  t.test(`${dialect}: a revoked token keeps its record and its first time, a deleted one is gone with its roles`, async t => {
    const { app, roles } = await openApp(t, dialect)
    const clock = setClock(t)
    const { token } = await app.apiTokens.create({ name: 'x', roles: await roles('A') })
    clock.now += 1000
    const revoked = await app.apiTokens.revoke(token.id)
    const now = new Date(clock.now).toISOString()
    t.strictSame(revoked, { ...token, revokedAt: now, updatedAt: now })
    clock.now += 1000
    t.strictSame(await app.apiTokens.revoke(token.id), revoked)
    t.strictSame(await Promise.all([app.apiTokens.revoke(token.id), app.apiTokens.revoke(token.id)]), [revoked, revoked])
    t.match(await app.apiTokens.update(token.id, { name: 'y' }), { revokedAt: now }, 'no change takes that back')
    await app.apiTokens.delete(token.id)
    t.strictSame(await app.apiTokens.list(), [])
    t.strictSame(await app.db.selectFrom('latchkey_api_token_roles').selectAll().execute(), [])
  })

  t.test(`${dialect}: a condition of the caller limits what is made, changed and deleted`, async t => {
    const { app, roles } = await openApp(t, dialect)
    const where = sql<boolean>`latchkey_api_tokens.created_by = 'ann'`
    const { token: anns } = await app.apiTokens.create({ name: 'anns', roles: await roles('A'), createdBy: 'ann' }, { where })
    const { token: bobs } = await app.apiTokens.create({ name: 'bobs', roles: [], createdBy: 'bob' }, { where: null })
    await t.rejects(app.apiTokens.create({ name: 'x', roles: await roles('A'), createdBy: 'bob' }, { where }), { code: 'API_TOKENS_ERR_CONDITION_NOT_MET', statusCode: 403 })
    await t.rejects(app.apiTokens.update(bobs.id, { name: 'x', roles: await roles('A') }, { where }), { code: 'API_TOKENS_ERR_NOT_FOUND' })
    await t.rejects(app.apiTokens.delete(bobs.id, { where }), { code: 'API_TOKENS_ERR_NOT_FOUND' })
    t.strictSame(await app.apiTokens.list(), [anns, bobs], 'and nothing was changed')
    t.match(await app.apiTokens.update(anns.id, { name: 'x' }, { where }), { name: 'x' })
    await app.apiTokens.delete(anns.id, { where })
    t.strictSame(await app.apiTokens.list(), [bobs])
  })

  t.test(`${dialect}: a name of 100 characters is kept as it is`, async t => {
    const { app } = await openApp(t, dialect)
    const name = 'é'.repeat(99) + '"'
    const { token } = await app.apiTokens.create({ name, roles: [] })
    t.strictSame(await app.apiTokens.find({ name }), token)
  })
}

t.test('postgres: a role that is deleted in the middle of giving it is not found', async t => {
  const { app, roles } = await openApp(t, 'postgres')
  const [a, b] = await roles('A', 'B') as [string, string]
  const { token } = await app.apiTokens.create({ name: 'x', roles: [a] })
  const prototype = Object.getPrototypeOf(app.db.getExecutor()) as { executeQuery (query: { sql: string }, ...rest: unknown[]): Promise<unknown> }
  const { executeQuery } = prototype
  let deleted = false
  t.intercept(prototype, 'executeQuery', {
    configurable: true,
    value: async function (this: never, query: { sql: string }, ...rest: unknown[]) {
      const result = await executeQuery.call(this, query, ...rest)
      if (!deleted && query.sql.startsWith('select "id" from "latchkey_roles"')) {
        deleted = true
        await app.rolePermissions.delete(b)
      }
      return result
    }
  })
  await t.rejects(app.apiTokens.update(token.id, { name: 'y', roles: [b] }), { code: 'API_TOKENS_ERR_ROLE_NOT_FOUND' })
  t.ok(deleted)
  t.strictSame(await app.apiTokens.find({ id: token.id }), token)
})

const fields: [string, object, string][] = [
  ['no name', { roles: [] }, 'name'],
  ['an empty name', { name: '', roles: [] }, 'name'],
  ['a blank name', { name: '  ', roles: [] }, 'name'],
  ['a name of 101 characters', { name: 'x'.repeat(101), roles: [] }, 'name'],
  ['white space around the name', { name: 'x ', roles: [] }, 'name'],
  ['NUL in the name', { name: 'a\0b', roles: [] }, 'name'],
  ['a lone surrogate in the name', { name: 'a\ud800', roles: [] }, 'name'],
  ['a line break in the name', { name: 'a\nb', roles: [] }, 'name'],
  ['a number for a name', { name: 1, roles: [] }, 'name'],
  ['no roles', { name: 'x' }, 'roles'],
  ['one role for a list', { name: 'x', roles: 'admin' }, 'roles'],
  ['NUL in a role', { name: 'x', roles: ['\0'] }, 'roles'],
  ['a hundred thousand roles', { name: 'x', roles: Array.from({ length: 100_000 }, (_, index) => `${index}`) }, 'roles'],
  ['roles to add, of a new one', { name: 'x', roles: { add: [] } }, 'roles'],
  ['a date that is none', { name: 'x', roles: [], expiresAt: 'tomorrow' }, 'expiresAt'],
  ['a day that is none', { name: 'x', roles: [], expiresAt: '2099-02-30' }, 'expiresAt'],
  ['a time without its zone', { name: 'x', roles: [], expiresAt: '2099-01-31T12:00:00' }, 'expiresAt'],
  ['a year of five digits by its offset', { name: 'x', roles: [], expiresAt: '9999-12-31T23:59:59-10:00' }, 'expiresAt'],
  ['a number for a date', { name: 'x', roles: [], expiresAt: 4102444800 }, 'expiresAt'],
  ['a time that is past', { name: 'x', roles: [], expiresAt: '2020-01-31T12:00:00Z' }, 'expiresAt'],
  ['an empty creator', { name: 'x', roles: [], createdBy: '' }, 'createdBy'],
  ['a secret of one\'s own', { name: 'x', roles: [], secret: 'lk_x' }, 'secret'],
  ['an id of one\'s own', { name: 'x', roles: [], id: unknownId }, 'id'],
  ['__proto__', JSON.parse('{ "name": "x", "roles": [], "__proto__": 1 }'), '__proto__']
]
const changes: [string, object, string][] = [
  ['an empty name', { name: '' }, 'name'],
  ['null for a name', { name: null }, 'name'],
  ['null for roles', { roles: null }, 'roles'],
  ['a text for roles', { roles: 'admin' }, 'roles'],
  ['another list of roles', { roles: { set: [] } }, 'roles'],
  ['NUL in a role to add', { roles: { add: ['\0'] } }, 'roles'],
  ['NUL in a role to take', { roles: { remove: ['\0'] } }, 'roles'],
  ['a date that is none', { expiresAt: 'never' }, 'expiresAt'],
  ['another creator', { createdBy: 'bob' }, 'createdBy'],
  ['taking a revocation back', { revokedAt: null }, 'revokedAt']
]
t.test('fields that do not fit are refused by name, and no value is repeated', async t => {
  const { app } = await openApp(t, 'sqlite')
  const refusal = (field: string) => ({ code: 'API_TOKENS_ERR_INVALID_FIELDS', statusCode: 400, details: Object.fromEntries([[field, String]]) })
  for (const [what, token, field] of fields) await t.rejects(app.apiTokens.create(token as never), refusal(field), what)
  const { token } = await app.apiTokens.create({ name: 'x', roles: [] })
  for (const [what, change, field] of changes) await t.rejects(app.apiTokens.update(token.id, change as never), refusal(field), what)
  t.strictSame(await app.apiTokens.list(), [token])
  const error = await app.apiTokens.create({ name: 'hunter2\n', roles: [] }).catch((error: unknown) => error)
  t.ok(error instanceof errors.API_TOKENS_ERR_INVALID_FIELDS)
  t.notMatch(JSON.stringify(error) + String(error), 'hunter2')
})
