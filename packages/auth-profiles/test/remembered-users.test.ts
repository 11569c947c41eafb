import { dialects } from '@latchkey/test-databases'
import type { Identity } from '@latchkey/token-verifier'
import t from 'tap'
import type { BoundUser } from '../dist/principal-query.js'
import type { AuthenticationProfile, ResolvedUser } from '../dist/index.js'
import { createReadings } from '../dist/readings.js'
import { rememberAnswers } from '../dist/remembered-answers.js'
import { rememberUsers } from '../dist/remembered-users.js'
import { startApp } from './helpers/app.js'

const jane = { subject: 'jane', email: 'jane@example.com' }
const identity = { issuer: 'https://id.example.com', subject: 'jane' }
const found = (id: string) => ({ user: { id }, roleIds: [] }) as unknown as BoundUser

t.test('a user is asked for once, until something is changed', async t => {
  const changes = { count: 0, ofOthers: false }
  let asked = 0
  const find = rememberUsers(async () => found(`user-${++asked}`), createReadings(changes))
  t.match([await find(identity), await find(identity)], [{ user: { id: 'user-1' } }, { user: { id: 'user-1' } }])
  changes.count++
  t.match([await find(identity), await find(identity)], [{ user: { id: 'user-2' } }, { user: { id: 'user-2' } }])
})

t.test('what is changed while a user is being read is not missed', async t => {
  const changes = { count: 0, ofOthers: false }
  let asked = 0
  const find = rememberUsers(async () => {
    asked++
    if (asked === 1) changes.count++
    return found(`user-${asked}`)
  }, createReadings(changes))
  t.match([await find(identity), await find(identity)], [{ user: { id: 'user-1' } }, { user: { id: 'user-2' } }])
})

t.test('two issuers may call different people by the same name', async t => {
  const find = rememberUsers(async ({ issuer }) => found(`of ${issuer}`), createReadings({ count: 0, ofOthers: true }))
  for (const issuer of ['https://a.example.com', 'https://b.example.com', 'https://a.example.com']) t.match(await find({ issuer, subject: 'jane' }), { user: { id: `of ${issuer}` } })
})

t.test('a user is remembered for another token of the same identity, and for a second where nobody tells what others change', async t => {
  for (const ofOthers of [true, false]) {
    let asked = 0
    const find = rememberUsers(async () => found(`user-${++asked}`), createReadings({ count: 0, ofOthers }))
    await find({ ...identity })
    t.match(await find({ ...identity }), { user: { id: 'user-1' } })
    await new Promise(resolve => setTimeout(resolve, 1050))
    t.match(await find({ ...identity }), { user: { id: ofOthers ? 'user-1' : 'user-2' } })
  }
})

t.test('another column of the Users table, as a newer copy of the app adds, is in nobody\'s way', async t => {
  const { app, identity } = await startApp(t, 'postgres')
  const token = await identity(0, jane)
  await app.authProfiles.signUp(token, { user: { email: jane.email } })
  await app.authProfiles.resolve(token)
  await app.db.schema.alterTable('latchkey_users').addColumn('hired_at', 'text').execute()
  t.match(await app.authProfiles.resolve(token), { user: { email: jane.email } })
})

t.test('that an identity is nobody\'s is not remembered', async t => {
  const answers = [null, found('jane')]
  const find = rememberUsers(async () => answers.shift() as BoundUser | null, createReadings({ count: 0, ofOthers: false }))
  t.match([await find(identity), await find(identity)], [null, { user: { id: 'jane' } }])
})

t.test('nothing is remembered of a database whose changes are not seen', async t => {
  let asked = 0
  const find = rememberUsers(async () => found(`user-${++asked}`), createReadings(null))
  t.match([await find(identity), await find(identity)], [{ user: { id: 'user-1' } }, { user: { id: 'user-2' } }])
})

t.test('requests with one token share what was answered for it, until something is changed, in the database or of the profile', async t => {
  const changes = { count: 0, ofOthers: true }
  const { answers: { resolve, known }, profile, changed } = rememberingBoth(changes)
  const token = { ...identity } as Identity
  const [first, second] = [await resolve(token, profile, undefined), await resolve(token, profile, undefined)]
  t.equal(first, second)
  t.match(first, { user: { id: 'user-1' } })
  t.equal(known(token, profile), first)
  t.not(await resolve({ ...token }, profile, undefined), first, 'another token')
  t.not(await resolve(token, changed, undefined), first, 'another profile')
  changes.count++
  t.equal(known(token, profile), undefined)
  t.match([await resolve(token, profile, undefined), await resolve(token, profile, undefined)], [{ user: { id: 'user-2' } }, { user: { id: 'user-2' } }])
})

t.test('what is remembered of a user for the next token, too, is a second old at most where nobody tells what others change', async t => {
  const { answers: { resolve }, profile } = rememberingBoth({ count: 0, ofOthers: false })
  await resolve({ ...identity } as Identity, profile, undefined)
  await new Promise(resolve => setTimeout(resolve, 600))
  const token = { ...identity } as Identity
  t.match(await resolve(token, profile, undefined), { user: { id: 'user-1' } })
  await new Promise(resolve => setTimeout(resolve, 450))
  t.match(await resolve(token, profile, undefined), { user: { id: 'user-2' } })
})

/** Users who are another one at each reading. */
function rememberingBoth (changes: { count: number, ofOthers: boolean }) {
  let asked = 0
  const readings = createReadings(changes)
  const find = rememberUsers(async () => found(`user-${++asked}`), readings)
  const [profile, changed] = [{ id: 'main' }, { id: 'main' }] as AuthenticationProfile[] as [AuthenticationProfile, AuthenticationProfile]
  return { profile, changed, answers: rememberAnswers(async identity => await find(identity) as BoundUser, ({ user }) => ({ user }) as unknown as ResolvedUser, readings) }
}

for (const dialect of dialects) {
  t.test(dialect, async t => {
    const first = await startApp(t, dialect)
    const token = await first.identity(0, jane)
    const { user } = await first.app.authProfiles.signUp(token, { user: { email: jane.email } })
    const resolve = async () => await first.app.authProfiles.resolve(token)
    const editor = first.app.rolePermissions.find({ name: 'Editor' })?.id as string
    t.notOk((await resolve()).principal.roles.includes(editor))

    await t.test('a change of this process is in the next request, whoever makes it', async t => {
      await resolve()
      t.equal(first.app.authProfiles.known(token)?.user.id, user.id)
      await first.app.rolePermissions.assign(user.id, [editor])
      t.equal(first.app.authProfiles.known(token), undefined)
      t.ok((await resolve()).principal.roles.includes(editor))
      await first.app.db.transaction().execute(async transaction => { await first.app.rolePermissions.unassign(user.id, [editor], transaction) })
      t.notOk((await resolve()).principal.roles.includes(editor))
      await first.app.db.updateTable('latchkey_users').set({ first_name: 'Jane' }).where('id', '=', user.id).execute()
      t.equal((await resolve()).user.firstName, 'Jane')
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
