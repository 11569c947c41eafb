import { dialects, startPostgres } from '@latchkey/test-databases'
import { sql } from 'kysely'
import t from 'tap'
import { atNoon, aWhile, openApp, rows, until, written } from './helpers.js'

for (const dialect of dialects) {
  t.test(`${dialect}: what is told of before the app is closed is written`, async t => {
    const { app, url, signIn } = await openApp(t, dialect)
    const second = await openApp(t, dialect, {}, url)
    await second.app.ready()
    await app.ready()
    const ann = await signIn('ann')
    for (let index = 0; index < 1300; index++) app.activityLog.signedIn({ ...ann, at: ann.at - index * 60 })
    app.activityLog.refused('throttled')
    await app.close()
    t.equal((await rows(second)).length, 1300)
    t.match((await second.app.activityLog.perDay()).reduce((sum, { signIns, refused }) => [sum[0] as number + signIns, sum[1] as number + refused], [0, 0]), [1300, 1])
  })
}

t.test('while PostgreSQL is away nothing fails, and afterwards what was kept is written', async t => {
  atNoon(t)
  const server = await startPostgres()
  t.teardown(() => server.stop())
  const opened = await openApp(t, 'postgres', { maxPending: 5 }, server.url)
  const { app, logs } = opened
  await app.ready()
  const ann = await opened.signIn('ann')
  await server.pause()
  for (let index = 0; index < 8; index++) app.activityLog.signedIn({ ...ann, at: ann.at - index * 60 })
  for (let index = 0; index < 100; index++) app.activityLog.refused('wrong_password')
  await until(async () => logs.some(({ msg }) => /cannot be written/.test(String(msg))))
  await aWhile()
  await server.resume()
  await written(opened, 5)
  await until(async () => (await app.activityLog.perDay()).at(-1)?.refused === 100)
  t.equal((await rows(opened)).length, 5, 'no more than there is room for')
  const ofActivity = () => logs.filter(({ msg }) => /[Aa]ctivity/.test(String(msg)))
  await until(async () => ofActivity().length > 1)
  const said = ofActivity()
  t.match(said, [{ level: 50, msg: /cannot be written/, err: { code: String } }, { level: 30, msg: /again/, dropped: 3 }], 'once each')
  t.notMatch(JSON.stringify(said), ann.userId)

  t.comment('one that found no room is noted when it is met again')
  app.activityLog.signedIn({ ...ann, at: ann.at - 7 * 60 })
  await written(opened, 6)
})

t.test('on SQLite too', async t => {
  atNoon(t)
  const opened = await openApp(t, 'sqlite')
  const { app, logs } = opened
  await app.ready()
  const ann = await opened.signIn('ann')
  await sql`alter table latchkey_activity_counts rename to away`.execute(app.db)
  app.activityLog.signedIn(ann)
  app.activityLog.refused('throttled')
  await until(async () => logs.some(({ msg }) => /cannot be written/.test(String(msg))))
  t.strictSame(await rows(opened), [], 'all of it or nothing')
  await sql`alter table away rename to latchkey_activity_counts`.execute(app.db)
  await written(opened, 1)
  t.match((await app.activityLog.perDay()).at(-1), { signIns: 1, refused: 1 })
})

t.test('an app that closes while the database is down ends, and logs what is lost', async t => {
  const opened = await openApp(t, 'sqlite')
  const { app, logs } = opened
  await app.ready()
  const ann = await opened.signIn('ann')
  await sql`drop table latchkey_sign_ins`.execute(app.db)
  app.activityLog.signedIn(ann)
  await app.close()
  t.match(logs.at(-1), { level: 50, msg: /lost/, dropped: 1 })
})
