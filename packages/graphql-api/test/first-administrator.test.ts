import apiTokens from '@latchkey/api-tokens'
import auditLog from '@latchkey/audit-log'
import firstAdministrator, { type IssuedCode } from '@latchkey/first-administrator'
import { dialects, type Dialect } from '@latchkey/test-databases'
import t, { type Test } from 'tap'
import { error, openApi } from './helpers/api.js'

const claim = 'mutation ($code: String!) { administratorClaim(code: $code) { id email roles { items { name } } permissions { items { permission } } } }'
const needed = '{ administratorNeeded }'

async function open (t: Test, dialect: Dialect) {
  const api = await openApi(t, dialect, {
    before: async app => {
      await app.register(apiTokens)
      await app.register(auditLog)
      await app.register(firstAdministrator)
    }
  })
  const { app, ask } = api
  const { code } = await app.firstAdministrator.issueCode() as IssuedCode
  return { ...api, code, claim: async (given: string, token?: string | undefined) => await ask(claim, { token, variables: { code: given } }) }
}

for (const dialect of dialects) {
  t.test(`${dialect}: the user with the code becomes Administrator, in the same response and in the next request`, async t => {
    const { app, ask, user, code, claim, logs } = await open(t, dialect)
    const ada = await user('ada', { roles: ['Guest'] })
    t.strictSame((await ask(needed)).data, { administratorNeeded: true }, 'anybody may ask')
    t.match((await ask('{ usersList { count } }', { token: ada.token })).errors, [error('NotAuthorizedError')])
    t.match(await claim(code.toLowerCase(), ada.token), { errors: undefined, data: { administratorClaim: { id: ada.user.id, email: 'ada@example.com', roles: { items: [{ name: 'Administrator' }, { name: 'Guest' }] } } } })
    t.strictSame((await ask('{ usersList { count } }', { token: ada.token })).data, { usersList: { count: 1 } })
    t.strictSame((await ask(needed)).data, { administratorNeeded: false })
    const [event, ...more] = await app.auditLog.read((await app.db.selectFrom('latchkey_audit_events').select('id').execute()).map(({ id }) => id))
    t.match(event, { actorId: ada.user.id, actorName: 'ada@example.com', action: 'administratorClaim', table: 'Users', recordId: ada.user.id, before: { roles: ['Guest'] }, after: { roles: ['Administrator', 'Guest'] } })
    t.strictSame(more, [])
    t.notOk(JSON.stringify([logs, event]).includes(code), 'the code is nowhere')
  })

  t.test(`${dialect}: a wrong code says where to find the right one, and too many attempts are refused`, async t => {
    const { app, user, ask, code, claim, logs } = await open(t, dialect)
    const ada = await user('ada')
    const wrong = '0000-0000-0000-0000'
    const refusal = { data: null, errors: [error('ValidationError', { message: 'The request is invalid.', details: { code: /server logged the code/ } })] }
    for (let time = 0; time < 5; time++) t.match(await claim(wrong, ada.token), refusal)
    t.match(await claim(code, ada.token), { data: null, errors: [error('ThrottlingThresholdReachedError', { message: /Wait a minute/ })] })
    t.strictSame((await ask(needed)).data, { administratorNeeded: true })
    t.strictSame(await app.db.selectFrom('latchkey_audit_events').selectAll().execute(), [])
    t.notMatch(JSON.stringify(logs), new RegExp(`${code}|${wrong}`))
    t.match(await claim(code, (await user('ben')).token), { errors: undefined })
    await app.db.deleteFrom('latchkey_administrator_tries').execute()
    t.match(await claim(code, ada.token), { data: null, errors: [error('ValidationError', { details: { code: /no longer valid/ } })] })
  })

  t.test(`${dialect}: only users can claim: no guests, API tokens, people without a user, or invalid tokens`, async t => {
    const { app, code, claim, token, ask, issuer } = await open(t, dialect)
    const { secret } = await app.apiTokens.create({ name: 'x', roles: [] })
    const denied = { data: null, errors: [error('NotAuthorizedError', { details: { resource: 'Roles', action: 'update' } })] }
    t.match(await claim(code), denied)
    t.match(await claim(code, secret), denied)
    t.match(await claim(code, await token({ subject: 'new', email: 'new@example.com' })), { data: null, errors: [error('EntityNotFoundError', { message: 'User not found' })] })
    t.match(await claim(code, await issuer.forgedToken({ subject: 'new' })), { data: null, errors: [error('InvalidTokenError')] })
    t.strictSame((await ask(needed)).data, { administratorNeeded: true })
    t.strictSame(await app.db.selectFrom('latchkey_user_roles').selectAll().execute(), [])
  })

  t.test(`${dialect}: of two concurrent claims, one succeeds`, async t => {
    const { app, user, code, claim } = await open(t, dialect)
    const people = await Promise.all(['ada', 'ben', 'carl', 'dan'].map(async name => await user(name)))
    const answers = await Promise.all(people.map(async ({ token }) => await claim(code, token)))
    t.equal(answers.filter(({ errors }) => errors === undefined).length, 1)
    t.equal(answers.filter(({ errors }) => errors?.[0]?.code === 'ValidationError').length, 3)
    t.equal((await app.db.selectFrom('latchkey_user_roles').selectAll().execute()).length, 1)
    t.equal((await app.db.selectFrom('latchkey_audit_events').selectAll().execute()).length, 1)
  })
}

for (const dialect of dialects) {
  t.test(`${dialect}: an administrator deleted by the app's own code locks nobody out`, async t => {
    const { app, user, ask, code, claim } = await open(t, dialect)
    const [ada, ben, carl] = [await user('ada'), await user('ben'), await user('carl')]
    t.match(await claim(code, ada.token), { errors: undefined })
    await app.rolePermissions.assign(ben.user.id, [app.rolePermissions.administrator().id])
    await app.usersStore.delete(ada.user.id)
    const leave = 'mutation { userUpdate(data: { roles: { reconnect: [] } }, filter: { email: "ben@example.com" }) { id } }'
    t.match((await ask(leave, { token: ben.token })).errors, [error('ValidationError', { details: { roles: /At least one user/ } })], 'nobody else is left')
    t.strictSame((await ask(needed)).data, { administratorNeeded: false })
    // As code does that knows nothing of Latchkey.
    await app.db.deleteFrom('latchkey_users').where('id', '=', ben.user.id).execute()
    await new Promise(resolve => setTimeout(resolve, 1050))
    t.strictSame((await ask(needed)).data, { administratorNeeded: true })
    t.match(await claim((await app.firstAdministrator.issueCode() as IssuedCode).code, carl.token), { errors: undefined, data: { administratorClaim: { id: carl.user.id, roles: { items: [{ name: 'Administrator' }] } } } })
  })

  t.test(`${dialect}: a user who is deleted meanwhile does not use up the code`, async t => {
    const { app, user, code, claim } = await open(t, dialect)
    const [ada, ben] = [await user('ada'), await user('ben')]
    await app.usersStore.delete(ada.user.id)
    await t.rejects(app.firstAdministrator.claim(ada.user.id, code), { code: 'ROLE_PERMISSIONS_ERR_USER_NOT_FOUND' })
    t.match(await claim(code, ben.token), { errors: undefined })
  })
}

t.test('a change that cannot be audited is not made', async t => {
  const { app, user, code, claim, ask } = await open(t, 'sqlite')
  const { token } = await user('ada')
  await app.db.schema.dropTable('latchkey_audit_events').execute()
  t.match(await claim(code, token), { data: null, errors: [error('InternalError')] })
  t.strictSame((await ask(needed)).data, { administratorNeeded: true })
  t.strictSame(await app.db.selectFrom('latchkey_user_roles').selectAll().execute(), [])
})

t.test('an app without it has neither the query nor the mutation', async t => {
  const { ask } = await openApi(t)
  t.match((await ask(needed)).errors, [error('ValidationError', { message: /Cannot query field "administratorNeeded"/ })])
})
