/**
 * Every action × every table × every kind of principal, held against what the roles mean, said once more as
 * plain functions over rows.
 */
import type { FilterableTable } from '@latchkey/record-filter'
import { dialects } from '@latchkey/test-databases'
import t from 'tap'
import type { Action, ActionPermission, Principal, RolePermissions } from '../dist/index.js'
import { open, posts, user, users } from './helpers/app.js'
import { addRecords, articles, people, readable, type Row } from './helpers/records.js'

interface Who { readonly id: string | null, readonly email: string | null, readonly token: string | null }

/** One permission, twice: as JSON and as what it means. */
interface Rule {
  readonly table: 'Users' | 'Posts'
  readonly actions: readonly Action[]
  readonly permission: ActionPermission
  readonly fields?: readonly string[]
  readonly admits?: (row: Row, who: Who) => boolean
}

const actions: readonly Action[] = ['create', 'read', 'update', 'delete']
const tables: readonly (readonly [FilterableTable, readonly Row[]])[] = [[users, people], [posts, articles]]

const rules: Record<string, readonly Rule[]> = {
  Self: [
    { table: 'Users', actions: ['read', 'update'], permission: { allow: true, filter: { id: { equals: '__loggedInUserId' } } }, admits: (row, who) => who.id !== null && row.id === who.id }
  ],
  Directory: [
    { table: 'Users', actions: ['read'], permission: { allow: true, fields: { id: true, city: true, email: false } }, fields: ['id', 'city'] },
    { table: 'Users', actions: ['delete'], permission: { allow: false } }
  ],
  Colleague: [
    { table: 'Users', actions: ['read'], permission: { allow: true, fields: { email: true }, filter: { email: { ends_with: '@x.org' } } }, fields: ['email'], admits: row => row.email?.endsWith('@x.org') === true }
  ],
  Author: [
    { table: 'Posts', actions: ['create'], permission: { allow: true, fields: { title: true } }, fields: ['title'] },
    { table: 'Posts', actions: ['read', 'update', 'delete'], permission: { allow: true, filter: { author: { is_self: true } } }, admits: (row, who) => who.id !== null && row.author_id === who.id }
  ],
  Reviewer: [
    { table: 'Posts', actions: ['read', 'update'], permission: { allow: true, fields: { status: true, id: true }, filter: { authorId: { not_equals: '__loggedInUserId' } } }, fields: ['status', 'id'], admits: (row, who) => who.id !== null && row.author_id !== who.id }
  ],
  Machine: [
    { table: 'Posts', actions: ['read'], permission: { allow: true, filter: { authorId: { equals: '__requestingApiToken' } } }, admits: (row, who) => who.token !== null && row.author_id === who.token }
  ],
  Nothing: [
    { table: 'Posts', actions, permission: { allow: false, filter: {} } }
  ],
  Administrator: tables.map(([{ name }]) => ({ table: name as Rule['table'], actions, permission: { allow: true } })),
  Guest: [
    { table: 'Posts', actions: ['read'], permission: { allow: true, fields: { title: true }, filter: { status: { equals: 'published' } } }, fields: ['title'], admits: row => row.status === 'published' },
    { table: 'Posts', actions: ['update'], permission: { allow: true, filter: { authorId: { not_self: true } } }, admits: (row, who) => who.id !== null && row.author_id !== who.id }
  ]
}

function permissionsOf (name: string): RolePermissions {
  if (name === 'Administrator') return { all: true }
  const data: Record<string, Record<string, ActionPermission>> = {}
  for (const { table, actions, permission } of rules[name] ?? []) {
    for (const action of actions) data[table] = { ...data[table], [action]: permission }
  }
  return { data }
}

/** The records that the roles give to somebody, each with its fields; nothing where they deny. */
function meant (roles: readonly string[], who: Who, action: Action, table: FilterableTable, rows: readonly Row[]): [string, Row][] | undefined {
  const applying = roles.flatMap(name => rules[name] ?? []).filter(rule => rule.table === table.name && rule.actions.includes(action) && rule.permission.allow)
  if (applying.length === 0) return undefined
  return rows.flatMap(row => {
    const admitting = applying.filter(({ admits }) => admits?.(row, who) !== false)
    if (admitting.length === 0) return []
    const given = Object.entries(table.fields).filter(([field]) => admitting.some(({ fields }) => fields?.includes(field) !== false))
    return [[row.id as string, Object.fromEntries(given.map(([field, { column }]) => [field, row[column] ?? null]))]] as [string, Row][]
  })
}

const combinations: readonly (readonly string[])[] = [
  [], ['Self'], ['Directory'], ['Colleague'], ['Author'], ['Reviewer'], ['Machine'], ['Nothing'], ['Administrator'], ['Guest'],
  ['Self', 'Directory'], ['Self', 'Colleague'], ['Directory', 'Colleague'], ['Self', 'Directory', 'Colleague'],
  ['Author', 'Reviewer'], ['Author', 'Nothing'], ['Author', 'Guest'], ['Reviewer', 'Machine'], ['Machine', 'Guest', 'Author'],
  ['Nothing', 'Administrator'], ['Self', 'Directory', 'Colleague', 'Author', 'Reviewer', 'Machine', 'Nothing', 'Guest']
]

for (const dialect of dialects) {
  t.test(dialect, async t => {
    const { app } = await open(t, dialect, { roles: Object.keys(rules).map(name => ({ name, permissions: permissionsOf(name) })) })
    await addRecords(app)
    const idsOf = (names: readonly string[]) => names.map(name => app.rolePermissions.find({ name })?.id ?? name)

    const nobody: Who = { id: null, email: null, token: null }
    const principals: [string, Principal, readonly string[], Who][] = [
      ['guest', app.rolePermissions.guest(), ['Guest'], nobody],
      ...combinations.flatMap((names): [string, Principal, readonly string[], Who][] => [
        [`user ann with ${names.join(', ') || 'no role'}`, user('ann', idsOf(names)), names, { ...nobody, id: 'ann', email: 'ann@x.org' }],
        [`API token bob with ${names.join(', ') || 'no role'}`, { kind: 'apiToken', tokenId: 'bob', roles: idsOf(names) }, names, { ...nobody, token: 'bob' }]
      ])
    ]
    for (const [what, principal, roles, who] of principals) {
      t.test(what, async t => {
        for (const action of actions) {
          for (const [table, rows] of tables) {
            const decision = app.rolePermissions.can(principal, action, { table: table.name })
            const found = decision.allowed ? await readable(app, decision, table) : undefined
            t.strictSame(found, meant(roles, who, action, table, rows), `${action} ${table.name}`)
          }
        }
      })
    }
  })
}
