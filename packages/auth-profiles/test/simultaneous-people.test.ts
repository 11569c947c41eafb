import { dialects } from '@latchkey/test-databases'
import type { Identity } from '@latchkey/token-verifier'
import t from 'tap'
import { prepareFindByIdentity } from '../dist/principal-query.js'
import { startApp } from './helpers/app.js'

const people = 130

for (const dialect of dialects) {
  t.test(dialect, async t => {
    const { app, identity: verified, copy } = await startApp(t, dialect, [{}, {}])
    const [token, elsewhere] = [await verified(0, { subject: 'person-0' }), await verified(1, { subject: 'person-0' })]
    const identityOf = (index: number, of = token): Identity => ({ ...of, subject: `person-${index}`, email: `person-${index}@example.com` })
    const editor = app.rolePermissions.find({ name: 'Editor' })?.id as string
    const ids: string[] = []
    for (let index = 0; index < people; index++) {
      const { user } = await app.authProfiles.signUp(identityOf(index), { user: { email: `person-${index}@example.com` } })
      if (index % 2 === 0) await app.rolePermissions.assign(user.id, [editor])
      ids.push(user.id)
    }
    const namesake = { ...elsewhere, email: 'namesake@example.com' }
    const { user: other } = await app.authProfiles.signUp(namesake, { user: { email: namesake.email }, authProfileId: namesake.profileId })

    await t.test('people whose requests come at the same moment each get their own user, with its roles', async t => {
      const identities = [...ids.keys()].map(index => identityOf(index))
      const resolved = await Promise.all([...identities, ...identities, namesake].map(identity => app.authProfiles.resolve(identity)))
      t.strictSame(resolved.map(({ user }) => user.id), [...ids, ...ids, other.id])
      t.strictSame(resolved.slice(0, people).map(({ principal }) => principal.roles.includes(editor)), ids.map((_, index) => index % 2 === 0))
    })

    await t.test('somebody unknown among them affects nobody else', async t => {
      const stranger = { ...token, subject: 'stranger', email: 'stranger@example.com' }
      const [one, refused, two] = await Promise.allSettled([identityOf(1), stranger, identityOf(2)].map(identity => app.authProfiles.resolve(identity)))
      t.match([one, two], [{ value: { user: { id: ids[1] } } }, { value: { user: { id: ids[2] } } }])
      t.match(refused, { reason: { code: 'AUTH_PROFILES_ERR_USER_NOT_FOUND' } })
    })

    await t.test('on PostgreSQL, they share a query', async t => {
      let queries = 0
      const counted = (await copy()).db.withPlugin({
        transformQuery: ({ node }) => node,
        transformResult: async ({ result }) => {
          queries++
          return result
        }
      })
      const find = prepareFindByIdentity(counted, {})
      const found = await Promise.all([...ids.keys()].map(index => find(identityOf(index))))
      t.strictSame(found.map(bound => bound?.user.id), ids)
      t.equal(queries, dialect === 'postgres' ? 2 : people)
    })
  })
}
