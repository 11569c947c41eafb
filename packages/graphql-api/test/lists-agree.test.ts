/** On both databases, every list agrees with a simple in-memory implementation over all records. */
import { dialects } from '@latchkey/test-databases'
import fc, { type Arbitrary } from 'fast-check'
import t from 'tap'
import { page, type PageArguments } from '../dist/page.js'
import { openApi } from './helpers/api.js'

type Row = Readonly<Record<string, unknown>> & { readonly id: string }
type Filter = Readonly<Record<string, unknown>>
interface Grant { readonly fields: readonly string[] | null, readonly filter: Filter | null }
interface Order { readonly field: string, readonly direction: 'ASC' | 'DESC' }
interface Question { readonly who: number, readonly filter: Filter, readonly order: readonly Order[], readonly page: { [Name in 'first' | 'last' | 'skip' | 'after' | 'before']: number | null } }

const texts = ['', 'a', 'A', 'ab', 'b', 'é', '%', 'a_b', '\u{1F511}']
const numbers = [-1, 0, 1, 2.5]
const dates = ['2024-01-01T00:00:00.000Z', '2024-05-01T12:00:00.000Z']
const values: Record<string, readonly unknown[]> = { firstName: texts, nickname: texts, age: numbers, vip: [true, false], hiredAt: dates }
const sortable = ['id', 'email', 'createdAt', ...Object.keys(values)]
const roleNames = ['Editor', 'Writer']

/** The roles of each requester; the last one has full access. */
const askers: readonly (readonly Grant[])[] = [
  [{ fields: ['id', 'email', 'age'], filter: null }, { fields: ['id', 'firstName', 'vip', 'hiredAt'], filter: { age: { gte: 0 } } }],
  [{ fields: null, filter: { vip: { equals: true } } }],
  [{ fields: null, filter: { vip: { equals: true } } }, { fields: ['firstName', 'nickname'], filter: { firstName: { starts_with: 'a' } } }],
  [{ fields: null, filter: null }]
]

const of = <Item> (items: readonly Item[]) => fc.constantFrom(...items)
const maybe = <Item> (item: Arbitrary<Item>) => fc.option(item, { freq: 1 })

const rows = fc.array(fc.record({
  ...Object.fromEntries(Object.entries(values).map(([name, some]) => [name, fc.option(of(some), { freq: 3 })])),
  createdBy: fc.option(fc.nat(6), { freq: 2 }),
  roles: fc.subarray(roleNames)
}), { minLength: 3, maxLength: 7 })

const predicates = Object.entries(values).map(([field, some]) => fc.tuple(fc.constant(field), fc.oneof(
  fc.record({ equals: of([...some, null]) }),
  fc.record({ not_equals: of([...some, null]) }),
  fc.record({ in: fc.array(of([...some, null]), { maxLength: 3 }) }),
  fc.record({ is_empty: fc.boolean() }),
  ...field === 'vip' ? [] : [fc.record({ gte: of(some) })]
)))
const byRole = fc.tuple(fc.constant('roles'), fc.tuple(of(['some', 'every', 'none']), fc.record({ name: fc.record({ equals: of(roleNames) }) })).map(([quantifier, meets]) => ({ [quantifier]: meets })))
const byCreator = fc.tuple(fc.constant('createdBy'), fc.record({ age: fc.record({ gte: of(numbers) }) }))

/** Filters with groups down to this many levels. */
function filters (levels: number): Arbitrary<Filter> {
  const groups = levels === 0 ? [] : [{ weight: 3, arbitrary: fc.tuple(of(['AND', 'OR']), fc.array(filters(levels - 1), { maxLength: 2 })) }]
  const entry = fc.oneof({ weight: 6, arbitrary: fc.oneof(...predicates) }, { weight: 1, arbitrary: byRole }, { weight: 1, arbitrary: byCreator }, ...groups) as Arbitrary<[string, unknown]>
  return fc.array(entry, { maxLength: 2 }).map(entries => Object.fromEntries(entries))
}

const questions: Arbitrary<Question> = fc.record({
  who: fc.nat(askers.length - 1),
  filter: filters(2),
  order: fc.uniqueArray(fc.record({ field: of(sortable), direction: of(['ASC', 'DESC'] as const) }), { selector: ({ field }) => field, maxLength: 3 }),
  page: fc.record({ first: maybe(fc.nat(5)), last: maybe(fc.nat(5)), skip: maybe(fc.nat(3)), after: maybe(fc.nat(10)), before: maybe(fc.nat(10)) })
})

function compare (one: unknown, other: unknown): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other
  if (typeof one === 'boolean') return Number(one) - Number(other)
  return Buffer.compare(Buffer.from(String(one)), Buffer.from(String(other)))
}

function holds (operator: string, value: unknown, operand: unknown): boolean {
  switch (operator) {
    case 'equals': return value === operand
    case 'not_equals': return value !== operand
    case 'in': return (operand as unknown[]).includes(value)
    case 'is_empty': return (value === null || value === '') === operand
    case 'gte': return value !== null && compare(value, operand) >= 0
    case 'starts_with': return value !== null && String(value).startsWith(String(operand))
  }
  throw new Error(operator)
}

/** Thrown if a filter uses something unreadable. */
class Refused extends Error {}

for (const dialect of dialects) {
  t.test(`${dialect}: a list equals reading everything and then filtering, sorting and paging it`, { timeout: 300_000 }, async t => {
    const { app, ask, user, role } = await openApi(t, dialect, { usersStore: { columns: { age: { type: 'number' }, vip: { type: 'boolean' }, hiredAt: { type: 'date' }, nickname: { type: 'string' } } } })
    for (const name of roleNames) await role(name, {})
    const asking: { token: string, id: string, grants: readonly Grant[] }[] = []
    for (const [who, grants] of askers.entries()) {
      const names = grants.map((_grant, index) => `Role ${who} ${index}`)
      for (const [index, { fields, filter }] of grants.entries()) {
        const limits = { ...fields !== null && { fields: Object.fromEntries(fields.map(field => [field, true])) }, ...filter !== null && { filter } }
        await role(names[index] as string, who === askers.length - 1 ? { all: true } : { data: { Users: { read: { allow: true, ...limits } } } })
      }
      const { user: { id }, token } = await user(`asker${who}`, { roles: names, user: { age: who, firstName: 'b', vip: who === 0 } as object })
      asking.push({ id, token, grants })
    }
    const answered = { refused: 0, items: 0 }

    /** All users, with the names of the roles of each. */
    async function everything (): Promise<Row[]> {
      const users = await Promise.all((await app.db.selectFrom('latchkey_users').select('id').execute()).map(async ({ id }) => await app.usersStore.findById(id)))
      return await Promise.all(users.map(async user => ({ ...user, id: user?.id as string, roles: (await app.rolePermissions.rolesOf(user?.id as string)).map(({ name }) => name) })))
    }

    /** The records that somebody may read, each with what of it they may read. */
    function readable (all: readonly Row[], { id: own, grants }: typeof asking[number]): { row: Row, shown: Record<string, unknown> }[] {
      return all.flatMap(row => {
        const giving = grants.filter(({ filter }) => filter === null || meets(filter, row, () => undefined, all))
        const gives = (field: string) => row.id === own || giving.some(({ fields }) => fields === null || fields.includes(field))
        return giving.length === 0 ? [] : [{ row, shown: Object.fromEntries(Object.entries(row).map(([field, value]) => [field, gives(field) ? value : null])) }]
      })
    }

    function meets (filter: Filter, row: Readonly<Record<string, unknown>>, asked: (field: string) => void, all: readonly Row[]): boolean {
      // Each is looked at, since each may be refused.
      return Object.entries(filter).map(([name, value]) => {
        if (name === 'AND') return (value as Filter[]).map(inner => meets(inner, row, asked, all)).every(Boolean)
        if (name === 'OR') return (value as Filter[]).map(inner => meets(inner, row, asked, all)).some(Boolean)
        asked(name)
        if (name === 'roles') {
          const [[quantifier, { name: { equals } }]] = Object.entries(value as Filter) as [[string, { name: { equals: string } }]]
          const roles = row.roles as string[]
          return quantifier === 'some' ? roles.includes(equals) : quantifier === 'every' ? roles.every(role => role === equals) : !roles.includes(equals)
        }
        if (name === 'createdBy') {
          const creator = all.find(({ id }) => id === row.createdBy)
          return creator !== undefined && meets(value as Filter, creator, () => undefined, all)
        }
        return Object.entries(value as Filter).every(([operator, operand]) => holds(operator, row[name] ?? null, operand))
      }).every(Boolean)
    }

    function expected (all: readonly Row[], { who, filter, order, page: wanted }: Question) {
      const asker = asking[who] as typeof asking[number]
      const { grants } = asker
      const asked = (field: string) => {
        if (!grants.some(({ fields }) => fields === null || fields.includes(field))) throw new Refused()
        // Only full access allows reading all roles, and all users with all fields.
        if ((field === 'roles' || field === 'createdBy') && who !== askers.length - 1) throw new Refused()
      }
      const records = readable(all, asker)
      if (records.length === 0) meets(filter, {}, asked, all)
      const matching = records.filter(({ shown }) => meets(filter, shown, asked, all))
      for (const { field } of order) asked(field)
      const sorted = matching.sort((one, other) => {
        const keys = order.length > 0 ? order : [{ field: 'createdAt', direction: 'ASC' as const }]
        for (const { field, direction } of keys) {
          const [a, b] = [one.shown[field] ?? null, other.shown[field] ?? null]
          const ascending = a === null || b === null ? Number(a === null) - Number(b === null) : compare(a, b)
          if (ascending !== 0) return direction === 'ASC' ? ascending : -ascending
        }
        return compare(one.row.id, other.row.id) * (keys.at(-1)?.direction === 'DESC' ? -1 : 1)
      })
      const place = (position: number | null) => position === null || sorted.length === 0 ? null : sorted[position % sorted.length] ?? null
      const given = (item: typeof sorted[number] | null) => item !== null && item.shown.id !== null
      const [after, before] = [place(wanted.after), place(wanted.before)].map(item => given(item) ? item?.row.id as string : null)
      const arguments_: PageArguments = { first: wanted.last === null ? wanted.first : null, last: wanted.last, skip: wanted.skip, after: after ?? null, before: before ?? null }
      return { arguments_, count: sorted.length, items: page(sorted.map(({ row, shown }) => ({ id: row.id, shown })), arguments_).map(({ shown }) => shown) }
    }

    async function check (question: Question, all: readonly Row[]): Promise<void> {
      let model: ReturnType<typeof expected> | null = null
      try {
        model = expected(all, question)
      } catch (error) {
        if (!(error instanceof Refused)) throw error
      }
      const { order } = question
      const variables = { ...model?.arguments_, filter: question.filter, ...order.length % 2 === 0 ? { sort: order.map(({ field, direction }) => ({ [field]: direction })) } : { orderBy: order.map(({ field, direction }) => `${field}_${direction}`) } }
      const { data, errors } = await ask(`query ($filter: UserFilter, $sort: [UserSort!], $orderBy: [UserOrderBy!], $first: Int, $last: Int, $skip: Int, $after: String, $before: String) {
        usersList(filter: $filter, sort: $sort, orderBy: $orderBy, first: $first, last: $last, skip: $skip, after: $after, before: $before) { count items { id email firstName nickname age vip hiredAt createdAt } }
      }`, { token: asking[question.who]?.token, variables })
      if (model === null) {
        if (errors?.[0]?.code !== 'NotAuthorizedError') throw new Error(`not refused: ${JSON.stringify({ data, errors })}`)
        answered.refused++
        return
      }
      const fields = ['id', 'email', 'firstName', 'nickname', 'age', 'vip', 'hiredAt', 'createdAt']
      const wanted = { count: model.count, items: model.items.map(item => Object.fromEntries(fields.map(field => [field, item[field] ?? null]))) }
      if (JSON.stringify({ data, errors }) !== JSON.stringify({ data: { usersList: wanted }, errors: undefined })) throw new Error(`${JSON.stringify({ data, errors })}, not ${JSON.stringify(wanted)}`)
      answered.items += wanted.items.length
    }

    await fc.assert(fc.asyncProperty(rows, fc.array(questions, { minLength: 8, maxLength: 8 }), async (records, asked) => {
      await app.db.deleteFrom('latchkey_users').where('id', 'not in', asking.map(({ id }) => id)).execute()
      const ids: string[] = []
      for (const [index, { createdBy, roles, ...row }] of records.entries()) {
        const made = await app.usersStore.create({ email: `user${index}@example.com`, ...row, createdBy: typeof createdBy === 'number' ? ids[createdBy] ?? null : null })
        ids.push(made.id)
        await app.rolePermissions.assign(made.id, (roles as string[]).map(name => app.rolePermissions.find({ name })?.id as string))
      }
      const all = await everything()
      for (const question of asked) await check(question, all)
    }), { numRuns: Number(process.env.RUNS ?? (dialect === 'sqlite' ? 40 : 15)), endOnFailure: true })
    t.ok(answered.refused > 10 && answered.items > 100, JSON.stringify(answered))
  })
}
