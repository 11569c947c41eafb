import t from 'tap'
import { mistakeInTable, parseFilter, type FilterableTable } from '../dist/index.js'

const id = { column: 'id', type: 'id' }
const author = { kind: 'one', table: () => users, from: 'author_id', to: 'id' }
const users = { name: 'Users', table: 'people', fields: { id } } as FilterableTable
const posts = { name: 'Posts', table: 'posts', fields: { id }, relations: { author } }

t.test('a table without a mistake', async t => {
  t.equal(mistakeInTable(posts as FilterableTable), undefined)
  t.equal(mistakeInTable({ ...posts, relations: { author: { ...author, through: { table: 'authors', from: 'post', to: 'user' } } } } as FilterableTable), undefined)
})

const mistakes: [unknown, string][] = [
  [undefined, 'the table must be an object: { name, table, fields }'],
  ['posts', 'the table must be an object: { name, table, fields }'],
  [{ ...posts, name: '' }, 'name must be a non-empty string'],
  [{ ...posts, table: undefined }, 'Posts.table must be a non-empty string'],
  [{ ...posts, fields: undefined }, 'Posts.fields must be an object, for example { id: { column: "id", type: "id" } }'],
  [{ ...posts, fields: ['id'] }, 'Posts.fields must be an object, for example { id: { column: "id", type: "id" } }'],
  [{ ...posts, fields: { id: 'id' } }, 'Posts.fields.id must be an object: { column, type }'],
  [{ ...posts, fields: { id: { type: 'id' } } }, 'Posts.fields.id.column must be a non-empty string'],
  [{ ...posts, fields: { id: { column: 'id', type: 'uuid' } } }, 'Posts.fields.id.type must be "id" or "string" or "number" or "boolean" or "date"'],
  [{ ...posts, fields: { id: { column: 'id', type: 'constructor' } } }, 'Posts.fields.id.type must be "id" or "string" or "number" or "boolean" or "date"'],
  [{ ...posts, relations: [author] }, 'Posts.relations must be an object'],
  [{ ...posts, relations: { author: null } }, 'Posts.relations.author must be an object: { kind, table, from, to }'],
  [{ ...posts, relations: { author: { ...author, kind: 'single' } } }, 'Posts.relations.author.kind must be "one" or "many"'],
  [{ ...posts, relations: { author: { ...author, table: users } } }, 'Posts.relations.author.table must be a function that returns the related table'],
  [{ ...posts, relations: { author: { ...author, to: undefined } } }, 'Posts.relations.author.to must be a non-empty string'],
  [{ ...posts, relations: { author: { ...author, through: 'authors' } } }, 'Posts.relations.author.through must be an object: { table, from, to }'],
  [{ ...posts, relations: { author: { ...author, through: { table: 'authors', from: 'post' } } } }, 'Posts.relations.author.through.to must be a non-empty string']
]
for (const [table, mistake] of mistakes) {
  t.test(`${mistake} is said before any filter is read`, async t => {
    t.equal(mistakeInTable(table as FilterableTable), mistake)
    t.throws(() => parseFilter({ id: { equals: '1' } }, table as FilterableTable), { code: 'RECORD_FILTER_ERR_INVALID_TABLE', statusCode: 500, message: `Invalid table: ${mistake}` })
  })
}

t.test('a related table is looked at when a filter uses it', async t => {
  const table = { ...posts, relations: { author: { ...author, table: () => ({ ...users, fields: undefined }) } } } as unknown as FilterableTable
  t.equal(mistakeInTable(table), undefined)
  t.equal(parseFilter({ id: { equals: '1' } }, table).table, 'posts')
  t.throws(() => parseFilter({ author: { id: { equals: '1' } } }, table), { code: 'RECORD_FILTER_ERR_INVALID_TABLE', message: /Users\.fields must be an object/ })
})
