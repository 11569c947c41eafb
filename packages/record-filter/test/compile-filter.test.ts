import { dialects } from '@latchkey/test-databases'
import { DummyDriver, Kysely, PostgresAdapter, PostgresQueryCompiler, sql, SqliteAdapter, SqliteQueryCompiler } from 'kysely'
import t from 'tap'
import { compileFilter, parseFilter, type Dialect, type FilterVariables } from '../dist/index.js'
import { users } from './helpers/tables.js'

const compilers = {
  sqlite: new Kysely<unknown>({ dialect: { createAdapter: () => new SqliteAdapter(), createDriver: () => new DummyDriver(), createIntrospector: () => { throw new Error('never') }, createQueryCompiler: () => new SqliteQueryCompiler() } }),
  postgres: new Kysely<unknown>({ dialect: { createAdapter: () => new PostgresAdapter(), createDriver: () => new DummyDriver(), createIntrospector: () => { throw new Error('never') }, createQueryCompiler: () => new PostgresQueryCompiler() } })
}

function compiled (json: unknown, dialect: Dialect, variables: FilterVariables = {}, named: { alias?: string } = { alias: 'u' }) {
  const { sql: text, parameters } = sql`${compileFilter(parseFilter(json, users), { dialect, variables, ...named })}`.compile(compilers[dialect])
  return { text, parameters }
}

const everyRecord = '1 = 1'
const noRecord = '1 = 0'

const expected: [unknown, Record<Dialect, [string, unknown[]]>][] = [
  [{}, { sqlite: [everyRecord, []], postgres: [everyRecord, []] }],
  [{ AND: [] }, { sqlite: [everyRecord, []], postgres: [everyRecord, []] }],
  [{ OR: [] }, { sqlite: [noRecord, []], postgres: [noRecord, []] }],
  [{ firstName: { equals: 'a' } }, {
    sqlite: ['"u"."first_name" collate binary = ?', ['a']],
    postgres: ['(cast("u"."first_name" as text) = $1 and cast("u"."first_name" as text) collate "C" = $2)', ['a', 'a']]
  }],
  [{ firstName: { equals: null } }, { sqlite: ['"u"."first_name" is null', []], postgres: ['"u"."first_name" is null', []] }],
  [{ firstName: { not_equals: 'a' } }, {
    sqlite: ['("u"."first_name" collate binary = ?) is not true', ['a']],
    postgres: ['((cast("u"."first_name" as text) = $1 and cast("u"."first_name" as text) collate "C" = $2)) is not true', ['a', 'a']]
  }],
  [{ firstName: { in: ['a', null, 'b'] } }, {
    sqlite: ['("u"."first_name" collate binary in (select value from json_each(?)) or "u"."first_name" is null)', ['["a","b"]']],
    postgres: ['((cast("u"."first_name" as text) = any(cast($1 as text[])) and cast("u"."first_name" as text) collate "C" = any(cast($2 as text[]))) or "u"."first_name" is null)', [['a', 'b'], ['a', 'b']]]
  }],
  [{ firstName: { in: [] } }, { sqlite: [noRecord, []], postgres: [noRecord, []] }],
  [{ firstName: { contains: 'a%' } }, {
    sqlite: ['instr("u"."first_name", ?) > 0', ['a%']],
    postgres: ['strpos(cast("u"."first_name" as text) collate "C", $1) > 0', ['a%']]
  }],
  [{ firstName: { starts_with: '🔑a' } }, {
    sqlite: ['substr("u"."first_name", 1, ?) = ?', [2, '🔑a']],
    postgres: ['starts_with(cast("u"."first_name" as text) collate "C", $1)', ['🔑a']]
  }],
  [{ firstName: { ends_with: '🔑a' } }, {
    sqlite: ['substr("u"."first_name", ?) = ?', [-2, '🔑a']],
    postgres: ['right(cast("u"."first_name" as text) collate "C", char_length($1)) = $2', ['🔑a', '🔑a']]
  }],
  [{ firstName: { is_empty: true } }, {
    sqlite: ['("u"."first_name" is null or "u"."first_name" collate binary = ?)', ['']],
    postgres: ['("u"."first_name" is null or (cast("u"."first_name" as text) = $1 and cast("u"."first_name" as text) collate "C" = $2))', ['', '']]
  }],
  [{ age: { is_empty: false } }, { sqlite: ['("u"."age" is null) is not true', []], postgres: ['("u"."age" is null) is not true', []] }],
  [{ age: { gt: 1, lte: 1.5 } }, {
    sqlite: ['("u"."age" > ? and "u"."age" <= ?)', [1, 1.5]],
    postgres: ['("u"."age" > cast($1 as bigint) and "u"."age" <= cast($2 as double precision))', [1, 1.5]]
  }],
  [{ age: { in: [1, 2] } }, {
    sqlite: ['("u"."age" in (select value from json_each(?)))', ['[1,2]']],
    postgres: ['("u"."age" = any(cast($1 as bigint[])))', [[1, 2]]]
  }],
  [{ active: { equals: true } }, { sqlite: ['"u"."active" = ?', [1]], postgres: ['"u"."active" = cast($1 as boolean)', [true]] }],
  [{ active: { in: [false] } }, {
    sqlite: ['("u"."active" in (select value from json_each(?)))', ['[0]']],
    postgres: ['("u"."active" = any(cast($1 as boolean[])))', [[false]]]
  }],
  [{ joinedAt: { gte: '2024-05-01T12:00:00+02:00' } }, {
    sqlite: ['"u"."joined_at" collate binary >= ?', ['2024-05-01T10:00:00.000Z']],
    postgres: ['"u"."joined_at" collate "C" >= $1', ['2024-05-01T10:00:00.000Z']]
  }],
  [{ OR: [{ age: { lt: 1 } }, { active: { equals: false }, age: { gte: 2 } }] }, {
    sqlite: ['("u"."age" < ? or ("u"."active" = ? and "u"."age" >= ?))', [1, 0, 2]],
    postgres: ['("u"."age" < cast($1 as bigint) or ("u"."active" = cast($2 as boolean) and "u"."age" >= cast($3 as bigint)))', [1, false, 2]]
  }],
  [{ manager: { posts: { every: { published: { equals: true } } } } }, {
    sqlite: ['exists (select 1 from "users" as "filter_related_1" where "filter_related_1"."id" = "u"."manager_id" and not exists (select 1 from "posts" as "filter_related_2" where "filter_related_2"."author_id" = "filter_related_1"."id" and ("filter_related_2"."published" = ?) is not true))', [1]],
    postgres: ['exists (select 1 from "users" as "filter_related_1" where "filter_related_1"."id" = "u"."manager_id" and not exists (select 1 from "posts" as "filter_related_2" where "filter_related_2"."author_id" = "filter_related_1"."id" and ("filter_related_2"."published" = cast($1 as boolean)) is not true))', [true]]
  }],
  [{ groups: { none: {} } }, {
    sqlite: ['not exists (select 1 from "memberships" as "filter_way_1" inner join "groups" as "filter_related_1" on "filter_related_1"."id" = "filter_way_1"."group_id" where "filter_way_1"."user_id" = "u"."id" and 1 = 1)', []],
    postgres: ['not exists (select 1 from "memberships" as "filter_way_1" inner join "groups" as "filter_related_1" on "filter_related_1"."id" = "filter_way_1"."group_id" where "filter_way_1"."user_id" = "u"."id" and 1 = 1)', []]
  }]
]

for (const dialect of dialects) {
  for (const [json, statements] of expected) {
    t.test(`${dialect}: ${JSON.stringify(json)}`, async t => {
      const [text, parameters] = statements[dialect]
      t.strictSame(compiled(json, dialect), { text, parameters })
    })
  }

  t.test(`${dialect}: no value stands in the SQL`, async t => {
    const hostile = "'; drop table users; --"
    const operators = ['equals', 'not_equals', 'gt', 'gte', 'lt', 'lte', 'contains', 'not_contains', 'starts_with', 'not_starts_with', 'ends_with', 'not_ends_with']
    const email = Object.fromEntries(operators.map(name => [name, hostile]))
    const json = { email: { ...email, in: [hostile], not_in: [hostile] }, age: { equals: 31337, in: [31337] }, id: { equals: '__loggedInUserId' } }
    const { text, parameters } = compiled(json, dialect, { __loggedInUserId: hostile })
    t.notMatch(text, 'drop')
    t.notMatch(text, '31337')
    t.ok(parameters.filter(value => JSON.stringify(value).includes('drop')).length >= operators.length + 3)
  })

  t.test(`${dialect}: the SQL of a list is the same however long it is`, async t => {
    const list = (length: number) => ({ id: { in: Array.from({ length }, (_, index) => String(index)) } })
    t.equal(compiled(list(1000), dialect).text, compiled(list(2), dialect).text)
    t.equal(compiled(list(1000), dialect).parameters.length, compiled(list(2), dialect).parameters.length)
  })

  t.test(`${dialect}: without an alias, columns are named by the table`, async t => {
    t.match(compiled({ id: { equals: 'a' } }, dialect, {}, {}).text, '"users"."id"')
  })
}
