import { dialects } from '@latchkey/test-databases'
import t from 'tap'
import { openApi } from './helpers/api.js'

const signUp = 'mutation ($user: UserCreateInput!) { userSignUpWithToken(user: $user) { id email roles { items { name } } } }'

for (const dialect of dialects) {
  t.test(`${dialect}: two hundred sign-ups of one identity at once make one user and two hundred equal answers`, async t => {
    const { ask, token, app } = await openApi(t, dialect)
    const jane = await token({ subject: 'jane' })
    const answers = await Promise.all(Array.from({ length: 200 }, async () => await ask(signUp, { token: jane, variables: { user: { email: 'jane@example.com' } } })))
    t.equal(new Set(answers.map(({ data, errors }) => JSON.stringify({ data, errors }))).size, 1)
    t.match(answers[0], { data: { userSignUpWithToken: { email: 'jane@example.com', roles: { items: [{ name: 'Guest' }] } } }, errors: undefined })
    t.equal((await app.db.selectFrom('latchkey_users').select('id').execute()).length, 1)
  })

  t.test(`${dialect}: two hundred identities at once make two hundred users`, async t => {
    const { ask, token, app } = await openApi(t, dialect)
    const answers = await Promise.all(Array.from({ length: 200 }, async (_, index) =>
      await ask(signUp, { token: await token({ subject: `user-${index}` }), variables: { user: { email: `user-${index}@example.com` } } })))
    t.strictSame(answers.filter(({ errors }) => errors !== undefined), [])
    t.equal((await app.db.selectFrom('latchkey_users').select('id').execute()).length, 200)
  })
}
