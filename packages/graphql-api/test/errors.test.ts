import activityLog, { errors as activityLogErrors } from '@latchkey/activity-log'
import { errors as apiTokensErrors } from '@latchkey/api-tokens'
import { errors as authProfilesErrors } from '@latchkey/auth-profiles'
import { errors as firstAdministratorErrors } from '@latchkey/first-administrator'
import { errors as identityProviderErrors } from '@latchkey/identity-provider'
import { errors as rolePermissionsErrors } from '@latchkey/role-permissions'
import { errors as tokenVerifierErrors } from '@latchkey/token-verifier'
import { errors as usersStoreErrors } from '@latchkey/users-store'
import mercurius from 'mercurius'
import { GraphQLError } from 'graphql'
import t from 'tap'
import { answers } from '../dist/error-codes.js'
import { errors } from '../dist/index.js'
import { error, openApi } from './helpers/api.js'
import { recentActivity } from './helpers/recent-activity.js'

/** Codes of mistakes in an app's configuration or program, which no client can cause. */
const notForClients = /_ERR_(?:INVALID_OPTIONS|COLUMN_MISMATCH|TABLE_DECLARED|INVALID_DECLARATION|INVALID_QUESTION)$/

const namespaces = [activityLogErrors, apiTokensErrors, authProfilesErrors, firstAdministratorErrors, identityProviderErrors, rolePermissionsErrors, tokenVerifierErrors, usersStoreErrors, errors]
const codes = namespaces
  .flatMap(namespace => Object.keys(namespace))
  .filter(code => /^[A-Z]+(?:_[A-Z]+)*_ERR_/.test(code))

t.test('every error that a request can cause has a code for clients, and every entry of the table is such an error', async t => {
  for (const code of codes.filter(code => !notForClients.test(code))) t.ok(Object.hasOwn(answers, code), code)
  // The record filter is below the packages that this one uses, which pass its error on.
  for (const code of Object.keys(answers)) t.ok(codes.includes(code) || code === 'RECORD_FILTER_ERR_INVALID', code)
})

t.test('every error that is a refusal counts in the activity log, and no other', async t => {
  const { app } = await openApi(t, 'sqlite', { before: async app => { await app.register(activityLog) } })
  // Whose rules refuse a sign-up, whatever their status says.
  const refusals = ['AUTH_PROFILES_ERR_FOREIGN_EMAIL', 'AUTH_PROFILES_ERR_EMAIL_TAKEN']
  for (const namespace of namespaces) {
    for (const [code, Made] of Object.entries(namespace) as [string, new (...given: unknown[]) => Error & { statusCode?: number }][]) {
      if (!codes.includes(code)) continue
      const error = new Made('', '', '')
      if ([401, 403, 429].includes(error.statusCode as number)) refusals.push(code)
      app.activityLog.refusedBy(error)
    }
  }
  const refused = async () => (await recentActivity(app)).refused
  while (await refused() === 0) await new Promise(resolve => setTimeout(resolve, 50))
  t.equal(await refused(), refusals.length)
})

t.test('an unforeseen error is an InternalError without details, and is logged once with its cause', async t => {
  const { ask, logs, app, user } = await openApi(t)
  const { token } = await user('jane')
  await app.db.schema.dropTable('latchkey_user_identities').execute()
  for (let time = 1; time <= 3; time++) {
    logs.length = 0
    const answer = await ask('{ a: user { id } b: user { id } }', { token })
    t.strictSame(answer.data, { a: null, b: null })
    t.match(answer.errors, ['a', 'b'].map(field => error('InternalError', { message: 'Internal error', path: [field] })))
    t.notMatch(JSON.stringify(answer), 'latchkey_user')
    const logged = logs.filter(line => (line.level as number) >= 50)
    t.equal(logged.length, 1)
    t.match(logged[0], { err: { message: /latchkey_user_identities/, stack: String }, path: 'a' })
  }
})

t.test('an expected error is logged without a stack or input', async t => {
  const { ask, logs } = await openApi(t)
  await ask('{ user { id } }')
  t.match(logs.at(-1), { level: 30, code: 'NotAuthorizedError', path: 'user', details: { resource: 'Users', action: 'read' } })
  await ask('query ($id: ID) { user(id: $id) { id } }', { variables: { id: { password: 'hunter2' } } })
  t.match(logs.at(-1), { level: 30, code: 'ValidationError' })
  t.notMatch(JSON.stringify(logs), /hunter2|stack/)
})

t.test('an unavailable database is an InternalError until it is back', async t => {
  const { ask, app, user } = await openApi(t)
  const { token } = await user('jane')
  const restore = t.intercept(Object.getPrototypeOf(app.db.getExecutor()), 'executeQuery', {
    value: async () => { throw new Error('connect ECONNREFUSED') }
  }).restore
  t.match(await ask('{ user { id } }', { token }), { status: 200, data: { user: null }, errors: [error('InternalError', { message: 'Internal error' })] })
  restore()
  t.match(await ask('{ user { email } }', { token }), { data: { user: { email: 'jane@example.com' } } })
})

t.test('the app\'s resolvers choose the errors that clients see; others are not shown', async t => {
  const { mercuriusOptions } = await import('../dist/index.js')
  const failures: Record<string, () => unknown> = {
    chosen: () => { throw new GraphQLError('Out of stock', { extensions: { code: 'OutOfStock', left: 0 } }) },
    chosenByMercurius: () => { throw new mercurius.ErrorWithProps('Out of stock', { code: 'OutOfStock' }) },
    plain: () => { throw new Error('secret') },
    graphql: () => { throw new GraphQLError('secret') },
    returned: () => new Error('secret'),
    // eslint-disable-next-line no-throw-literal -- JavaScript can throw anything
    nothing: () => { throw undefined },
    text: () => { throw 'secret' }, // eslint-disable-line no-throw-literal -- as above
    tooMany: () => { throw Object.assign(new Error('Slow down'), { statusCode: 429 }) }
  }
  const { ask } = await openApi(t, 'sqlite', {
    before: async app => {
      await app.register(mercurius, { schema: `type Query { ${Object.keys(failures).map(name => `${name}: Int`).join(' ')} wrong: Int none: Int! sized(size: Int!): Int }`, resolvers: { Query: { ...failures, wrong: () => 'x', none: () => null, sized: () => 1 } }, ...mercuriusOptions() })
    }
  })
  const internal = error('InternalError', { message: 'Internal error' })
  for (let time = 1; time <= 3; time++) {
    for (const name of ['plain', 'graphql', 'returned', 'nothing', 'text', 'wrong', 'none']) {
      const answer = await ask(`{ ${name} }`)
      t.match(answer, { status: 200, errors: [{ ...internal, path: [name] }] }, `${name}, ${time}`)
      t.notMatch(JSON.stringify(answer), 'secret')
    }
    t.match((await ask('{ chosen }')).errors, [error('OutOfStock', { message: 'Out of stock', extensions: { left: 0 } })])
    t.match((await ask('{ chosenByMercurius }')).errors, [error('OutOfStock', { message: 'Out of stock' })])
    t.match((await ask('query ($size: Int = 1) { sized(size: $size) }', { variables: { size: null } })).errors, [error('ValidationError', { message: /^Argument "size"/, path: ['sized'] })])
    t.match((await ask('{ tooMany }')).errors, [error('ThrottlingThresholdReachedError', { message: 'Slow down' })])
  }
})

t.test('the log of a refusal says which role lacks what, and what to change', async t => {
  const { ask, logs, user } = await openApi(t)
  const { token } = await user('jane', { roles: ['Guest'] })
  const joe = await user('joe')
  const answer = await ask('query ($id: ID) { user(id: $id) { id } }', { token, variables: { id: joe.user.id } })
  t.match(answer.errors, [error('NotAuthorizedError')])
  t.match(logs.find(line => line.msg === 'A GraphQL request was refused'), { code: 'NotAuthorizedError', explanation: { roles: [{ role: 'Guest' }], remedy: /^Guest has no permission to read Users/ } })
  t.notMatch(JSON.stringify(answer), 'remedy')
})
