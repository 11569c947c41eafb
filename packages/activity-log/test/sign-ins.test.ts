import { dialects } from '@latchkey/test-databases'
import t from 'tap'
import { atNoon, aWhile, holdWriting, now, openApp, rows, until, written } from './helpers.js'

for (const dialect of dialects) {
  t.test(dialect, async t => {
    atNoon(t)
    const first = await openApp(t, dialect)
    await first.app.ready()
    const { activityLog } = first.app
    const today = async () => (await activityLog.perDay()).at(-1)
    t.beforeEach(async () => {
      await first.app.db.deleteFrom('latchkey_sign_ins').execute()
      await first.app.db.deleteFrom('latchkey_activity_counts').execute()
    })

    t.test('a sign-in is one row, however often it is told of', async t => {
      const signIn = await first.signIn('ann', { ip: '203.0.113.7', userAgent: `Firefox\0 \ud800${'x'.repeat(300)}` })
      for (let time = 0; time < 5; time++) activityLog.signedIn(signIn)
      await written(first, 1)
      activityLog.signedIn({ ...signIn, ip: '203.0.113.8' })
      await aWhile()
      const [row, ...more] = await rows(first)
      t.match(row, { user_id: signIn.userId, profile_id: 'main', issuer: signIn.issuer, subject: signIn.subject, created_at: new Date(signIn.at * 1000).toISOString(), ip: '203.0.113.7' })
      t.match(row?.user_agent, /^Firefox +x+$/)
      t.ok((row?.user_agent as string).length <= 200)
      t.strictSame(more, [])
      t.match(await today(), { signIns: 1, signUps: 0, refused: 0 })
    })

    t.test('each time is a sign-in of its own, and so is each person', async t => {
      const ann = await first.signIn('ann')
      activityLog.signedIn(ann)
      activityLog.signedIn({ ...ann, at: ann.at - 1 })
      activityLog.signedIn(await first.signIn('ben', { at: ann.at }))
      activityLog.signedIn({ ...ann, issuer: 'https://other.example.com' })
      await written(first, 4)
      t.equal((await rows(first)).length, 4)
      t.match(await activityLog.perDay(), { length: 30 })
    })

    t.test('where it is not known when somebody signed in, tokens of one hour are one sign-in', async t => {
      const hour = Math.floor(now() / 3600) * 3600 - 3 * 3600
      const ann = await first.signIn('ann', { at: hour + 300, exact: false })
      activityLog.signedIn(ann)
      activityLog.signedIn({ ...ann, at: hour + 3599 })
      activityLog.signedIn({ ...ann, at: hour + 3600 })
      await written(first, 2)
      t.strictSame((await rows(first)).map(row => row.created_at), [hour + 300, hour + 3600].map(at => new Date(at * 1000).toISOString()))
    })

    t.test('copies of the app write one row, and count one', async t => {
      const second = await openApp(t, dialect, {}, first.url)
      await second.app.ready()
      const signIns = await Promise.all(['ann', 'ben', 'cem', 'dan'].map(async name => await first.signIn(name)))
      for (const signIn of signIns) first.app.activityLog.signedIn(signIn)
      for (const signIn of signIns.toReversed()) second.app.activityLog.signedIn(signIn)
      await Promise.all([first.app.activityLog, second.app.activityLog].map(async log => { log.refused('wrong_password') }))
      await until(async () => (await today())?.refused === 2)
      t.equal((await rows(first)).length, 4)
      t.match(await today(), { signIns: 4, refused: 2, refusals: [{ reason: 'wrong_password', count: 2 }] })
    })

    t.test('the sign-ins of a user who is deleted are gone', async t => {
      const [ann, ben] = [await first.signIn('ann'), await first.signIn('ben')]
      for (const signIn of [ann, ben]) activityLog.signedIn(signIn)
      await written(first, 2)
      await first.app.usersStore.delete(ann.userId)
      t.match(await rows(first), { length: 1, 0: { user_id: ben.userId } })

      t.comment('and are noted anew for the user that is made anew')
      const again = await first.signIn('ann', { subject: ann.subject, at: ann.at })
      activityLog.signedIn(again)
      await written(first, 2)
      t.match(await today(), { signIns: 3 })
    })

    t.test('a user who is deleted before their sign-in is written keeps nobody\'s from being written', async t => {
      const [ann, ben] = [await first.signIn('ann'), await first.signIn('ben')]
      const letWrite = holdWriting(t)
      for (const signIn of [ann, ben]) activityLog.signedIn(signIn)
      await first.app.usersStore.delete(ann.userId)
      await until(async () => {
        letWrite()
        return (await rows(first)).length >= 1
      })
      letWrite()
      await aWhile()
      t.match(await rows(first), { length: 1, 0: { user_id: ben.userId } })
      t.match(await today(), { signIns: 1 })
    })

    t.test('many sign-ins are written without delay', async t => {
      const people = await Promise.all(Array.from({ length: 10 }, async (_, index) => await first.signIn(`ann-${index}`)))
      // Sooner than after a second, which is never over here.
      holdWriting(t)
      for (let index = 0; index < 500; index++) {
        const person = people[index % 10] as typeof people[number]
        activityLog.signedIn({ ...person, at: person.at - index * 60 })
      }
      await t.resolves(written(first, 500))
    })

    t.test('a sign-in of another day counts for that day, and one of the future for today', async t => {
      const ann = await first.signIn('ann', { at: now() - 2 * 86_400 })
      activityLog.signedIn(ann)
      activityLog.signedIn({ ...ann, at: now() + 86_400 })
      await written(first, 2)
      t.match((await activityLog.perDay()).slice(-3).map(({ signIns }) => signIns), [1, 0, 1])
    })

    t.test('an invalid time causes no error, and is not recorded', async t => {
      const ann = await first.signIn('ann')
      for (const at of [NaN, -Infinity, undefined]) activityLog.signedIn({ ...ann, at: at as number })
      await aWhile()
      t.strictSame(await rows(first), [])
    })
  })
}
