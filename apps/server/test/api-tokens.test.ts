import { dialects } from '@latchkey/test-databases'
import t from 'tap'
import { graphql, serverUnderTest, signUpMutation } from './helpers/server-under-test.js'

for (const dialect of dialects) {
  t.test(`${dialect}: an API token that an administrator creates works across restarts until it is deleted`, async t => {
    const running = await serverUnderTest(t, dialect, { LATCHKEY_ADMIN_EMAIL: 'root@example.com' })
    const root = await running.issuer.idToken({ email: 'root@example.com' })
    t.equal((await graphql(running.server, signUpMutation('root@example.com'), root)).errors, undefined)
    const made = await graphql(running.server, 'mutation { apiTokenCreate(data: { name: "Job", roles: { connect: [{ name: "Administrator" }] } }) { id token } }', root)
    const { id, token } = made.data?.apiTokenCreate

    await running.restart('SIGTERM')
    const list = async () => await graphql(running.server, '{ apiTokensList { items { name lastUsedAt } } }', token)
    const answers = await Promise.all(Array.from({ length: 200 }, list))
    for (const { data } of answers) t.match(data, { apiTokensList: { items: [{ name: 'Job', lastUsedAt: String }] } })
    t.match(await graphql(running.server, '{ user { id } }', token), { errors: [{ code: 'EntityNotFoundError', message: 'User not found' }] })
    t.equal((await graphql(running.server, '{ user { email } }', root)).data?.user.email, 'root@example.com')

    t.strictSame((await graphql(running.server, `mutation { apiTokenDelete(data: { id: "${id}" }) { success } }`, token)).data, { apiTokenDelete: { success: true } }, 'even by itself')
    t.match(await list(), { data: null, errors: [{ code: 'InvalidTokenError' }] })
    t.match(await graphql(running.server, '{ user { id } }', `lk_${'x'.repeat(1_000_000)}`), { status: 431, errors: [{ code: 'ValidationError' }] })
  })
}
