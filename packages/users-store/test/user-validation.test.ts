import { databaseUrl, dialects } from '@latchkey/test-databases'
import t from 'tap'
import type { NewUser, UserChange, UserIdentity } from '../dist/index.js'
import { appOn, counts } from './helpers/app.js'

const columns = { bio: { type: 'string' }, level: { type: 'number' }, newsletter: { type: 'boolean' }, hiredAt: { type: 'date' } } as const

/** A field's value, what is wrong with it, and whether creating alone may set the field. */
const refused: [string, string, unknown, RegExp][] = [
  ['a name that is no text', 'firstName', 5, /^must be text of 0 to 255 characters$/],
  ['a name that is too long', 'lastName', 'x'.repeat(256), /^must be text of 0 to 255 characters$/],
  ['a name with NUL', 'firstName', 'An\0na', /NUL/],
  ['a name with a lone surrogate', 'lastName', 'An\ud800na', /lone surrogates/],
  ['an empty status', 'status', '', /^must be text of 1 to 64 characters$/],
  ['a status that is too long', 'status', 'x'.repeat(65), /^must be text of 1 to 64 characters$/],
  ['a status of null', 'status', null, /^must be text/],
  ['a status with NUL', 'status', 'act\0ive', /NUL/],
  ['a time zone that is none', 'timezone', 'Europe/Atlantis', /IANA/],
  ['an offset for a time zone', 'timezone', '+02:00', /IANA/],
  ['a time zone that is no text', 'timezone', 1, /IANA/],
  ['a time zone with NUL', 'timezone', 'UTC\0', /IANA/],
  ['an avatar that is no object', 'avatar', 'https://cdn.example.com/a.png', /^must be an object/],
  ['an avatar that is a list', 'avatar', [], /^must be an object/],
  ['an avatar with other fields', 'avatar', { id: null, downloadUrl: null, size: 1 }, /no fields other/],
  ['an avatar id with NUL', 'avatar', { id: '\0', downloadUrl: null }, /^id must not contain NUL/],
  ['an avatar id that is too long', 'avatar', { id: 'x'.repeat(256), downloadUrl: null }, /^id must be text of 1 to 255/],
  ['an avatar address of another scheme', 'avatar', { id: null, downloadUrl: 'javascript:alert(1)' }, /^downloadUrl must be an http or https URL/],
  ['an avatar address that is relative', 'avatar', { id: null, downloadUrl: '/a.png' }, /^downloadUrl/],
  ['an avatar address without a host', 'avatar', { id: null, downloadUrl: 'https://' }, /^downloadUrl/],
  ['an avatar address that is no URL', 'avatar', { id: null, downloadUrl: 'https://[1/a.png' }, /^downloadUrl/],
  ['an avatar address with white space', 'avatar', { id: null, downloadUrl: 'https://cdn.example.com/a b' }, /^downloadUrl/],
  ['an avatar address with NUL', 'avatar', { id: null, downloadUrl: 'https://cdn.example.com/\0' }, /^downloadUrl/],
  ['an avatar address that is too long', 'avatar', { id: null, downloadUrl: `https://cdn.example.com/${'x'.repeat(2048)}` }, /^downloadUrl/],
  ['text that is too long in the app\'s column', 'bio', 'x'.repeat(4097), /^must be text of 0 to 4096 characters$/],
  ['NUL in the app\'s column', 'bio', '\0', /NUL/],
  ['text for a number', 'level', '5', /^must be a number$/],
  ['no finite number', 'level', Infinity, /^must be a number$/],
  ['NaN', 'level', NaN, /^must be a number$/],
  ['a number for a boolean', 'newsletter', 1, /^must be true or false$/],
  ['text for a boolean', 'newsletter', 'true', /^must be true or false$/],
  ['a day that is not in the calendar', 'hiredAt', '2025-02-29', /^must be a date/],
  ['a time without its zone', 'hiredAt', '2026-01-31T12:00:00', /^must be a date/],
  ['a leap second, which no Date holds', 'hiredAt', '2016-12-31T23:59:60Z', /^must be a date/],
  ['a year that an offset leads out of four digits', 'hiredAt', '9999-12-31T23:59:59-01:00', /^must be a date/],
  ['a number for a date', 'hiredAt', 0, /^must be a date/],
  ['an id', 'id', 'chosen', /^(is not a field of a new user|cannot be changed)$/],
  ['is8base', 'is8base', true, /^(is not a field of a new user|cannot be changed)$/],
  ['createdAt', 'createdAt', '2026-01-31T12:00:00Z', /^(is not a field of a new user|cannot be changed)$/],
  ['a column by its SQL name', 'first_name', 'Anna', /^(is not a field of a new user|cannot be changed)$/],
  ['a field of every object', 'constructor', 'x', /^(is not a field of a new user|cannot be changed)$/]
]
const kept: [string, string, unknown, unknown][] = [
  ['an empty name', 'firstName', '', ''],
  ['a name of 255 characters', 'firstName', 'ö'.repeat(255), 'ö'.repeat(255)],
  ['a name of characters beyond the first plane', 'lastName', '🦊', '🦊'],
  ['white space and line feeds in a name as they are', 'lastName', ' a\nb ', ' a\nb '],
  ['a time zone', 'timezone', 'America/Argentina/Buenos_Aires', 'America/Argentina/Buenos_Aires'],
  ['an avatar with an id alone', 'avatar', { id: 'a' }, { id: 'a', downloadUrl: null }],
  ['no avatar', 'avatar', null, null],
  ['a negative fraction', 'level', -0.1, -0.1],
  ['a large whole number', 'level', Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  ['zero', 'level', 0, 0],
  ['false', 'newsletter', false, false],
  ['null in the app\'s column', 'newsletter', null, null],
  ['a date as midnight UTC', 'hiredAt', '2024-02-29', '2024-02-29T00:00:00.000Z'],
  ['a time as UTC', 'hiredAt', '2024-03-01T01:30:00.123456+02:00', '2024-02-29T23:30:00.123Z'],
  ['text of 4096 characters in the app\'s column', 'bio', 'x'.repeat(4096), 'x'.repeat(4096)]
]
const badIdentities: [string, unknown, string][] = [
  ['an empty subject', { issuer: 'i', subject: '' }, 'identity.subject'],
  ['a subject that is no text', { issuer: 'i', subject: 5 }, 'identity.subject'],
  ['a subject with NUL', { issuer: 'i', subject: 'a\0' }, 'identity.subject'],
  ['a subject with a lone surrogate', { issuer: 'i', subject: '\ud800' }, 'identity.subject'],
  ['a subject longer than an index takes', { issuer: 'i', subject: 'ö'.repeat(513) }, 'identity.subject'],
  ['an empty issuer', { issuer: '', subject: 's' }, 'identity.issuer'],
  ['an issuer longer than an index takes', { issuer: 'x'.repeat(1025), subject: 's' }, 'identity.issuer']
]

for (const dialect of dialects) {
  t.test(dialect, async t => {
    const app = await appOn(t, { url: await databaseUrl(t, dialect) }, { columns })
    const { usersStore } = app
    const subject = await usersStore.create({ email: 'subject@example.com' })
    let emails = 0

    for (const [what, field, value, reason] of refused) {
      t.test(`refuses ${what}`, async t => {
        const expected = { code: 'USERS_STORE_ERR_INVALID_USER', statusCode: 400, details: { [field]: reason } }
        await t.rejects(usersStore.create({ email: 'refused@example.com', [field]: value } as NewUser), expected)
        await t.rejects(usersStore.update(subject.id, { firstName: 'Changed', [field]: value } as UserChange), expected)
        t.strictSame(await counts(app), { users: 1, identities: 0 })
        t.strictSame(await usersStore.findById(subject.id), subject)
      })
    }

    t.test('names all fields that do not fit, and repeats no value', async t => {
      const error = await usersStore.create({ email: 'a@example.com', firstName: 'secret\0', level: 'secret', secret: 1 } as NewUser).catch((error: unknown) => error)
      t.match(error, { details: { firstName: String, level: String, secret: String }, message: /^Invalid user: firstName must .*; level must .*; secret is not a field/ })
      t.notMatch((error as Error).message.replace('; secret is', ''), /secret/)
    })

    t.test('refuses a new user without an email or with an invalid one', async t => {
      const expected = { code: 'USERS_STORE_ERR_INVALID_EMAIL', statusCode: 400, details: { email: String } }
      for (const user of [undefined, null, {}, 'anna@example.com', [], { email: null }, { email: 'a@b@c' }]) {
        await t.rejects(usersStore.create(user as NewUser), expected)
      }
      await t.rejects(usersStore.update(subject.id, { email: null } as unknown as UserChange), expected)
      await t.rejects(usersStore.update(subject.id, { email: 'a\0@example.com' }), expected)
      await t.rejects(usersStore.bindIdentity(subject.id, { issuer: 'i', subject: 's' }, 'none'), expected)
      t.strictSame(await counts(app), { users: 1, identities: 0 })
    })

    t.test('origin and createdBy can only be set when a user is created', async t => {
      for (const field of ['origin', 'createdBy']) {
        await t.rejects(usersStore.update(subject.id, { [field]: 'x' } as UserChange), { code: 'USERS_STORE_ERR_INVALID_USER', details: { [field]: 'cannot be changed' } })
        for (const value of ['', 'x'.repeat(256), 'x\0', 5]) {
          await t.rejects(usersStore.create({ email: 'x@example.com', [field]: value } as NewUser), { code: 'USERS_STORE_ERR_INVALID_USER', details: { [field]: String } })
        }
      }
    })

    for (const [what, identity, field] of badIdentities) {
      t.test(`refuses an identity with ${what}`, async t => {
        const expected = { code: 'USERS_STORE_ERR_INVALID_USER', details: { [field]: 'must be text of 1 to 1024 bytes' } }
        await t.rejects(usersStore.create({ email: 'identity@example.com' }, { identity: identity as UserIdentity }), expected)
        await t.rejects(usersStore.bindIdentity(subject.id, identity as UserIdentity, 'identity@example.com'), expected)
        t.strictSame(await counts(app), { users: 1, identities: 0 })
      })
    }

    t.test('keeps the longest identity', async t => {
      // Of different characters, since PostgreSQL compresses what repeats.
      const long = Array.from({ length: 1024 }, (_, index) => String.fromCharCode(33 + (index * index * 7919) % 94)).join('')
      const user = await usersStore.create({ email: 'longest@example.com' }, { identity: { issuer: long, subject: long } })
      t.strictSame(await usersStore.findByIdentity({ issuer: long, subject: long }), user)
      await usersStore.delete(user.id)
    })

    for (const [what, field, value, expected] of kept) {
      t.test(`keeps ${what}`, async t => {
        const created = await usersStore.create({ email: `kept-${emails++}@example.com`, [field]: value } as NewUser)
        const { id } = await usersStore.create({ email: `kept-${emails++}@example.com` })
        t.strictSame((created as unknown as Record<string, unknown>)[field], expected)
        t.strictSame(await usersStore.findById(created.id), created)
        t.strictSame((await usersStore.update(id, { [field]: value } as UserChange) as unknown as Record<string, unknown>)[field], expected)
      })
    }
  })
}

t.test('check refuses what create would refuse, and stores nothing', async t => {
  const { usersStore, db } = await appOn(t, { url: await databaseUrl(t, 'sqlite') })
  t.throws(() => usersStore.check({ email: 'nobody' }), { code: 'USERS_STORE_ERR_INVALID_EMAIL' })
  t.throws(() => usersStore.check({ email: 'a@example.com', firstName: 'x'.repeat(300) }), { code: 'USERS_STORE_ERR_INVALID_USER', details: { firstName: String } })
  t.doesNotThrow(() => usersStore.check({ email: 'a@example.com' }))
  t.strictSame(await db.selectFrom('latchkey_users').select('id').execute(), [])
})
