import t from 'tap'
import { MAX_TOKEN_LENGTH, parseToken } from '../dist/parse-token.js'
import { rawToken } from './helpers/raw-token.js'

const header = { alg: 'RS256' }
const payload = { iss: 'https://id.example.com', nested: { list: [{ a: 1 }, { a: 2 }], text: 'a: "b", {c:1}' } }
const bytes = (...values: number[]): Buffer => Buffer.concat([Buffer.from('{"a":"'), Buffer.from(values), Buffer.from('"}')])

t.test('reads header and payload', async t => {
  t.strictSame(parseToken(rawToken(header, payload)), { header, payload })
})

const accepted: [string, unknown][] = [
  ['white space between', '{ "a" : 1 ,\n "b" : [ { "c" : 2 } ] }'],
  ['colons, quotes and backslashes in strings', { 'a:b': 'c":"d\\', '\\"': ':' }],
  ['the same name in different objects', { a: { a: 1 }, b: { a: 2 } }],
  ['letters beyond ASCII', { name: 'Zoë 😀' }],
  ['a name that objects inherit', '{"__proto__":{"a":1},"constructor":2}'],
  ['an empty object', {}]
]
for (const [what, payload] of accepted) {
  t.test(`reads a payload with ${what}`, async t => {
    t.strictSame(JSON.stringify(parseToken(rawToken(header, payload)).payload), JSON.stringify(typeof payload === 'string' ? JSON.parse(payload) : payload))
  })
}

const valid = rawToken(header, payload)
const [first, second, third] = valid.split('.') as [string, string, string]
const malformed: [string, unknown][] = [
  ['nothing', ''],
  ['no string', { toString: () => valid }],
  ['one segment', first],
  ['two segments', `${first}.${second}`],
  ['four segments', `${valid}.${third}`],
  ['five segments, as an encrypted token has', 'a.b.c.d.e'],
  ['an empty header', `.${second}.${third}`],
  ['an empty payload', `${first}..${third}`],
  ['white space before', ` ${valid}`],
  ['a line feed after', `${valid}\n`],
  ['two tokens', `${valid} ${valid}`],
  ['two tokens with a comma', `${valid},${valid}`],
  ['padding', `${first}=.${second}.${third}`],
  ['base64 of the other alphabet', `${first}.${second}.ab+/`],
  ['a header with bits left over', `${Buffer.from('{"alg":"RS256"} ').toString('base64url').slice(0, -1)}B.${second}.${third}`],
  ['a payload of a length that no bytes have', `${first}.${second}A.${third}`],
  ['a signature with bits left over', `${first}.${second}.AB`],
  ['more than 16 KiB', rawToken(header, { ...payload, filler: 'x'.repeat(MAX_TOKEN_LENGTH) })],
  ['a header that is no JSON', rawToken('{alg:RS256}', payload)],
  ['a payload that is no JSON', rawToken(header, 'iss=https://id.example.com')],
  ['a payload with a comma too much', rawToken(header, '{"a":1,}')],
  ['a header that is a list', rawToken([header], payload)],
  ['a payload that is a list', rawToken(header, [payload])],
  ['a payload that is null', rawToken(header, 'null')],
  ['a payload that is a string', rawToken(header, '"text"')],
  ['a payload that is a number', rawToken(header, '7')],
  ['a byte order mark', rawToken(header, '\ufeff{}')],
  ['invalid UTF-8', rawToken(header, bytes(0xc3, 0x28))],
  ['an overlong form in UTF-8', rawToken(header, bytes(0xc0, 0xaf))],
  ['half of a character in UTF-8', rawToken(header, bytes(0xed, 0xa0, 0x80))],
  ['a repeated name in the header', rawToken('{"alg":"RS256","alg":"none"}', payload)],
  ['a repeated claim', rawToken(header, '{"sub":"a","sub":"b"}')],
  ['a repeated claim with equal values', rawToken(header, '{"sub":"a","sub":"a"}')],
  ['a repeated name that is escaped once', rawToken(header, '{"sub":"a","\\u0073ub":"b"}')],
  ['a repeated name deep inside', rawToken(header, '{"a":[{"b":{"c":1,"c":2}}]}')],
  ['a repeated name whose first value is an object', rawToken(header, '{"a":{"b":1},"a":{"b":1}}')],
  ['a repeated __proto__', rawToken(header, '{"__proto__":1,"__proto__":2}')]
]
for (const [what, token] of malformed) {
  t.test(`refuses ${what}`, async t => {
    t.throws(() => parseToken(token), { code: 'TOKEN_VERIFIER_ERR_TOKEN_INVALID', reason: 'malformed', message: /^Token invalid$/ })
  })
}

t.test('reads a token of maximum length and nesting', async t => {
  const depth = 6000
  const token = rawToken(header, `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`, '')
  t.ok(token.length < MAX_TOKEN_LENGTH + 1)
  t.ok(Array.isArray(parseToken(token).payload.a))
})

t.test('the last letter of a signature must be one that encoding produces', async t => {
  const refused: { code: string } = { code: 'TOKEN_VERIFIER_ERR_TOKEN_INVALID' }
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  for (const before of ['', 'A', 'AA', 'AAA', 'AAAA', 'A-_A']) {
    for (const letter of letters) {
      const signature = before + letter
      const canonical = Buffer.from(signature, 'base64url').toString('base64url') === signature
      const read = () => parseToken(`${first}.${second}.${signature}`)
      if (canonical) t.doesNotThrow(read, signature)
      else t.throws(read, refused, signature)
    }
  }
})

t.test('tokens with the same header are parsed separately', async t => {
  for (let index = 0; index < 300; index++) {
    const { header: read, payload: claims } = parseToken(rawToken(`{"alg":"RS256","kid":"${index % 150}"}`, `{"sub":"${index}"}`))
    t.strictSame([read.kid, claims.sub], [String(index % 150), String(index)])
  }
})
