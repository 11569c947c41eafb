import createError from '@fastify/error'
import t from 'tap'
import Type from 'typebox'
import { createOptionsCheck } from '../dist/index.js'

const InvalidOptions = createError<[string]>('SOME_PLUGIN_ERR_INVALID_OPTIONS', 'Invalid options: %s')
const check = createOptionsCheck(Type.Object({
  url: Type.String(),
  mode: Type.Optional(Type.Union([Type.Literal('on'), Type.Literal('off')])),
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
  ['a wrong type', { url: 1 }, 'url must be string'],
  ['an unknown option', { url: 'x', ulr: 'y' }, 'ulr is not an option'],
  ['a value outside a list', { url: 'x', mode: 'maybe' }, 'mode must be "on" or "off"'],
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
