import t from 'tap'
import { createSecretBox } from '../dist/index.js'

const key = 'the current key, of 32 characters'
const old = 'the key of before, of 32 characters'
const place = ['profiles', '1', 'client_secret']
const unreadable = { code: 'SECRET_BOX_ERR_UNREADABLE' }
const box = createSecretBox({ key, purpose: 'test' })

t.test('a sealed text is opened for its place, in another box with the same key too', async t => {
  for (const text of ['hunter2', '', 'ключ 🔑', 'x'.repeat(10_000)]) t.equal(createSecretBox({ key, purpose: 'test' }).open(box.seal(text, place), place), text)
})

t.test('the same text is sealed differently each time, and stands nowhere in it', async t => {
  const sealed = [box.seal('hunter2', place), box.seal('hunter2', place)]
  t.not(sealed[0], sealed[1])
  for (const text of sealed) {
    t.match(text, /^sb1\.[0-9a-f]{16}\.[\w-]+$/)
    t.notMatch(Buffer.from(text.split('.')[2] ?? '', 'base64url').toString('latin1'), 'hunter2')
  }
})

t.test('it is opened for no other place, not for one with the same letters either', async t => {
  const sealed = box.seal('hunter2', place)
  for (const other of [['profiles', '2', 'client_secret'], ['profiles', '1', 'name'], ['profiles', '1'], ['profiles1', 'client_secret'], ['profiles', '1client_secret'], []]) {
    t.throws(() => box.open(sealed, other), unreadable, other.join())
  }
})

t.test('it is opened by no other key and for no other purpose', async t => {
  const sealed = box.seal('hunter2', place)
  t.throws(() => createSecretBox({ key: old, purpose: 'test' }).open(sealed, place), { ...unreadable, message: /previous key/ })
  t.throws(() => createSecretBox({ key, purpose: 'other' }).open(sealed, place), unreadable)
})

t.test('a modified text is refused, whichever part changed', async t => {
  const sealed = box.seal('hunter2', place)
  const [version = '', id = '', content = ''] = sealed.split('.')
  const bytes = Buffer.from(content, 'base64url')
  for (let index = 0; index < bytes.length; index++) {
    const altered = Buffer.from(bytes)
    altered[index] = (altered[index] as number) ^ 1
    t.throws(() => box.open([version, id, altered.toString('base64url')].join('.'), place), unreadable, `byte ${index}`)
  }
  const shortened = [0, 1, 11, 12, 27, 28].map(length => [version, id, bytes.subarray(0, length).toString('base64url')].join('.'))
  for (const text of [...shortened, '', 'hunter2', `sb2.${id}.${content}`, `${sealed}.`, ` ${sealed}`]) t.throws(() => box.open(text, place), unreadable, text)
})

t.test('a previous key opens what it sealed, which is outdated, and seals nothing', async t => {
  const sealed = createSecretBox({ key: old, purpose: 'test' }).seal('hunter2', place)
  const rotated = createSecretBox({ key, previousKeys: ['one more key, which is of 32 characters', old], purpose: 'test' })
  t.equal(rotated.open(sealed, place), 'hunter2')
  t.equal(rotated.isOutdated(sealed), true)
  const anew = rotated.seal('hunter2', place)
  t.equal(rotated.isOutdated(anew), false)
  t.equal(box.open(anew, place), 'hunter2')
  t.throws(() => createSecretBox({ key: old, purpose: 'test' }).open(anew, place), unreadable)
})

t.test('errors and key IDs reveal no keys and texts', async t => {
  const short = 'hunter2'
  for (const options of [{ key: short }, { key, previousKeys: [short] }]) {
    t.throws(() => createSecretBox({ ...options, purpose: 'test' }), { code: 'SECRET_BOX_ERR_INVALID_KEY', message: /^(?!.*hunter2).*32 characters/ })
  }
  const ids = [key, old].flatMap(key => ['a', 'b'].map(purpose => createSecretBox({ key, purpose }).seal('x', place).split('.')[1]))
  t.equal(new Set(ids).size, 4)
})
