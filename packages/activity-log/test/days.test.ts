import { dialects } from '@latchkey/test-databases'
import Fastify from 'fastify'
import database from '@latchkey/database'
import usersStore from '@latchkey/users-store'
import t, { type Test } from 'tap'
import activityLog, { migrateActivityLog } from '../dist/index.js'
import { atNoon, aWhile, now, openApp, rows, until, written } from './helpers.js'

const DAY = 86_400_000
const dayBefore = (days: number) => new Date(Date.now() - days * DAY).toISOString().slice(0, 10)

function anHourIsOverAtOnce (t: Test): void {
  const schedule = setTimeout
  t.intercept(globalThis, 'setTimeout', { value: Object.assign((work: () => void, ms = 0, ...given: []) => schedule(work, ms >= 60_000 ? 50 : ms, ...given), schedule) })
}

for (const dialect of dialects) {
  t.test(dialect, async t => {
    atNoon(t)
    t.test('refusals are counted by reason, the most frequent first, and sign-ups', async t => {
      const { app } = await openApp(t, dialect)
      await app.ready()
      for (const reason of ['throttled', 'wrong_password', 'wrong_password', 'no word', 'Ann@example.com']) app.activityLog.refused(reason)
      app.activityLog.signedUp({ profileId: 'main' })
      app.activityLog.signedUp({ profileId: 'other' })
      const today = async () => (await app.activityLog.perDay()).at(-1)
      await until(async () => (await today())?.refused === 5)
      app.activityLog.refused('wrong_password')
      await until(async () => (await today())?.refused === 6)
      t.strictSame(await today(), {
        day: dayBefore(0),
        signIns: 0,
        signUps: 2,
        refused: 6,
        refusals: [{ reason: 'wrong_password', count: 3 }, { reason: 'other', count: 2 }, { reason: 'throttled', count: 1 }]
      })
    })

    t.test('a refused request counts each reason once; no error counts twice, and other errors do not count', async t => {
      const { app } = await openApp(t, dialect)
      const error = (code: string, fields: object = {}) => Object.assign(new Error(code), { code, ...fields })
      app.addHook('onError', app.activityLog.noteError)
      app.get('/refused', async () => { throw error('ROLE_PERMISSIONS_ERR_NOT_AUTHORIZED', { statusCode: 403 }) })
      app.get('/limited', async () => { throw error('SOMETHING', { statusCode: 429 }) })
      app.get('/broken', async () => { throw error('SOMETHING') })
      app.setErrorHandler(async (_error, _request, reply) => await reply.code(500).send({}))
      await app.ready()
      for (const url of ['/refused', '/limited', '/broken', '/nowhere']) await app.inject(url)
      const forged = error('TOKEN_VERIFIER_ERR_TOKEN_INVALID', { reason: 'bad_signature' })
      app.activityLog.refusedBy(forged)
      app.activityLog.refusedBy(forged, error('AUTH_PROFILES_ERR_SIGN_UP_CLOSED'), error('AUTH_PROFILES_ERR_EMAIL_TAKEN'), null, 'text')
      await until(async () => (await app.activityLog.perDay()).at(-1)?.refused === 4)
      t.strictSame((await app.activityLog.perDay()).at(-1)?.refusals, ['bad_signature', 'not_authorized', 'sign_up_refused', 'throttled'].map(reason => ({ reason, count: 1 })))
    })

    t.test('each day of a range is there, both ends included', async t => {
      const { app } = await openApp(t, dialect)
      await app.ready()
      const { perDay } = app.activityLog
      await app.db.insertInto('latchkey_activity_counts').values([
        { day: '2024-02-28', kind: 'signIn', detail: 'a', count: 2 }, { day: '2024-02-28', kind: 'signIn', detail: 'b', count: 3 },
        { day: '2024-03-01', kind: 'signUp', detail: 'a', count: 1 }, { day: '2024-03-02', kind: 'signUp', detail: 'a', count: 1 }, { day: '2024-02-27', kind: 'refusal', detail: 'a', count: 1 }
      ]).execute()
      t.strictSame(await perDay({ from: '2024-02-28', to: '2024-03-01' }), [
        { day: '2024-02-28', signIns: 5, signUps: 0, refused: 0, refusals: [] },
        { day: '2024-02-29', signIns: 0, signUps: 0, refused: 0, refusals: [] },
        { day: '2024-03-01', signIns: 0, signUps: 1, refused: 0, refusals: [] }
      ])
      t.match(await perDay({ to: '2024-03-01' }), { length: 30, 0: { day: '2024-02-01' }, 29: { day: '2024-03-01' } })
      t.match(await perDay(), { length: 30, 0: { day: dayBefore(29) }, 29: { day: dayBefore(0) } })
      t.match(await perDay({ from: null, to: null }), { length: 30 })
      t.equal((await perDay({ from: '2024-01-01', to: '2024-12-31' })).length, 366)
    })

    t.test('invalid days, or too many, are refused by field', async t => {
      const { app } = await openApp(t, dialect)
      await app.ready()
      for (const [range, details] of [
        [{ from: '2024-02-30' }, { from: /must be a day/ }],
        [{ from: 'yesterday', to: '2024-1-1' }, { from: /must be a day/, to: /2026-01-31/ }],
        [{ from: '2024-01-01', to: '2025-01-01' }, { from: /at most 366 days/ }],
        [{ from: '2024-01-02', to: '2024-01-01' }, { from: /not be after/ }],
        [{ from: dayBefore(-1) }, { from: /not be after/ }]
      ] as const) {
        await t.rejects(app.activityLog.perDay(range), { code: 'ACTIVITY_LOG_ERR_INVALID_RANGE', statusCode: 400, details })
      }
    })

    t.test('old sign-ins are deleted, and what they were counted as is kept for two years', async t => {
      anHourIsOverAtOnce(t)
      const opened = await openApp(t, dialect, { keepDays: 7 })
      const { app, signIn } = opened
      await app.ready()
      const { userId } = await signIn('ann')
      const row = (id: string, days: number) => ({ id, user_id: userId, profile_id: 'main', issuer: 'i', subject: 's', created_at: new Date(Date.now() - days * DAY).toISOString(), ip: null, user_agent: null })
      await app.db.insertInto('latchkey_activity_counts').values([8, 729, 735].map(days => ({ day: dayBefore(days), kind: 'signIn', detail: 'main', count: 1 }))).execute()
      await app.db.insertInto('latchkey_sign_ins').values([row('old', 8), row('young', 6)]).execute()
      const days = async () => (await app.db.selectFrom('latchkey_activity_counts').select('day').orderBy('day').execute()).map(({ day }) => day)
      await until(async () => (await rows(opened)).length < 2 && (await days()).length < 3)
      t.strictSame((await rows(opened)).map(({ id }) => id), ['young'])
      t.strictSame(await days(), [729, 8].map(dayBefore))
      await app.close()
    })

    t.test('with upkeep: false nothing is deleted', async t => {
      anHourIsOverAtOnce(t)
      const opened = await openApp(t, dialect, { keepDays: 7, upkeep: false })
      await opened.app.ready()
      const { userId } = await opened.signIn('ann')
      await opened.app.db.insertInto('latchkey_sign_ins').values({ id: 'old', user_id: userId, profile_id: 'main', issuer: 'i', subject: 's', created_at: new Date(Date.now() - 8 * DAY).toISOString(), ip: null, user_agent: null }).execute()
      await aWhile()
      t.strictSame((await rows(opened)).map(({ id }) => id), ['old'])
    })

    t.test('a sign-in that would be deleted at once is not noted', async t => {
      const opened = await openApp(t, dialect, { keepDays: 7 })
      await opened.app.ready()
      const ann = await opened.signIn('ann', { at: now() - 8 * 86_400 })
      opened.app.activityLog.signedIn(ann)
      opened.app.activityLog.signedIn({ ...ann, at: now() - 6 * 86_400 })
      await written(opened, 1)
      await aWhile()
      t.equal((await rows(opened)).length, 1)
    })

    t.test('without migrate, the tables are made beforehand', async t => {
      const { app, url } = await openApp(t, dialect)
      await app.ready()
      await migrateActivityLog(app.db)
      const second = Fastify()
      t.teardown(() => second.close())
      await second.register(database, { url })
      await second.register(usersStore)
      await second.register(activityLog, { migrate: false })
      await second.ready()
      t.equal((await second.activityLog.perDay()).length, 30)
    })
  })
}

t.test('options that do not fit are refused by name', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(database, { url: 'sqlite::memory:' })
  await app.register(usersStore)
  app.register(activityLog, { keepDays: 0, keep: 1 } as never)
  await t.rejects(async () => { await app.ready() }, { code: 'ACTIVITY_LOG_ERR_INVALID_OPTIONS', message: /keep is not an option; keepDays must be/ })
})
