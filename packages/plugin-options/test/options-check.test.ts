import createError from '@fastify/error'
import t from 'tap'
import Type from 'typebox'
import { createOptionsCheck } from '../dist/index.js'

const InvalidOptions = createError<[string]>('SOME_PLUGIN_ERR_INVALID_OPTIONS', 'Invalid options: %s')
const check = createOptionsCheck(Type.Object({
  url: Type.String(),
  mode: Type.Optional(Type.Union([Type.Literal('on'), Type.Literal('off')])),
  open: Type.Optional(Type.Union([Type.Literal('all'), Type.Literal('none'), Type.Object({ domains: Type.Array(Type.String()) }, { additionalProperties: false, description: '{ domains: ["example.com"] }' })])),
  algorithm: Type.Optional(Type.Union(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'].map(name => Type.Literal(name)))),
  color: Type.Optional(Type.String({ pattern: '^#[0-9a-f]{6}$', description: 'a color such as #3b5bdb' })),
  timeoutMs: Type.Integer({ minimum: 1, default: 5000 }),
  issuers: Type.Optional(Type.Array(Type.Object({ issuer: Type.String() }, { additionalProperties: false }))),
  handle: Type.Optional(Type.Unsafe<{ use (): number }>({}))
}, { additionalProperties: false }), InvalidOptions)

t.test('fills in defaults, freezes, and leaves the given object alone', async t => {
  const given = { url: 'x' }
  const resolved = check(given)
  t.strictSame(resolved, { url: 'x', timeoutMs: 5000 })
  t.ok(Object.isFrozen(resolved))
  t.strictSame(given, { url: 'x' })
})

t.test('keeps instances as they are', async t => {
  class Handle { #n = 7; use () { return this.#n } }
  const handle = new Handle()
  t.equal(check({ url: 'x', handle }).handle, handle)
})

const mistakes: [string, unknown, string][] = [
  ['a missing option', {}, 'url is required'],
  ['no options at all', undefined, 'url is required'],
  ['text instead of options', 'https://example.com', 'Invalid options: options must be an object'],
  ['a list instead of options', [{ url: 'x' }], 'Invalid options: options must be an object'],
  ['a wrong type', { url: 1 }, 'url must be string'],
  ['an unknown option', { url: 'x', ulr: 'y' }, 'ulr is not an option'],
  ['a value outside a list', { url: 'x', mode: 'maybe' }, 'mode must be "on" or "off"'],
  ['a value outside a long list', { url: 'x', algorithm: 'z' }, 'algorithm must be "a" or "b" or "c" or "d" or "e" or "f" or "g" or "h" or "i" or "j"'],
  ['a value that is no alternative', { url: 'x', open: 'maybe' }, 'open must be "all" or "none" or { domains: ["example.com"] }'],
  ['a mistake inside an alternative, and not the others', { url: 'x', open: { domain: [] } }, 'options: open.domains is required; open.domain is not an option'],
  ['a pattern, in words', { url: 'x', color: 'red' }, 'color must be a color such as #3b5bdb'],
  ['a nested path', { url: 'x', issuers: [{ issuer: 'a' }, { issuer: 2 }] }, 'issuers.1.issuer must be string'],
  ['a nested missing option', { url: 'x', issuers: [{}] }, 'issuers.0.issuer is required']
]
for (const [name, options, message] of mistakes) {
  t.test(`names the path of ${name}`, async t => {
    t.throws(() => check(options), { code: 'SOME_PLUGIN_ERR_INVALID_OPTIONS' })
    try { check(options) } catch (error) { t.ok((error as Error).message.includes(message), (error as Error).message) }
  })
}

t.test('names every mistake and repeats no value', async t => {
  t.plan(3)
  try { check({ secret: 'hunter2', mode: 'hunter2' }) } catch (error) {
    const { message } = error as Error
    t.match(message, 'url is required')
    t.ok(message.includes('secret is not an option'))
    t.notMatch(message, 'hunter2')
  }
})
