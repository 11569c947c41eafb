import activityLog from '@latchkey/activity-log'
import { dialects, type Dialect } from '@latchkey/test-databases'
import t, { type Test } from 'tap'
import { reading } from './helpers/administration.js'
import { error, openApi, type ApiOptions, type TestApi } from './helpers/api.js'
import { recentActivity } from './helpers/recent-activity.js'
import { countStatements } from './helpers/statements.js'

const me = '{ user { id } }'
const list = (args = '', fields = 'id createdAt userId user { id email } profileId profileName issuer subject ip userAgent') => `{ signInsList${args} { count items { ${fields} } } }`
const perDay = (args = '') => `{ activityPerDay${args} { day signIns signUps refused refusals { reason count } } }`
const seconds = () => Math.floor(Date.now() / 1000)

const open = async (t: Test, dialect: Dialect, options: ApiOptions = {}): Promise<TestApi> => await openApi(t, dialect, {
  ...options,
  before: async app => {
    await app.register(activityLog)
    await options.before?.(app)
  }
})

/** Long enough that what was told of is written, on a machine that is not busy. */
const aWhile = async () => { await new Promise(resolve => setTimeout(resolve, 1300)) }
const rows = async ({ app }: TestApi) => await app.db.selectFrom('latchkey_sign_ins').selectAll().orderBy('created_at').execute()
/** Waits until so many sign-ins are written. */
async function written (api: TestApi, count: number): Promise<void> {
  while ((await rows(api)).length < count) await new Promise(resolve => setTimeout(resolve, 50))
}

for (const dialect of dialects) {
  t.test(`${dialect}: sign-ins are listed with time and origin, newest first`, async t => {
    const api = await open(t, dialect)
    const { ask, user, issuer } = api
    await user('root', { roles: ['Administrator'] })
    const jane = await user('jane')
    const at = seconds() - 100
    const token = await issuer.idToken({ subject: 'root', email: 'root@example.com', claims: { auth_time: at } })
    await ask(me, { token: jane.token, headers: { 'user-agent': `Firefox ${'x'.repeat(300)}` } })
    await ask(me, { token })
    await written(api, 2)
    const { data, errors } = await ask(list(), { token })
    t.equal(errors, undefined)
    t.match(data, {
      signInsList: {
        count: 2,
        items: [
          { userId: jane.user.id, user: { id: jane.user.id, email: 'jane@example.com' }, profileId: 'main', profileName: 'Main', issuer: issuer.issuer, subject: 'jane', ip: '127.0.0.1', userAgent: /^Firefox x{192}$/ },
          { subject: 'root', createdAt: new Date(at * 1000).toISOString(), userAgent: 'lightMyRequest' }
        ]
      }
    })
    const { items } = (data as { signInsList: { items: { id: string }[] } }).signInsList
    const ids = async (args: string) => ((await ask(list(args, 'id'), { token })).data as { signInsList: { items: { id: string }[] } }).signInsList.items.map(({ id }) => id)
    t.strictSame(await ids(`(first: 1, after: "${(items[0] as { id: string }).id}")`), [items[1]?.id], 'by pages')
    t.strictSame(await ids('(filter: { user: { email: { equals: "jane@example.com" } } })'), [items[0]?.id])
    t.strictSame(await ids(`(filter: { userId: { equals: "${jane.user.id}" } }, sort: [{ createdAt: ASC }])`), [items[0]?.id])
  })

  t.test(`${dialect}: a refreshed token belongs to the same sign-in, and requests need no further queries`, async t => {
    const api = await open(t, dialect)
    const { ask, user, issuer } = api
    await user('jane')
    const at = seconds() - 1000
    const token = async () => await issuer.idToken({ subject: 'jane', email: 'jane@example.com', claims: { auth_time: at, jti: String(Math.random()) } })
    const [first, second] = [await token(), await token()]
    await ask(me, { token: first })
    await written(api, 1)
    await aWhile()
    t.equal((await rows(api)).length, 1)
    const counting = countStatements(t, api)
    // A busy machine may not be told by PostgreSQL in time that nothing was changed, and looks.
    const otherThanWho = (statements: readonly string[]) => statements.filter(statement => dialect === 'sqlite' || !statement.includes('from "latchkey_user_identities"'))
    await ask(me, { token: first })
    t.strictSame(otherThanWho(await counting.during(async () => { for (let time = 0; time < 20; time++) await ask(me, { token: first }) })), [], 'nothing for a token that was seen')
    await aWhile()
    t.strictSame(otherThanWho(await counting.during(async () => { await ask(me, { token: first }) })), [], 'nor a second later: the database tells of changes')
    const statements = await counting.during(async () => {
      await ask(me, { token: second })
      await aWhile()
    })
    t.strictSame(otherThanWho(statements), [], 'nor for a fresh one of somebody who is remembered')
    t.equal((await rows(api)).length, 1)
    t.match(await recentActivity(api.app), { signIns: 1 })
  })

  t.test(`${dialect}: refusals and sign-ups are counted`, async t => {
    const api = await open(t, dialect, { profiles: [{ selfSignUp: { emailDomains: ['example.com'] } }] })
    const { ask, user, issuer, app } = api
    const { token } = await user('jane')
    const refused: [string, string | undefined, string?][] = [
      ['malformed', 'x'],
      ['bad_signature', await issuer.forgedToken()],
      ['token_expired', await issuer.idToken({ expiresIn: -3600 })],
      ['email_mismatch', await issuer.idToken({ subject: 'jane', email: 'other@example.com' })],
      ['identity_not_linked', await issuer.idToken({ subject: 'stranger', email: 'jane@example.com', emailVerified: false })],
      ['not_authorized', token, '{ a: usersList { count } b: rolesList { count } signInsList { count } }'],
      ['not_authorized', undefined, '{ usersList { count } }'],
      ['sign_up_refused', await issuer.idToken({ subject: 'new', email: 'new@other.com' }), 'mutation { userSignUp(user: { email: "new@other.com" }) { id } }']
    ]
    for (const [, token, query = me] of refused) t.ok((await ask(query, { token })).errors)
    const root = await user('root', { roles: ['Administrator'] })
    t.ok((await ask('{ usersList { count } }', { token: root.token, headers: { 'latchkey-view-as': '{"guest":true}' } })).errors, 'what somebody else would be refused, who only looks, counts as nothing')
    const nobody = await issuer.idToken({ subject: 'new', email: 'new@example.com' })
    t.match((await ask(me, { token: nobody })).errors, [error('EntityNotFoundError')], 'is no refusal')
    t.ok((await ask('{ nothing }', { token })).errors, 'nor is this')
    const signUp = 'mutation { userSignUpWithToken(user: { email: "new@example.com" }) { id } }'
    for (let time = 0; time < 2; time++) t.equal((await ask(signUp, { token: nobody })).errors, undefined)
    // What is told of is written in its order, and the sign-up last.
    while ((await recentActivity(api.app)).signUps < 1) await new Promise(resolve => setTimeout(resolve, 50))
    await aWhile()
    const { signIns, signUps, refusals } = await recentActivity(api.app)
    t.strictSame({ signIns, signUps }, { signIns: 3, signUps: 1 }, 'who signs up has signed in')
    t.strictSame(refusals, [
      { reason: 'not_authorized', count: 2 },
      ...['bad_signature', 'email_mismatch', 'identity_not_linked', 'malformed', 'sign_up_refused', 'token_expired'].map(reason => ({ reason, count: 1 }))
    ], 'a request counts once, at however many fields')
    await app.close()
  })

  t.test(`${dialect}: the days of a range are returned to anyone who may read all sign-ins`, async t => {
    const api = await open(t, dialect)
    const { ask, user, role, app } = api
    await app.db.insertInto('latchkey_activity_counts').values([{ day: '2024-02-29', kind: 'refusal', detail: 'throttled', count: 3 }, { day: '2024-02-29', kind: 'signUp', detail: 'main', count: 2 }]).execute()
    await role('Reader', reading('SignIns', ['createdAt']))
    await role('Times', reading('SignIns', ['ip']))
    await role('Some', reading('SignIns', undefined, { userId: { is_self: true } }))
    const { token } = await user('reader', { roles: ['Reader'] })
    t.strictSame((await ask(perDay('(from: "2024-02-28", to: "2024-02-29")'), { token })).data, {
      activityPerDay: [
        { day: '2024-02-28', signIns: 0, signUps: 0, refused: 0, refusals: [] },
        { day: '2024-02-29', signIns: 0, signUps: 2, refused: 3, refusals: [{ reason: 'throttled', count: 3 }] }
      ]
    })
    t.match((await ask(perDay(), { token })).data, { activityPerDay: { length: 30 } })
    for (const [args, details] of [
      ['(from: "2024-02-30")', { from: /must be a day/ }],
      ['(from: "2023-01-01", to: "2024-02-29")', { from: /at most 366 days/ }],
      ['(from: "2024-03-01", to: "2024-02-29")', { from: /must not be after/ }],
      ['(to: "today")', { to: /as 2026-01-31/ }]
    ] as const) t.match((await ask(perDay(args), { token })).errors, [error('ValidationError', { details })])
    for (const name of ['Times', 'Some']) t.match((await ask(perDay(), { token: (await user(name, { roles: [name] })).token })).errors, [error('NotAuthorizedError', { details: { resource: 'SignIns', action: 'read' } })], name)
    t.match((await ask(perDay())).errors, [error('NotAuthorizedError')], 'a guest')
  })

  t.test(`${dialect}: users read their own sign-ins, with only the fields that a role gives`, async t => {
    const api = await open(t, dialect)
    const { ask, user, role, app } = api
    await role('Own', reading('SignIns', undefined, { user: { id: { equals: '__loggedInUserId' } } }))
    await role('Where', reading('SignIns', ['ip', 'profileId', 'profileName', 'userId', 'user']))
    const [own, other, where] = [await user('own', { roles: ['Own'] }), await user('other', { roles: ['Own'] }), await user('where', { roles: ['Where'] })]
    for (const { token } of [own, other, where]) await ask(me, { token })
    await written(api, 3)
    t.match((await ask(list(), { token: own.token })).data, { signInsList: { count: 1, items: [{ userId: own.user.id, user: { email: 'own@example.com' }, profileName: 'Main', subject: 'own' }] } })
    t.match((await ask(list('(filter: { subject: { equals: "other" } })'), { token: own.token })).data, { signInsList: { count: 0, items: [] } })
    const { items } = ((await ask(list('', 'ip createdAt subject profileId profileName userId user { email }'), { token: where.token })).data as { signInsList: { items: { userId: string }[] } }).signInsList
    t.strictSame(items.find(({ userId }) => userId === own.user.id), { ip: '127.0.0.1', createdAt: null, subject: null, profileId: 'main', profileName: null, userId: own.user.id, user: null }, 'neither who it is nor the profile, without a right to read those')
    t.match(items.find(({ userId }) => userId === where.user.id), { profileName: 'Main', user: { email: 'where@example.com' } }, 'but of oneself')
    t.match((await ask(list())).errors, [error('NotAuthorizedError', { details: { resource: 'SignIns', action: 'read' } })], 'a guest')
    await app.usersStore.delete(other.user.id)
    t.strictSame((await rows(api)).map(({ subject }) => subject).sort(), ['own', 'where'], 'those of a user who is deleted are gone')
  })
}

t.test('without an activity log, the schema has none of it', async t => {
  const { ask, user } = await openApi(t)
  const { token } = await user('root', { roles: ['Administrator'] })
  for (const query of [list(), perDay()]) t.match((await ask(query, { token })).errors, [error('ValidationError', { message: /Cannot query field/ })])
})
