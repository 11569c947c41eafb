import t from 'tap'
import { defaultLimits, errors, operatorsOf, parseFilter, type ColumnType } from '../dist/index.js'
import { users } from './helpers/tables.js'

const nested = (levels: number): unknown => levels === 1 ? {} : { AND: [nested(levels - 1)] }
const relatedNested = (levels: number): unknown => levels === 1 ? {} : { manager: relatedNested(levels - 1) }
const conditions = (count: number) => ({ OR: Array.from({ length: count }, () => ({ email: { equals: 'a' } })) })

const mistakes: [string, unknown, string, string][] = [
  ['no object', 'email', '', 'must be an object'],
  ['nothing', undefined, '', 'must be an object'],
  ['null', null, '', 'must be an object'],
  ['a list', [], '', 'must be an object'],
  ['an instance, which would look empty', new Date(), '', 'must be an object'],
  ['a misspelt field', { emial: { equals: 'a' } }, 'emial', 'is not a field of Users; did you mean email?'],
  ['a field in other case', { firstname: { equals: 'a' } }, 'firstname', 'is not a field of Users; did you mean firstName?'],
  ['a group in lower case', { or: [] }, 'or', 'is not a field of Users; did you mean OR?'],
  ['a field like no other', { passwordHash: { equals: 'a' } }, 'passwordHash', 'is not a field of Users'],
  ['a column by its SQL name only', { joined: { equals: 'a' } }, 'joined', 'is not a field of Users; did you mean joinedAt?'],
  ['__proto__ as a field', JSON.parse('{ "__proto__": { "equals": "a" } }'), '__proto__', 'is not a field of Users'],
  ['constructor as a field', { constructor: { equals: 'a' } }, 'constructor', 'is not a field of Users'],
  ['a long name, shortened', { ['x'.repeat(100_000)]: {} }, `["${'x'.repeat(64)}"]`, 'is not a field of Users'],
  ['a value without operator', { email: 'a' }, 'email', 'must be an object of operators, for example { "equals": … }'],
  ['a field with undefined', { email: undefined }, 'email', 'must be an object of operators, for example { "equals": … }'],
  ['a field without operator', { email: {} }, 'email', 'needs an operator, for example { "equals": … }'],
  ['a misspelt operator', { email: { end_with: 'a' } }, 'email.end_with', 'is not an operator; did you mean ends_with?'],
  ['an operator like no other', { active: { matches_regex: 'a' } }, 'active.matches_regex', 'is not an operator: use equals, not_equals, in, not_in, is_empty, is_not_empty'],
  ['constructor as an operator', { active: { constructor: 'a' } }, 'active.constructor', 'is not an operator: use equals, not_equals, in, not_in, is_empty, is_not_empty'],
  ['an operator of another type', { active: { gt: true } }, 'active.gt', 'does not work on a boolean: use equals, not_equals, in, not_in, is_empty, is_not_empty'],
  ['contains on a number', { age: { contains: '1' } }, 'age.contains', 'does not work on a number: use equals, not_equals, in, not_in, gt, gte, lt, lte, is_empty, is_not_empty'],
  ['is_self on a text', { email: { is_self: true } }, 'email.is_self', 'does not work on a string: use equals, not_equals, in, not_in, gt, gte, lt, lte, contains, not_contains, starts_with, not_starts_with, ends_with, not_ends_with, is_empty, is_not_empty'],
  ['a number for a text', { email: { equals: 1 } }, 'email.equals', 'must be a string'],
  ['an object for a text', { email: { equals: { toString: 'a' } } }, 'email.equals', 'must be a string'],
  ['null where there is an order', { age: { gt: null } }, 'age.gt', 'must be a number'],
  ['null to be contained', { email: { contains: null } }, 'email.contains', 'must be a string'],
  ['a text for a number', { age: { equals: '1' } }, 'age.equals', 'must be a number'],
  ['no finite number', { age: { equals: Infinity } }, 'age.equals', 'must be a number'],
  ['a variable for a number', { age: { equals: '__loggedInUserId' } }, 'age.equals', 'must be a number'],
  ['a number for a boolean', { active: { equals: 1 } }, 'active.equals', 'must be true or false'],
  ['a date without zone', { joinedAt: { gt: '2024-05-01T12:00:00' } }, 'joinedAt.gt', 'must be an ISO 8601 date, or a time with a time zone: "2024-05-01" or "2024-05-01T12:00:00Z"'],
  ['a day that does not exist', { joinedAt: { gt: '2023-02-29' } }, 'joinedAt.gt', /^must be an ISO 8601 date/.source],
  ['a time that does not exist', { joinedAt: { gt: '2023-02-28T25:00:00Z' } }, 'joinedAt.gt', /^must be an ISO 8601 date/.source],
  ['a year of five digits', { joinedAt: { gt: '9999-12-31T23:59:59-01:00' } }, 'joinedAt.gt', /^must be an ISO 8601 date/.source],
  ['a misspelt variable', { id: { not_equals: '__loggedInUserID' } }, 'id.not_equals', 'is not a variable; did you mean __loggedInUserId?'],
  ['a NUL', { email: { equals: 'a\0' } }, 'email.equals', 'contains a NUL character or half a surrogate pair'],
  ['half a surrogate pair', { email: { equals: '\uD83D' } }, 'email.equals', 'contains a NUL character or half a surrogate pair'],
  ['no list', { email: { in: 'a' } }, 'email.in', 'must be a list'],
  ['a wrong value in a list', { email: { in: ['a', 1] } }, 'email.in[1]', 'must be a string'],
  // eslint-disable-next-line no-sparse-arrays -- a hole is what is tested
  ['a hole in a list', { email: { in: ['a', , 'b'] } }, 'email.in[1]', 'must be a string'],
  ['no truth value', { email: { is_empty: 'yes' } }, 'email.is_empty', 'must be true or false'],
  ['a group that is no list', { OR: { email: { equals: 'a' } } }, 'OR', 'must be a list of filters'],
  ['a mistake deep inside', { AND: [{}, { OR: [{ posts: { some: { author: { emial: {} } } } }] }] }, 'AND[1].OR[0].posts.some.author.emial', 'is not a field of Users; did you mean email?'],
  ['a relation without quantifier', { posts: {} }, 'posts', 'needs some, every or none'],
  ['a field in place of a quantifier', { posts: { title: { equals: 'a' } } }, 'posts.title', 'is not a quantifier: use some, every or none'],
  ['a misspelt quantifier', { posts: { evry: {} } }, 'posts.evry', 'is not a quantifier: use some, every or none; did you mean every?'],
  ['is_self on a relation to others', { posts: { is_self: true } }, 'posts.is_self', 'works only on ids and on relations to Users'],
  ['a quantifier on a to-one relation', { manager: { some: {} } }, 'manager.some', 'is not a field of Users'],
  ['eleven levels', nested(11), `AND[0]${'.AND[0]'.repeat(9)}`, 'is nested deeper than 10 levels'],
  ['eleven levels of relations', relatedNested(11), `manager${'.manager'.repeat(9)}`, 'is nested deeper than 10 levels'],
  ['a hundred and one conditions', conditions(101), 'OR[100].email.equals', 'is one condition too many: a filter can have at most 100'],
  ['a million empty filters', { AND: new Array(1_000_000).fill({}) }, 'AND[100]', 'is one condition too many: a filter can have at most 100'],
  ['a hundred and one empty groups', { AND: new Array(101).fill({ OR: [] }) }, 'AND[100].OR', 'is one condition too many: a filter can have at most 100'],
  ['a list of 1001', { id: { in: new Array(1001).fill('a') } }, 'id.in', 'has more than 1000 values'],
  ['a text of 1001 characters', { email: { equals: 'a'.repeat(1001) } }, 'email.equals', 'is longer than 1000 characters']
]
for (const [name, json, path, reason] of mistakes) {
  t.test(`refuses ${name}, naming the path`, async t => {
    t.plan(5)
    try { parseFilter(json, users) } catch (error) {
      const { code, statusCode, message, ...rest } = error as { code: string, statusCode: number, message: string, path: string, reason: string }
      t.equal(code, 'RECORD_FILTER_ERR_INVALID')
      t.equal(statusCode, 400)
      t.equal(rest.path, path)
      if (reason.startsWith('^')) t.match(rest.reason, new RegExp(reason))
      else t.equal(rest.reason, reason)
      t.equal(message, `Invalid filter: ${path || 'the filter'} ${rest.reason}`)
    }
  })
}

const accepted: [string, unknown][] = [
  ['ten levels', nested(10)],
  ['a hundred conditions', conditions(100)],
  ['a list of 1000', { id: { in: new Array(1000).fill('a') } }],
  ['a text of 1000 characters', { email: { equals: 'a'.repeat(1000) } }],
  ['a text with two underscores', { email: { contains: '__init__' } }],
  ['an object without prototype', Object.assign(Object.create(null), { email: Object.assign(Object.create(null), { equals: 'a' }) })]
]
for (const [name, json] of accepted) {
  t.test(`accepts ${name}`, async t => {
    t.equal(parseFilter(json, users).table, 'users')
  })
}

t.test('limits can be set, one by one', async t => {
  t.throws(() => parseFilter(nested(3), users, { depth: 2 }), { code: 'RECORD_FILTER_ERR_INVALID' })
  t.throws(() => parseFilter(conditions(3), users, { conditions: 2 }), { code: 'RECORD_FILTER_ERR_INVALID' })
  t.throws(() => parseFilter({ id: { in: ['a', 'b'] } }, users, { listSize: 1 }), { code: 'RECORD_FILTER_ERR_INVALID' })
  t.throws(() => parseFilter({ id: { equals: 'ab' } }, users, { stringLength: 1 }), { code: 'RECORD_FILTER_ERR_INVALID' })
  t.throws(() => parseFilter(nested(11), users, { conditions: 200 }), { code: 'RECORD_FILTER_ERR_INVALID' }, 'the others stay as they are')
  t.ok(Object.isFrozen(defaultLimits))
})

t.test('a limit that is undefined or no number is the default one', async t => {
  for (const none of [undefined, Number.NaN]) {
    t.throws(() => parseFilter(nested(11), users, { depth: none as number, conditions: 200 }), { message: /nested deeper than 10 levels/ })
    t.throws(() => parseFilter(conditions(101), users, { conditions: none as number }), { message: /at most 100$/ })
    t.throws(() => parseFilter({ id: { in: new Array(1001).fill('a') } }, users, { listSize: none as number }), { message: /more than 1000 values/ })
    t.throws(() => parseFilter({ id: { equals: 'a'.repeat(1001) } }, users, { stringLength: none as number }), { message: /longer than 1000 characters/ })
  }
})

t.test('the input is neither changed nor kept, and what comes of it is frozen throughout', async t => {
  const json = { email: { in: ['a', '__loggedInUserEmail'] }, OR: [{ posts: { every: { title: { equals: 'a' } } } }, { groups: { some: {} } }], manager: { is_self: true } }
  const before = structuredClone(json)
  const filter = parseFilter(json, users)
  const parsed = JSON.stringify(filter)
  t.strictSame(json, before)
  json.email.in.push('b')
  json.OR.pop()
  t.equal(JSON.stringify(filter), parsed)
  const objects = everyObject(filter)
  t.ok(objects.length > 10)
  t.ok(objects.every(Object.isFrozen))
})

t.test('a filter tells which variables stand in it', async t => {
  t.strictSame(parseFilter({ id: { equals: 'a' } }, users).variables, [])
  t.strictSame(parseFilter({ AND: [{ id: { equals: '__loggedInUserId' } }, { posts: { none: { authorId: { in: ['__requestingApiToken'] } } } }], managerId: { is_self: true } }, users).variables, ['__loggedInUserId', '__requestingApiToken'])
})

t.test('a filter tells everything that it asks, by table', async t => {
  const cases: [unknown, Record<string, string[]>][] = [
    [{}, { Users: [] }],
    [{ OR: [] }, { Users: [] }],
    [{ email: { equals: 'a' }, AND: [{ OR: [{ id: { is_self: true } }, { email: { is_empty: true } }] }] }, { Users: ['email', 'id'] }],
    [{ posts: { is_empty: true } }, { Users: ['posts'], Posts: [] }],
    [{ posts: { none: {} } }, { Users: ['posts'], Posts: [] }],
    [{ posts: { some: { author: { email: { equals: 'a' } } }, every: { title: { equals: 'a' } } } }, { Users: ['posts', 'email'], Posts: ['author', 'title'] }],
    [{ manager: { is_self: true } }, { Users: ['manager', 'id'] }],
    [{ manager: { not_self: true, is_not_empty: true } }, { Users: ['manager', 'id'] }],
    [{ groups: { some: { members: { is_self: true } } } }, { Users: ['groups', 'id'], Groups: ['members'] }]
  ]
  for (const [json, expected] of cases) {
    const asked = parseFilter(json, users).asks.map(({ table, fields }) => [table, [...fields].sort()])
    t.strictSame(asked, Object.entries(expected).map(([table, fields]) => [table, [...fields].sort()]), JSON.stringify(json))
  }
})

t.test('the operators that are told of a type are those that it takes', async t => {
  const operands = ['a', 1, true, '2024-01-01', [], { gt: { value: 1 } }]
  const takes = (type: ColumnType, operator: string) => operands.some(operand => {
    try {
      return parseFilter({ f: { [operator]: operand } }, { name: 'T', table: 't', fields: { f: { column: 'f', type } } }) !== null
    } catch {
      return false
    }
  })
  const every = new Set((['id', 'string', 'number', 'boolean', 'date'] as const).flatMap(operatorsOf))
  t.equal(every.size, 19)
  for (const type of ['id', 'string', 'number', 'boolean', 'date'] as const) t.strictSame([...every].filter(operator => takes(type, operator)).sort(), operatorsOf(type).sort(), type)
})

t.test('the error can be told by its class', async t => {
  t.throws(() => parseFilter([], users), errors.RECORD_FILTER_ERR_INVALID)
})

function everyObject (value: unknown): object[] {
  return typeof value === 'object' && value !== null ? [value, ...Object.values(value).flatMap(everyObject)] : []
}
