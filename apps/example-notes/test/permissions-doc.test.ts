/** Checks docs/permissions.md: its roles are valid, and all its requests, filters and explanations give the documented results. */
import graphqlApi from '@latchkey/graphql-api'
import { compileFilter, defaultLimits, parseFilter } from '@latchkey/record-filter'
import type { Action, Principal, RolePermissions } from '@latchkey/role-permissions'
import { databaseUrl, dialects, type Dialect } from '@latchkey/test-databases'
import { readFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { createApp } from '../dist/app.js'
import { startAppWithIssuer, type AppWithIssuer } from './helpers/app.js'

interface Block { readonly language: string, readonly kind: string, readonly info: string, readonly content: string }

const document = readFileSync(new URL('../../../docs/permissions.md', import.meta.url), 'utf8')
const blocks: Block[] = [...document.matchAll(/^```(\S+) ?(\S*) ?(.*)\n([^]*?)\n```$/gm)]
  .map(([, language = '', kind = '', info = '', content = '']) => ({ language, kind, info, content }))
const rows = [...document.matchAll(/^\| (.*) \|$/gm)].map(([, row = '']) => row.split(' | '))
const records = rows.filter(cells => cells.length === 5).slice(1)
const filters = rows.filter(([first = '', ...others]) => first.startsWith('`{') && others.length === 2)
const people: Record<string, string> = { ada: 'ada@acme.example', adam: 'adam@acme.example', ben: 'ben@beta.example' }

t.test('the document has the structure that these tests expect', async t => {
  t.strictSame(records.map(([title]) => title), ['News', 'Plan', 'Recipe', 'Orphan'])
  t.equal(filters.length, document.match(/^\| `\{(?! "all")/gm)?.length, 'filters are in the table of filters only')
  const known = ['json role', 'json default', 'json graphql', 'json answer', 'json explain', 'json refused', 'http roles', 'graphql roles', 'text ', 'ts ']
  t.strictSame(blocks.map(({ language, kind }) => `${language} ${kind}`).filter(name => !known.includes(name)), [])
  for (const number of [defaultLimits.depth, defaultLimits.conditions, defaultLimits.listSize, defaultLimits.stringLength, 100_000]) t.match(document, new RegExp(`\\b${number}\\b`))
})

for (const dialect of dialects) {
  t.test(dialect, async t => {
    const world = await openWorld(t, dialect)
    const { rolePermissions } = world.app
    for (const [index, { language, kind, info, content }] of blocks.entries()) {
      const name = `${language} ${kind} ${info}`
      if (kind === 'role') await t.resolves(world.save(info, JSON.parse(content)), name)
      if (kind === 'default') {
        const role = await rolePermissions.create({ name: 'New' })
        t.strictSame(role.permissions, JSON.parse(content), name)
      }
      if (kind === 'refused') {
        await t.rejects(rolePermissions.create({ name: 'Refused', permissions: JSON.parse(content) }), { message: blocks[index + 1]?.content as string }, content)
      }
      if (language === 'http') await t.test(name, t => world.checkRequests(t, info, content))
      if (kind === 'explain') {
        const [, given = '', who = '', action, table = ''] = /^(?:roles )?((\w+)\S*) (\w+) (\w+)$/.exec(info) ?? []
        await world.giveRoles(given)
        t.strictSame(rolePermissions.explain(await world.principalOf(who), action as Action, { table }), JSON.parse(content), name)
      }
      if (language === 'graphql') {
        await world.giveRoles(info)
        const { body } = await world.ask('POST', '/graphql', { token: world.tokens.get(info.split('=')[0] as string), body: { query: content } })
        const { kind, content: expected } = blocks[index + 1] as Block
        const answer: unknown = JSON.parse(expected)
        t.strictSame(body, { data: kind === 'answer' ? answer : { user: { permissions: { items: [{ permission: answer }] } } } }, name)
      }
    }
    await t.test('filters', t => world.checkFilters(t, dialect))
  })
}

async function openWorld (t: Test, dialect: Dialect) {
  const running: AppWithIssuer = await startAppWithIssuer(t, dialect, async app => { await app.register(graphqlApi) })
  const { app: { db, rolePermissions }, ask } = running
  const tokens = new Map<string, string>()
  const ids = new Map<string, string>()
  for (const [name, email] of Object.entries(people)) {
    const { token, id } = await running.signUp(email, [])
    tokens.set(name, token)
    ids.set(name, id)
  }
  const guestRole = rolePermissions.guest().roles[0] as string
  let guestPermissions: RolePermissions = {}

  const world = {
    ...running,
    tokens,

    /** Creates or updates the role. The document's Guest only applies to requests that name it. */
    async save (name: string, permissions: RolePermissions): Promise<void> {
      if (name === 'Guest') guestPermissions = permissions
      const role = rolePermissions.find({ name })
      await (role === null ? rolePermissions.create({ name, permissions }) : rolePermissions.update(role.id, { permissions }))
    },

    /** @param given for example `ada=Owner ben=Guest+Writer` */
    async giveRoles (given: string): Promise<void> {
      const all = rolePermissions.list().map(({ id }) => id)
      for (const id of ids.values()) await rolePermissions.unassign(id, all)
      await rolePermissions.update(guestRole, { permissions: /guest/i.test(given) ? guestPermissions : {} })
      for (const [, name = '', roles = ''] of given.matchAll(/(\w+)=(\S+)/g)) {
        await rolePermissions.assign(ids.get(name) as string, roles.split('+').map(role => rolePermissions.find({ name: role })?.id ?? `no role ${role}`))
      }
    },

    async principalOf (name: string): Promise<Principal> {
      const userId = ids.get(name)
      if (userId === undefined) return rolePermissions.guest()
      return { kind: 'user', userId, email: people[name] as string, roles: (await rolePermissions.rolesOf(userId)).map(({ id }) => id) }
    },

    /** Replaces all notes with those of the document; a note's id is its title. */
    async resetNotes (): Promise<void> {
      await db.deleteFrom('notes').execute()
      await db.insertInto('notes').values(records.map(([title = '', text = '', owner = '', company = '', published], index) => ({
        id: title,
        title,
        text,
        owner_id: ids.get(owner) ?? null,
        company: company === 'none' ? null : company,
        published: Number(published === 'yes'),
        created: `2026-01-0${9 - index}T00:00:00.000Z`
      }))).execute()
    },

    async checkRequests (t: Test, roles: string, content: string): Promise<void> {
      await world.giveRoles(roles)
      await world.resetNotes()
      const lines = content.split('\n')
      for (let line = 0; line < lines.length; line += 2) {
        const [, who = '', method = '', path = '', body = ''] = /^(\w+): (\w+) (\S+) ?(.*)$/.exec(lines[line] as string) ?? []
        const [, status, answer = ''] = /^(\d{3}) ?(.*)$/.exec(lines[line + 1] as string) ?? []
        const given = await ask(method, path, { token: tokens.get(who), body: body === '' ? undefined : JSON.parse(body) })
        const expected = answer === '' ? undefined : JSON.parse(answer) as object
        t.match(given, { status: Number(status), ...(expected === undefined ? {} : { body: expected }) }, lines[line] as string)
        if (Array.isArray(expected)) t.equal(given.body.length, expected.length, `${lines[line]}: as many notes`)
      }
    },

    async checkFilters (t: Test, dialect: Dialect): Promise<void> {
      await world.resetNotes()
      const table = rolePermissions.tables.get('Notes') as Parameters<typeof parseFilter>[1]
      for (const [cell = '', ...expected] of filters) {
        const filter = parseFilter(JSON.parse(cell.slice(1, -1)), table)
        for (const [index, variables] of [{ __loggedInUserId: ids.get('ada') as string }, {}].entries()) {
          const found = await db.selectFrom('notes').select('title').where(compileFilter(filter, { dialect, variables })).orderBy('created', 'desc').execute()
          t.equal(found.map(({ title }) => title).join(', ') || 'none', expected[index], `${cell} for ${index === 0 ? 'Ada' : 'a guest'}`)
        }
      }
    }
  }
  return world
}

t.test('a configured role that was renamed is created again under its old name, while guests keep acting as the renamed Guest', async t => {
  const url = await databaseUrl(t, 'sqlite')
  const open = async () => {
    const app = await createApp({ databaseUrl: url, publicUrl: 'http://127.0.0.1:4100' })
    await app.ready()
    return app
  }
  const before = await open()
  const { id } = before.rolePermissions.find({ name: 'Guest' }) ?? { id: '' }
  await before.rolePermissions.update(id, { name: 'Visitor', permissions: {} })
  await before.rolePermissions.update(before.rolePermissions.find({ name: 'Member' })?.id ?? '', { name: 'Person', permissions: {} })
  await before.close()
  const after = await open()
  t.strictSame(after.rolePermissions.list().map(({ name, builtin }) => [name, builtin]), [['Administrator', 'administrator'], ['Editor', null], ['Member', null], ['Person', null], ['Visitor', 'guest']])
  t.equal(after.rolePermissions.can(after.rolePermissions.guest(), 'read', { table: 'Notes' }).allowed, true)
  await after.close()
})
