import { dialects } from '@latchkey/test-databases'
import t from 'tap'
import { emailMismatches } from '../dist/index.js'
import { freshApp } from './helpers/app.js'

const issuer = 'https://id.example.com'

for (const dialect of dialects) {
  t.test(`${dialect}: finds users whose provider and record have different emails`, async t => {
    const { db, usersStore } = await freshApp(t, dialect)
    const make = async (name: string, emailVerified?: boolean | null) => (await usersStore.create({ email: `${name}@example.com` }, { identity: { issuer, subject: name, ...(emailVerified === undefined ? {} : { emailVerified }) } })).id
    const [ann, bob] = [await make('ann', true), await make('bob')]
    await make('same')
    t.strictSame(await emailMismatches(db), [])

    await usersStore.update(ann, { email: 'ann@new.example.com' })
    await usersStore.bindIdentity(bob, { issuer, subject: 'bob', emailVerified: false }, 'Bob@new.example.com')
    await usersStore.bindIdentity(bob, { issuer, subject: 'bob-2', emailVerified: true }, 'bob@other.example.com')
    await usersStore.bindIdentity(bob, { issuer, subject: 'bob-3' }, 'bob@silent.example.com')
    t.strictSame(await emailMismatches(db), [
      { userId: ann, userEmail: 'ann@new.example.com', issuer, subject: 'ann', email: 'ann@example.com', emailVerified: true },
      { userId: bob, userEmail: 'bob@example.com', issuer, subject: 'bob', email: 'bob@new.example.com', emailVerified: false },
      { userId: bob, userEmail: 'bob@example.com', issuer, subject: 'bob-2', email: 'bob@other.example.com', emailVerified: true },
      { userId: bob, userEmail: 'bob@example.com', issuer, subject: 'bob-3', email: 'bob@silent.example.com', emailVerified: null }
    ])
    await usersStore.bindIdentity(bob, { issuer, subject: 'bob', emailVerified: true }, 'bob@new.example.com')
    t.match(await emailMismatches(db), [{}, { subject: 'bob', emailVerified: true }, {}, {}])
    t.strictSame((await usersStore.identitiesOf(ann)), [{ issuer, subject: 'ann' }])
  })
}
