import apiTokens from '@latchkey/api-tokens'
import { seenChanges, type SeenChanges } from '@latchkey/database'
import { dialects } from '@latchkey/test-databases'
import t from 'tap'
import { startApp } from './helpers/app.js'

for (const dialect of dialects) {
  t.test(`${dialect}: where the app has API tokens, one works as an ID token does, with its roles and without a user`, async t => {
    const { app, issuers } = await startApp(t, dialect, [{}], {}, async app => { await app.register(apiTokens) })
    const ask = async (authorization?: string) => await app.inject({ url: '/me', headers: authorization === undefined ? {} : { authorization } })
    const editor = app.rolePermissions.find({ name: 'Editor' })?.id as string
    const { token, secret } = await app.apiTokens.create({ name: 'x', roles: [editor] })
    t.strictSame((await ask(`Bearer ${secret}`)).json(), { kind: 'apiToken', tokenId: token.id, roles: [editor] })

    const user = await app.usersStore.create({ email: 'jane@example.com' })
    t.match((await ask(`Bearer ${await issuers[0]?.idToken({ subject: 'jane', email: 'jane@example.com' })}`)).json(), { kind: 'user', userId: user.id }, 'ID tokens work as before')
    t.match((await ask()).json(), { kind: 'guest' })
    t.match((await ask(`Bearer ${secret}x`)).json(), { statusCode: 401, code: 'API_TOKENS_ERR_TOKEN_INVALID' })
    t.match((await ask(`Basic ${secret}`)).json(), { statusCode: 401, code: 'TOKEN_VERIFIER_ERR_TOKEN_INVALID' }, 'what is no API token is for the verifier to refuse')
    await app.apiTokens.update(token.id, { expiresAt: '2020-01-31' })
    t.match((await ask(`Bearer ${secret}`)).json(), { statusCode: 401, code: 'API_TOKENS_ERR_TOKEN_EXPIRED', message: 'Token expired' })
    await app.apiTokens.revoke(token.id)
    t.match((await ask(`Bearer ${secret}`)).json(), { statusCode: 401, code: 'API_TOKENS_ERR_TOKEN_INVALID' })
  })
}

t.test('without API tokens in the app, a token that looks like one is refused', async t => {
  const { app } = await startApp(t, 'sqlite')
  t.match((await app.inject({ url: '/me', headers: { authorization: `Bearer lk_${'x'.repeat(43)}` } })).json(), { statusCode: 401, code: 'TOKEN_VERIFIER_ERR_TOKEN_INVALID' })
})

t.test('an ID token asks the database for nothing more where the app has API tokens', async t => {
  const { app, issuers } = await startApp(t, 'sqlite', [{}], {}, async app => { await app.register(apiTokens) })
  await app.usersStore.create({ email: 'jane@example.com' })
  const authorization = `Bearer ${await issuers[0]?.idToken({ subject: 'jane', email: 'jane@example.com' })}`
  await app.inject({ url: '/me', headers: { authorization } })
  await app.db.schema.dropTable('latchkey_api_token_roles').execute()
  await app.db.schema.dropTable('latchkey_api_tokens').execute()
  t.match((await app.inject({ url: '/me', headers: { authorization } })).json(), { kind: 'user' })
})

for (const dialect of dialects) {
  t.test(`${dialect}: a user who is remembered is not asked for again because an API token is used, and a token that is revoked is refused at once`, async t => {
    const { app, issuers } = await startApp(t, dialect, [{}], {}, async app => { await app.register(apiTokens) })
    const jane = await app.usersStore.create({ email: 'jane@example.com' })
    const editor = app.rolePermissions.find({ name: 'Editor' })?.id as string
    const { token, secret } = await app.apiTokens.create({ name: 'x', roles: [editor] })
    const idToken = await issuers[0]?.idToken({ subject: 'jane', email: 'jane@example.com' })
    const ask = async (bearer: string | undefined) => (await app.inject({ url: '/me', headers: { authorization: `Bearer ${bearer}` } })).json<{ kind: string, roles: string[], code: string }>()
    await ask(idToken)
    // PostgreSQL announces the new user a moment later.
    await new Promise(resolve => { setTimeout(resolve, 500) })
    const known = await ask(idToken)
    const { count } = seenChanges(app.db) as SeenChanges
    t.match(await ask(secret), { kind: 'apiToken', roles: [editor] })
    t.match(await app.apiTokens.find({ id: token.id }), { lastUsedAt: String })
    t.equal(seenChanges(app.db)?.count, count)
    t.strictSame(await ask(idToken), known)
    await app.apiTokens.revoke(token.id)
    t.match(await ask(secret), { code: 'API_TOKENS_ERR_TOKEN_INVALID' })
    await app.rolePermissions.assign(jane.id, [editor])
    t.ok((await ask(idToken)).roles.includes(editor), 'and what is changed of the user is in the next request')
  })
}
