/** The whole app: on both databases, over the network, with accounts at the embedded provider. */
import type { EmbeddedProvider } from '@latchkey/provider-embedded'
import { dialects } from '@latchkey/test-databases'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { startApp, startAppWithIssuer, type RunningApp } from './helpers/app.js'

const PASSWORD = 'correct horse battery'

/** Creates an account, confirms its email with the emailed code, and signs in. @returns the ID token */
async function signIn ({ app, url }: RunningApp, email: string): Promise<string> {
  const provider = app.authProfiles.provider('notes') as EmbeddedProvider
  await provider.signUpWithPassword({ email, password: PASSWORD })
  await provider.confirmEmail({ email, code: await codeFor(url, email), password: PASSWORD })
  return (await provider.signInWithPassword({ email, password: PASSWORD })).idToken
}

async function codeFor (url: string, email: string): Promise<string> {
  for (let tries = 0; tries < 1200; tries++, await sleep(50)) {
    const page = await (await fetch(`${url}/oidc/outbox`)).text()
    const code = page.includes(email) ? /\b\d{6}\b/.exec(page.slice(page.indexOf(email)))?.[0] : undefined
    if (code !== undefined) return code
  }
  throw new Error(`No email with a code for ${email}`)
}

for (const dialect of dialects) {
  t.test(dialect, async t => {
    const running = await startApp(t, dialect, { administratorEmail: 'boss@example.com' })
    const { ask } = running
    const [ada, bob, boss] = [await signIn(running, 'ada@acme.example'), await signIn(running, 'bob@acme.example'), await signIn(running, 'boss@example.com')]
    const notesOf = async (token?: string) => {
      const { status, body } = await ask('GET', '/notes', { token })
      t.equal(status, 200)
      return body as Record<string, unknown>[]
    }
    const titles = async (token?: string) => (await notesOf(token)).map(({ title }) => title).sort()

    t.test('signing up creates a user whose company is the domain of the email', async t => {
      t.match(await ask('GET', '/notes', { token: ada }), { status: 404, body: { code: 'AUTH_PROFILES_ERR_USER_NOT_FOUND' } }, 'nobody yet')
      t.match(await ask('POST', '/sign-up', { token: ada }), { status: 200, body: { email: 'ada@acme.example', company: 'acme.example' } })
      t.match(await ask('POST', '/sign-up', { token: bob }), { status: 200 })
      t.match(await ask('POST', '/sign-up', { token: boss }), { status: 200 })
      t.match(await ask('POST', '/sign-up'), { status: 401 })
    })

    let draft = ''
    t.test('a Member creates notes, and reads and changes their own', async t => {
      const { status, body } = await ask('POST', '/notes', { token: ada, body: { title: 'Plan', text: 'Secret plan' } })
      t.equal(status, 201)
      draft = body.id
      await ask('POST', '/notes', { token: ada, body: { title: 'News', text: 'Great news', published: true } })
      await ask('POST', '/notes', { token: bob, body: { title: 'Shopping', text: 'Milk' } })
      t.match((await notesOf(ada)).find(({ id }) => id === draft), { title: 'Plan', text: 'Secret plan', company: 'acme.example', published: false })
      t.equal((await ask('PATCH', `/notes/${draft}`, { token: ada, body: { text: 'Better plan' } })).status, 204)
      t.equal((await ask('PATCH', `/notes/${draft}`, { token: bob, body: { text: 'Stolen' } })).status, 404)
      t.equal((await ask('DELETE', `/notes/${draft}`, { token: bob })).status, 404)
      t.match((await notesOf(ada)).find(({ id }) => id === draft), { text: 'Better plan' })
    })

    t.test('a user with the roles Guest and Member sees their own notes, and the titles of notes that others published', async t => {
      t.strictSame(await titles(ada), ['News', 'Plan'])
      t.strictSame(await titles(bob), ['News', 'Shopping'])
      t.match((await notesOf(bob)).find(({ title }) => title === 'News'), { text: null, ownerId: null, company: null, published: true })
      t.match((await notesOf(bob)).find(({ title }) => title === 'Shopping'), { text: 'Milk', company: 'acme.example' })
    })

    t.test('a guest sees the titles of published notes, and cannot change anything', async t => {
      t.match(await notesOf(), [{ title: 'News', text: null, ownerId: null, company: null, published: true, created: /^20/ }])
      for (const [method, path] of [['POST', '/notes'], ['PATCH', `/notes/${draft}`], ['DELETE', `/notes/${draft}`]] as const) {
        t.match(await ask(method, path, method === 'DELETE' ? {} : { body: { title: 'x', text: 'y' } }), { status: 403, body: { code: 'ROLE_PERMISSIONS_ERR_NOT_AUTHORIZED', message: 'Not Authorized' } }, method)
      }
      t.match(await ask('GET', '/notes', { token: `${ada}x` }), { status: 401 }, 'an invalid token does not make the request a guest\'s')
    })

    t.test('searching finds nothing in text that the user cannot read, and % and _ are not wildcards', async t => {
      const found = async (search: string, token?: string) => (await ask('GET', `/notes?search=${encodeURIComponent(search)}`, { token })).body.length
      t.equal(await found('GREAT', ada), 1)
      t.equal(await found('great'), 0)
      t.equal(await found('great', bob), 0)
      t.equal(await found('milk', bob), 1)
      t.strictSame([await found('%', ada), await found('_', ada), await found('!', ada)], [0, 0, 0])
    })

    t.test('the administrator appoints an Editor, who can read and change everything', async t => {
      t.match(await ask('PUT', '/editors/bob@acme.example', { token: bob }), { status: 403 })
      t.match(await ask('PUT', '/editors/bob@acme.example'), { status: 403 })
      t.match(await ask('PUT', '/editors/nobody@acme.example', { token: boss }), { status: 404 })
      t.match(await ask('PUT', '/editors/%00', { token: boss }), { status: 404 })
      t.equal((await ask('PUT', '/editors/bob@acme.example', { token: boss })).status, 204)
      t.strictSame(await titles(bob), ['News', 'Plan', 'Shopping'])
      t.match((await notesOf(bob)).find(({ title }) => title === 'Plan'), { text: 'Better plan' })
      t.equal((await ask('PATCH', `/notes/${draft}`, { token: bob, body: { published: true } })).status, 204)
      t.strictSame(await titles(), ['News', 'Plan'])
      t.equal((await ask('DELETE', `/notes/${draft}`, { token: bob })).status, 204)
      t.strictSame(await titles(), ['News'])
    })

    t.test('invalid input is refused, including text that a database could not store', async t => {
      t.equal((await ask('POST', '/notes', { token: ada, body: { title: 'x' } })).status, 400)
      t.equal((await ask('PATCH', `/notes/${draft}`, { token: ada, body: {} })).status, 400)
      t.equal((await ask('POST', '/notes', { token: ada, body: { title: 'a\0b', text: '' } })).status, 400)
      t.equal((await ask('DELETE', '/notes/%00', { token: ada })).status, 400)
      t.equal((await ask('GET', '/notes?search=%00', { token: ada })).status, 400)
    })
  })
}

t.test('one option replaces the embedded provider with an external OpenID provider', async t => {
  const { ask, issuer, signUp } = await startAppWithIssuer(t, 'sqlite')
  const { token } = await signUp('ada@acme.example')
  t.equal((await ask('POST', '/notes', { token, body: { title: 'Plan', text: 'Secret plan' } })).status, 201)
  t.match(await ask('GET', '/notes', { token }), { body: [{ title: 'Plan' }] })
  t.match(await ask('GET', '/notes', { token: await issuer.forgedToken({ subject: 'ada@acme.example', email: 'ada@acme.example' }) }), { status: 401 })
  const unverified = await issuer.idToken({ subject: 'eve', email: 'eve@acme.example', claims: { email_verified: undefined } })
  t.match(await ask('POST', '/sign-up', { token: unverified }), { status: 200, body: { company: null } }, 'an unverified email gives no company')
})
