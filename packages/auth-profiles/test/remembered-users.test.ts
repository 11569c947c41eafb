import { dialects } from '@latchkey/test-databases'
import t from 'tap'
import type { BoundUser } from '../dist/principal-query.js'
import { createReadings } from '../dist/readings.js'
import { rememberUsers } from '../dist/remembered-users.js'
import { startApp } from './helpers/app.js'

const jane = { subject: 'jane', email: 'jane@example.com' }
const identity = { issuer: 'https://id.example.com', subject: 'jane' }
const isOf = (id: string) => ({ user: { id } })
const found = (id: string) => isOf(id) as unknown as BoundUser

t.test('a user is read once, until something changes', async t => {
  const changes = { count: 0, holdsForMs: 1000 }
  let asked = 0
  const { find } = rememberUsers(async () => found(`user-${++asked}`), createReadings(changes))
  t.match([await find(identity), await find(identity)], [isOf('user-1'), isOf('user-1')])
  changes.count++
  t.match([await find(identity), await find(identity)], [isOf('user-2'), isOf('user-2')])
})

t.test('a change made while a user is being read is not missed', async t => {
  const changes = { count: 0, holdsForMs: 1000 }
  let asked = 0
  const { find } = rememberUsers(async () => {
    asked++
    if (asked === 1) changes.count++
    return found(`user-${asked}`)
  }, createReadings(changes))
  t.match([await find(identity), await find(identity)], [isOf('user-1'), isOf('user-2')])
})

t.test('the same subject of two issuers is two different users', async t => {
  const { find } = rememberUsers(async ({ issuer }) => found(`of ${issuer}`), createReadings({ count: 0, holdsForMs: 60_000 }))
  for (const issuer of ['https://a.example.com', 'https://b.example.com', 'https://a.example.com']) t.match(await find({ issuer, subject: 'jane' }), isOf(`of ${issuer}`))
})

t.test('a cached user is used for other tokens of the same identity while the data is valid', async t => {
  for (const holdsForMs of [Infinity, 1000]) {
    let asked = 0
    const { find } = rememberUsers(async () => found(`user-${++asked}`), createReadings({ count: 0, holdsForMs }))
    await find({ ...identity })
    t.match(await find({ ...identity }), isOf('user-1'))
    await new Promise(resolve => setTimeout(resolve, 1050))
    t.match(await find({ ...identity }), isOf(holdsForMs === Infinity ? 'user-1' : 'user-2'))
  }
})

t.test('a column added to the Users table by a newer instance does no harm', async t => {
  const { app, identity } = await startApp(t, 'postgres')
  const token = await identity(0, jane)
  await app.authProfiles.signUp(token, { user: { email: jane.email } })
  await app.authProfiles.resolve(token)
  await app.db.schema.alterTable('latchkey_users').addColumn('hired_at', 'text').execute()
  t.match(await app.authProfiles.resolve(token), { user: { email: jane.email } })
})

t.test('unbound identities are not cached', async t => {
  const answers = [null, found('jane')]
  const { find } = rememberUsers(async () => answers.shift() as BoundUser | null, createReadings({ count: 0, holdsForMs: 1000 }))
  t.match([await find(identity), await find(identity)], [null, isOf('jane')])
})

t.test('nothing is cached if changes cannot be observed', async t => {
  let asked = 0
  const { find } = rememberUsers(async () => found(`user-${++asked}`), createReadings(null))
  t.match([await find(identity), await find(identity)], [isOf('user-1'), isOf('user-2')])
})

for (const dialect of dialects) {
  t.test(dialect, async t => {
    const first = await startApp(t, dialect)
    const token = await first.identity(0, jane)
    const { user } = await first.app.authProfiles.signUp(token, { user: { email: jane.email } })
    const resolve = async () => await first.app.authProfiles.resolve(token)
    const editor = first.app.rolePermissions.find({ name: 'Editor' })?.id as string
    t.notOk((await resolve()).principal.roles.includes(editor))

    /** Gives the answer once it is remembered: PostgreSQL may be telling of an earlier change yet, and be asked again. */
    async function untilKnown () {
      for (;;) {
        const resolved = await resolve()
        if (first.app.authProfiles.known(token) === resolved) return resolved
        await new Promise(resolve => setTimeout(resolve, 20))
      }
    }

    await t.test('a change by this process is visible in the next request, whoever makes it', async t => {
      t.equal((await untilKnown()).user.id, user.id)
      await first.app.rolePermissions.assign(user.id, [editor])
      t.equal(first.app.authProfiles.known(token), undefined)
      t.ok((await resolve()).principal.roles.includes(editor))
      await first.app.db.transaction().execute(async transaction => { await first.app.rolePermissions.unassign(user.id, [editor], transaction) })
      t.notOk((await resolve()).principal.roles.includes(editor))
      await first.app.db.updateTable('latchkey_users').set({ first_name: 'Jane' }).where('id', '=', user.id).execute()
      t.equal((await resolve()).user.firstName, 'Jane')
    })

    await t.test('known() works for other tokens of the same sign-in, but not if something has to be stored or reported', async t => {
      let resolved = await untilKnown()
      const known = (differs: Partial<typeof token>) => first.app.authProfiles.known({ ...token, ...differs })
      t.strictSame([known({}) === resolved, known({ email: 'Jane@Example.com' }) === resolved], [true, true])
      // Roles may be refreshed meanwhile, and a change announced.
      let again = await first.app.authProfiles.resolve({ ...token })
      for (let tries = 1; again !== resolved && tries < 10; tries++) {
        resolved = await untilKnown()
        again = await first.app.authProfiles.resolve({ ...token })
      }
      t.equal(again, resolved)
      t.equal(known({ email: 'other@example.com' }), undefined, 'it is refused, or the user is updated')
      t.equal(known({ claims: { ...token.claims, auth_time: token.claims.iat as number - 60 } }), undefined, 'the activity log is told of it')
      t.equal(known({ subject: 'ben' }), undefined)
      t.equal(known({ profileId: 'none' }), undefined, 'there is no such profile any more')
    })

    await t.test('what requests share cannot be changed by one of them', async t => {
      const { user, principal } = await resolve()
      t.throws(() => { (user as { email: string }).email = 'other@example.com' }, TypeError)
      t.throws(() => { (principal.roles as string[]).push(editor) }, TypeError)
      t.throws(() => { (principal as { email: string }).email = 'other@example.com' }, TypeError)
    })

    await t.test('a change of another process is noticed', async t => {
      const other = await first.copy()
      await resolve()
      await other.rolePermissions.assign(user.id, [editor])
      while (!(await resolve()).principal.roles.includes(editor)) await new Promise(resolve => setTimeout(resolve, 50))
      await other.usersStore.delete(user.id)
      await t.rejects(async () => { for (;;) { await resolve(); await new Promise(resolve => setTimeout(resolve, 50)) } }, { code: 'AUTH_PROFILES_ERR_USER_NOT_FOUND' })
    })
  })
}
