import t from 'tap'
import { page, type PageArguments } from '../dist/page.js'

const letters = ['a', 'b', 'c', 'd', 'e'].map(id => ({ id }))

const parts: [PageArguments, string][] = [
  [{}, 'abcde'],
  [{ first: 2 }, 'ab'],
  [{ first: 0 }, ''],
  [{ first: 9 }, 'abcde'],
  [{ last: 2 }, 'de'],
  [{ last: 0 }, ''],
  [{ skip: 3 }, 'de'],
  [{ skip: 1, first: 2 }, 'bc'],
  [{ after: 'b' }, 'cde'],
  [{ before: 'd' }, 'abc'],
  [{ after: 'a', before: 'e', skip: 1, first: 2, last: 1 }, 'd'],
  [{ after: 'd', before: 'b' }, ''],
  [{ first: null, last: null, skip: null, after: null, before: null }, 'abcde']
]
for (const [wanted, expected] of parts) {
  t.test(`${JSON.stringify(wanted)} of abcde is ${expected === '' ? 'nothing' : expected}`, async t => {
    t.equal(page(letters, wanted).map(({ id }) => id).join(''), expected)
  })
}

const mistakes: [PageArguments, Record<string, string>][] = [
  [{ first: -1 }, { first: 'must not be negative' }],
  [{ last: -1 }, { last: 'must not be negative' }],
  [{ skip: -1 }, { skip: 'must not be negative' }],
  [{ after: 'x' }, { after: 'must be the id of an item in the list' }],
  [{ before: 'x' }, { before: 'must be the id of an item in the list' }]
]
for (const [wanted, details] of mistakes) {
  t.test(`${JSON.stringify(wanted)} is refused`, async t => {
    t.throws(() => page(letters, wanted), { code: 'GRAPHQL_API_ERR_INVALID_ARGUMENT', details })
  })
}
