import activityLog from '@latchkey/activity-log'
import { dialects } from '@latchkey/test-databases'
import t from 'tap'
import { startApp, type TestApp } from './helpers/app.js'

const jane = { subject: 'jane', email: 'jane@example.com' }
const now = () => Math.floor(Date.now() / 1000)
const iso = (seconds: number) => new Date(seconds * 1000).toISOString()
const rows = async ({ app }: TestApp) => await app.db.selectFrom('latchkey_sign_ins').selectAll().orderBy('created_at').execute()
/** Waits until so many sign-ins are written. */
async function written (app: TestApp, count: number): Promise<void> {
  while ((await rows(app)).length < count) await new Promise(resolve => setTimeout(resolve, 50))
}
/** What was counted yesterday and today, in UTC: midnight may fall between two statements of a test, and some sign-ins are earlier. */
async function recent ({ activityLog }: TestApp['app']) {
  const days = (await activityLog.perDay()).slice(-2)
  const sum = (kind: 'signIns' | 'signUps') => days.reduce((sum, day) => sum + day[kind], 0)
  return { signIns: sum('signIns'), signUps: sum('signUps') }
}
/** Long enough that what was told of is written, on a machine that is not busy. */
const aWhile = async () => { await new Promise(resolve => setTimeout(resolve, 1300)) }

for (const dialect of dialects) {
  t.test(dialect, async t => {
    const open = async () => await startApp(t, dialect, [{}], {}, async app => { await app.register(activityLog) })

    t.test('an authenticated request reports the sign-in and its origin', async t => {
      const running = await open()
      const { app, issuers, identity } = running
      const { user } = await app.authProfiles.signUp(await identity(0, { ...jane, claims: { auth_time: now() - 110 } }), { user: { email: jane.email } })
      const token = await issuers[0]?.idToken({ ...jane, claims: { auth_time: now() - 10 } })
      for (let time = 0; time < 3; time++) t.equal((await app.inject({ url: '/me', headers: { authorization: `Bearer ${token}`, 'user-agent': 'Firefox' }, remoteAddress: '203.0.113.7' })).statusCode, 200)
      await written(running, 2)
      await aWhile()
      t.match(await rows(running), [
        { user_id: user.id, profile_id: 'p0', subject: 'jane', ip: null, user_agent: null },
        { user_id: user.id, profile_id: 'p0', issuer: issuers[0]?.issuer, subject: 'jane', ip: '203.0.113.7', user_agent: 'Firefox' }
      ], 'that of the sign-up, of which no request is known, and that of the request')
      t.equal((await rows(running)).length, 2)
      t.strictSame(await recent(app), { signIns: 2, signUps: 1 })
    })

    t.test('the time is auth_time, or when the token was issued if auth_time is missing or impossible', async t => {
      const running = await open()
      const { app, identity } = running
      const { user } = await app.authProfiles.signUp(await identity(0, { ...jane, claims: { auth_time: now() - 5000 } }), { user: { email: jane.email } })
      const issued = now() - 10
      for (const [claims, expected, count] of [
        [{ auth_time: now() - 3000 }, undefined, 2],
        [{ auth_time: now() - 4000 }, undefined, 3],
        [{ auth_time: undefined, iat: issued }, issued, 4],
        [{ auth_time: undefined, iat: issued, exp: now() + 600 }, issued, 4],
        [{ auth_time: issued * 1000, iat: issued - 7200 }, issued - 7200, 5],
        [{ auth_time: 'yesterday', iat: issued - 4 * 3600 }, issued - 4 * 3600, 6],
        [{ auth_time: 0, iat: issued - 6 * 3600 }, issued - 6 * 3600, 7]
      ] as const) {
        await app.authProfiles.resolve(await identity(0, { ...jane, claims }))
        await written(running, count)
        const times = (await rows(running)).map(({ created_at: at }) => at)
        t.ok(times.includes(iso(expected ?? claims.auth_time as number)), JSON.stringify(claims))
      }
      await aWhile()
      t.equal((await rows(running)).length, 7, 'of two that were issued in the same hour, one')
      await app.authProfiles.resolve(await identity(0, { ...jane, claims: { auth_time: undefined, iat: undefined, exp: now() + 8 * 3600 } }))
      await written(running, 8)
      t.equal((await rows(running)).length, 8, 'or when it ends, where it says neither')
      await app.usersStore.delete(user.id)
      t.strictSame(await rows(running), [])
    })

    t.test('a deleted user who signs up again with the same token counts as a new sign-in', async t => {
      const running = await open()
      const { app, identity } = running
      const token = await identity(0, jane)
      const first = await app.authProfiles.signUp(token, { user: { email: jane.email } })
      await written(running, 1)
      await app.usersStore.delete(first.user.id)
      const second = await app.authProfiles.signUp(token, { user: { email: jane.email } })
      await written(running, 1)
      await aWhile()
      t.match(await rows(running), { length: 1, 0: { user_id: second.user.id } })
      t.strictSame(await recent(app), { signIns: 2, signUps: 2 })
    })

    t.test('refused tokens, look-ups and examinations are not sign-ins', async t => {
      const running = await open()
      const { app, identity, issuers } = running
      await app.usersStore.create({ email: jane.email }, { identity: { issuer: issuers[0]?.issuer as string, subject: 'jane' } })
      await t.rejects(app.authProfiles.resolve(await identity(0, { ...jane, email: 'other@example.com' })), { code: 'AUTH_PROFILES_ERR_EMAIL_MISMATCH' })
      await app.authProfiles.lookUp(await identity(0, jane))
      await app.authProfiles.examine({ log: app.log }, await issuers[0]?.idToken(jane) as string)
      await aWhile()
      t.strictSame(await rows(running), [])
    })
  })
}
