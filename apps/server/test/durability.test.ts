import { dialects } from '@latchkey/test-databases'
import t from 'tap'
import { graphql, serverUnderTest, signUpMutation } from './helpers/server-under-test.js'

for (const dialect of dialects) {
  t.test(`${dialect}: no acknowledged sign-up is lost when the process is killed in the middle of a burst`, async t => {
    const started = await serverUnderTest(t, dialect)
    const people = await Promise.all(Array.from({ length: 300 }, async (_, index) => {
      const email = `p${index}@example.com`
      return { email, token: await started.issuer.idToken({ subject: `s${index}`, email }) }
    }))
    const acknowledged = new Map<string, string>()
    // Not all at once: all could be answered before this test sees the first response.
    const waiting = [...people]
    await Promise.all(Array.from({ length: 30 }, async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        try {
          const { data } = await graphql(started.server, signUpMutation(next.email), next.token)
          if (data !== null) acknowledged.set(next.email, data.userSignUpWithToken.id)
          if (acknowledged.size === 60) started.server.process.kill('SIGKILL')
        } catch { /* the process was killed before it answered */ }
      }
    }))
    await started.restart('SIGKILL')

    t.ok(acknowledged.size >= 60 && acknowledged.size < people.length, `${acknowledged.size} of ${people.length} were acknowledged`)
    const lost = []
    for (const { email, token } of people) {
      const id = acknowledged.get(email)
      if (id === undefined) continue
      const { data } = await graphql(started.server, '{ user { id email } }', token)
      if (data?.user?.id !== id || data?.user?.email !== email) lost.push(email)
    }
    t.strictSame(lost, [])
  })
}
