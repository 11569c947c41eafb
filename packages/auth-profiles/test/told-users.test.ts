import { seenChanges, type SeenChanges } from '@latchkey/database'
import { openLink } from '@latchkey/test-databases'
import { sql } from 'kysely'
import { readFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import t, { type Test } from 'tap'
import type { ResolvedUser } from '../dist/index.js'
import { identityOf, openCopies } from './helpers/copies.js'
import { TABLES, untilTold } from './helpers/until-told.js'

/** Those of this test alone: others use the same server. */
const END_LISTENING = "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'latchkey changes'"
/** Milliseconds within which what another process changes must be in force. */
const IN_FORCE_AFTER = 1000

/** Two copies of the app, and Jane, who is known to the first one. PostgreSQL is all that is between them. */
async function setUp (t: Test, tables = TABLES) {
  const copies = await openCopies(t, 'postgres')
  const link = await openLink(copies.url, 'latchkey changes')
  t.teardown(() => link.close())
  const { app } = await copies.open({}, link.url)
  const other = await copies.open()
  const signUp = async (name: string) => {
    const identity = await identityOf({ app } as typeof other, copies.main, { subject: name, email: `${name}@example.com` })
    const { user } = await app.authProfiles.signUp(identity, { user: { email: `${name}@example.com` } })
    return { id: user.id, identity, resolve: async () => await app.authProfiles.resolve(identity) }
  }
  const jane = await signUp('jane')
  const role = (name: string) => app.rolePermissions.find({ name })?.id as string
  const changes = seenChanges(app.db, tables) as SeenChanges

  return { app, other: other.app, link, jane, signUp, changes, untilTold: async () => { await untilTold(app.db, tables) }, role, execute: async (statement: string) => { await sql.raw(statement).execute(other.app.db) } }
}

/** How many milliseconds later somebody was last answered as before: where the machine stands still meanwhile, nobody asks. */
async function inForceAfter (work: () => Promise<unknown>, isInForce: () => Promise<boolean>): Promise<number> {
  await work()
  const done = performance.now()
  for (let last = 0; ;) {
    const asked = performance.now()
    if (await isInForce()) return last
    last = asked - done
    if (last > 5000) return last
    await wait(5)
  }
}

const isRefused = async (work: () => Promise<unknown>) => await work().then(() => false, (error: { code?: string }) => error.code === 'AUTH_PROFILES_ERR_USER_NOT_FOUND')

t.test('a user is read once, until somebody changes something', async t => {
  const { jane, untilTold } = await setUp(t)
  /** One object is one answer of the database. Within a minute it is asked again anyhow. */
  async function isAskedForOnce (): Promise<boolean> {
    await untilTold()
    const first = await jane.resolve()
    const begun = performance.now()
    while (performance.now() < begun + 2500) {
      if (await jane.resolve() !== first) return false
      await wait(20)
    }
    return true
  }
  // A machine that was paused for a second is right to read again.
  let tries = 1
  while (!await isAskedForOnce() && tries < 15) tries++
  t.ok(tries < 15, `${tries} tries`)
})

t.test('a change of a user by another instance, or anything else, takes effect within a second', async t => {
  const { jane, signUp, other, execute, role, untilTold } = await setUp(t)
  const editor = role('Editor')
  const has = (roleId: string) => async () => (await jane.resolve()).principal.roles.includes(roleId)
  const hasNot = (roleId: string) => async () => !(await jane.resolve()).principal.roles.includes(roleId)
  const ben = await signUp('ben')

  const made: [what: string, work: () => Promise<unknown>, isInForce: () => Promise<boolean>][] = [
    ['a role that another copy gives', async () => { await other.rolePermissions.assign(jane.id, [editor]) }, has(editor)],
    ['a role that another copy takes away', async () => { await other.rolePermissions.unassign(jane.id, [editor]) }, hasNot(editor)],
    ['a role that SQL gives', async () => { await execute(`insert into latchkey_user_roles (user_id, role_id) values ('${jane.id}', '${editor}')`) }, has(editor)],
    ['a role that is deleted, and goes from everybody', async () => { await execute(`delete from latchkey_roles where id = '${editor}'`) }, hasNot(editor)],
    ['a name', async () => { await other.usersStore.update(jane.id, { firstName: 'Jane' }) }, async () => (await jane.resolve()).user.firstName === 'Jane'],
    ['whom an identity belongs to', async () => { await execute(`update latchkey_user_identities set user_id = '${ben.id}', email = 'jane@example.com' where subject = 'jane'`) },
      async () => await jane.resolve().then(() => false, (error: { code?: string }) => error.code === 'AUTH_PROFILES_ERR_EMAIL_MISMATCH')],
    ['that, back again', async () => { await execute(`update latchkey_user_identities set user_id = '${jane.id}' where subject = 'jane'`) }, async () => await jane.resolve().then(() => true, () => false)],
    ['an identity that another copy removes', async () => { await other.usersStore.removeIdentity(jane.id, jane.identity) }, async () => await jane.resolve().then(() => false, (error: { code?: string }) => error.code === 'AUTH_PROFILES_ERR_IDENTITY_NOT_LINKED')],
    ['that, restored', async () => { await other.usersStore.restoreIdentity(jane.id, jane.identity) }, async () => await jane.resolve().then(() => true, () => false)],
    ['a user whom SQL deletes, and whose identities go too', async () => { await execute(`delete from latchkey_users where id = '${ben.id}'`) }, async () => await isRefused(ben.resolve)],
    ['a user whom another copy deletes', async () => { await other.usersStore.delete(jane.id) }, async () => await isRefused(jane.resolve)]
  ]
  for (const [what, work, isInForce] of made) {
    await untilTold()
    await ben.resolve().catch(() => {})
    const ms = await inForceAfter(work, isInForce)
    t.ok(ms < IN_FORCE_AFTER, `${what}: after ${Math.round(ms)} ms`)
    t.comment(`${what}: ${Math.round(ms)} ms`)
  }
})

type SetUp = Awaited<ReturnType<typeof setUp>>
const troubles: [string, (made: SetUp) => Promise<void>][] = [
  ['whose listening connection the server has ended', async ({ execute }) => { await execute(END_LISTENING) }],
  ['on whose listening connection nothing comes through any more', async ({ link }) => { link.freeze() }],
  ['to which notifications do not come through', async ({ link, execute }) => {
    link.dropNotifications(true)
    await execute(END_LISTENING)
    await wait(1500)
  }],
  ['whose table has lost its trigger', async ({ execute }) => { await execute('drop trigger latchkey_changed on latchkey_user_roles') }],
  ['that cannot listen', async ({ link, execute }) => {
    link.refuse(true)
    await execute(END_LISTENING)
  }]
]
for (const [which, begin] of troubles) {
  for (const later of [0, 700, 1500]) {
    t.test(`a removed role is gone within a second in an instance ${which}, ${later} ms later`, async t => {
      const made = await setUp(t)
      const editor = made.role('Editor')
      await made.other.rolePermissions.assign(made.jane.id, [editor])
      await made.untilTold()
      const roles = async (): Promise<ResolvedUser['principal']['roles']> => (await made.jane.resolve()).principal.roles
      await begin(made)
      const begun = performance.now()
      while (performance.now() < begun + later) {
        await roles()
        await wait(10)
      }
      t.ok((await roles()).includes(editor))
      const ms = await inForceAfter(async () => { await made.other.rolePermissions.unassign(made.jane.id, [editor]) }, async () => !(await roles()).includes(editor))
      t.ok(ms < IN_FORCE_AFTER, `after ${Math.round(ms)} ms`)
      t.comment(`after ${Math.round(ms)} ms`)
    })
  }
}

const changesOf: Record<string, [statement: string, isInForce: (jane: SetUp['jane']) => Promise<boolean>]> = {
  latchkey_users: ["update latchkey_users set first_name = 'Jane'", async jane => (await jane.resolve()).user.firstName === 'Jane'],
  latchkey_user_identities: ["update latchkey_user_identities set user_id = (select id from latchkey_users where email = 'ben@example.com') where subject = 'jane'", async jane => await jane.resolve().then(() => false, () => true)],
  latchkey_user_roles: ['delete from latchkey_user_roles', async jane => (await jane.resolve()).principal.roles.length === 0]
}
for (const [table, [statement, isInForce]] of Object.entries(changesOf)) {
  t.test(`changes of ${table} take effect within a second, even if they are not announced`, async t => {
    // The process that queries here must not be the one that watches the table.
    const { jane, signUp, execute, untilTold, role, other } = await setUp(t, TABLES.filter(one => one !== table))
    await other.rolePermissions.assign(jane.id, [role('Editor')])
    await signUp('ben')
    await untilTold()
    await execute(`drop trigger latchkey_changed on ${table}`)
    const begun = performance.now()
    while (performance.now() < begun + 400) {
      await jane.resolve()
      await wait(10)
    }
    const ms = await inForceAfter(async () => { await execute(statement) }, async () => await isInForce(jane))
    t.ok(ms < IN_FORCE_AFTER, `after ${Math.round(ms)} ms`)
  })
}

t.test('lost triggers can be created again as operations.md says, without a restart', async t => {
  const { changes, execute, untilTold } = await setUp(t)
  await untilTold()
  for (const table of TABLES) await execute(`drop function ${table}_changed() cascade`)
  while (changes.count >= 0 && changes.ofOthers) await wait(10)
  const manual = await readFile(new URL('../../../docs/operations.md', import.meta.url), 'utf8')
  await execute(/```sql\n(do \$do\$[^`]+)```/.exec(manual)?.[1] as string)
  await untilTold()
})

t.test('a table restored from a backup takes effect within a second', async t => {
  const { jane, untilTold, role, other } = await setUp(t)
  await other.rolePermissions.assign(jane.id, [role('Editor')])
  await untilTold()
  t.ok((await jane.resolve()).principal.roles.includes(role('Editor')))
  // As `pg_restore --clean --single-transaction` does: rows first, triggers afterwards.
  const ms = await inForceAfter(async () => {
    await other.db.transaction().execute(async transaction => {
      const triggers = await sql<{ definition: string }>`select pg_get_triggerdef(oid) as definition from pg_trigger where tgrelid = 'latchkey_user_roles'::regclass and not tgisinternal`.execute(transaction)
      await sql`create table restored (like latchkey_user_roles including all)`.execute(transaction)
      await sql`drop table latchkey_user_roles`.execute(transaction)
      await sql`alter table restored rename to latchkey_user_roles`.execute(transaction)
      for (const { definition } of triggers.rows) await sql.raw(definition).execute(transaction)
      await sql`alter table latchkey_user_roles enable always trigger latchkey_changed, enable always trigger latchkey_truncated`.execute(transaction)
    })
  }, async () => (await jane.resolve()).principal.roles.length === 0)
  t.ok(ms < IN_FORCE_AFTER, `after ${Math.round(ms)} ms`)
  await untilTold()
})
