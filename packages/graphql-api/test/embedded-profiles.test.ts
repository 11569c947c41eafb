import { dialects } from '@latchkey/test-databases'
import t, { type Test } from 'tap'
import { openAccounts } from './helpers/accounts.js'

const callback = 'https://app.example.com/cb'

async function open (t: Test, dialect: 'sqlite' | 'postgres') {
  const { app } = await openAccounts(t, dialect)
  const answers = async (clientId: string, redirectUri: string) => {
    const query = new URLSearchParams({ client_id: clientId, response_type: 'code', scope: 'openid', redirect_uri: redirectUri, code_challenge: 'x'.repeat(43), code_challenge_method: 'S256' })
    return (await app.inject({ url: `/oidc/auth?${query.toString()}`, headers: { host: 'app.example.com', 'x-forwarded-proto': 'https' } })).statusCode
  }
  const { id } = await app.authProfiles.create({ name: 'Second', type: 'embedded', selfSignUp: 'open', callbackUrls: [callback], options: { clientId: 'second' } })
  return { app, id, answers }
}

for (const dialect of dialects) {
  t.test(`${dialect}: an embedded profile created at run time is a client, updated and deleted at once`, async t => {
    const { app, id, answers } = await open(t, dialect)
    t.equal(await answers('second', callback), 303)
    await app.authProfiles.update(id, { callbackUrls: [`${callback}2`] })
    t.equal(await answers('second', callback), 400)
    t.equal(await answers('second', `${callback}2`), 303)
    await app.authProfiles.update(id, { options: { clientId: 'third' } })
    t.equal(await answers('second', `${callback}2`), 400)
    t.equal(await answers('third', `${callback}2`), 303)

    const { provider, find } = app.authProfiles
    t.match(provider(id).issuer, { issuer: 'https://app.example.com/oidc', clientId: 'third' })
    t.equal(find({ id })?.clientId, 'third')
    const made = await app.authProfiles.create({ name: 'Other', type: 'embedded', callbackUrls: [callback], options: { clientId: 'second' } })
    t.equal(await answers('second', callback), 303, 'a client id that is free again')
    await app.authProfiles.delete(made.id)
    await app.authProfiles.delete(id)
    t.equal(await answers('second', callback), 400)
    t.equal(await answers('third', `${callback}2`), 400)
  })

  t.test(`${dialect}: a change that fails leaves the client as it was`, async t => {
    const { app, id, answers } = await open(t, dialect)
    const undo = { inTransaction: async () => { throw new Error('undone') } }
    await t.rejects(app.authProfiles.update(id, { callbackUrls: ['https://evil.example.com/cb'], options: { clientId: 'evil' } }, undo), /undone/)
    await t.rejects(app.authProfiles.create({ name: 'Evil', type: 'embedded', callbackUrls: ['https://evil.example.com/cb'], options: { clientId: 'evil' } }, undo), /undone/)
    await t.rejects(app.authProfiles.delete(id, undo), /undone/)
    t.equal(await answers('evil', 'https://evil.example.com/cb'), 400)
    t.equal(await answers('second', 'https://evil.example.com/cb'), 400)
    t.equal(await answers('second', callback), 303)

    for (const options of [{ clientId: 'default' }, { clientId: 'second' }]) {
      await t.rejects(app.authProfiles.create({ name: 'X', type: 'embedded', callbackUrls: [callback], options }), { code: 'AUTH_PROFILES_ERR_INVALID_PROFILE', details: { options: /clientId is already used by the profile/ } })
    }
    t.match((await app.authProfiles.check({ name: 'X', type: 'embedded', options: { clientId: 'fourth' } })), [{ step: 'options', ok: true }, { step: 'conflict', ok: true }, { step: 'keys', ok: true }])
    t.equal(await answers('fourth', callback), 400, 'nor does a test leave anything behind')
    t.equal(await answers('second', callback), 303)
    await app.authProfiles.delete(id)
    t.equal(await answers('second', callback), 400, 'and it can still be deleted')
  })
}

for (const dialect of dialects) {
  t.test(`${dialect}: testing an existing embedded profile does not change its client`, async t => {
    const { app, id, answers } = await open(t, dialect)
    const steps = async (change: object) => (await app.authProfiles.checkChange(id, change)).map(({ step, ok }) => `${step} ${String(ok)}`)
    for (let time = 0; time < 2; time++) t.strictSame(await steps({}), ['options true', 'conflict true', 'keys true'])
    t.equal(await answers('second', callback), 303, 'it is its client still')
    t.strictSame(await steps({ options: { clientId: 'other' }, callbackUrls: ['https://evil.example.com/cb'] }), ['options true', 'conflict true', 'keys true'])
    t.equal(await answers('other', 'https://evil.example.com/cb'), 400, 'nobody signs in by what is only tested')
    t.equal(await answers('second', 'https://evil.example.com/cb'), 400)
    t.strictSame(await steps({ options: { clientId: 'default' } }), ['options false'], 'which is another one\'s')
    t.equal(await answers('second', callback), 303)
    t.equal(await answers('default', 'http://localhost:3000/callback'), 303)
    t.strictSame(await steps({ callbackUrls: [] }), ['options true', 'conflict true', 'keys true'])
    await app.authProfiles.update(id, { options: { clientId: 'third' } })
    t.equal(await answers('third', callback), 303, 'and it can be changed')
    t.equal(await answers('second', callback), 400)
    t.match(await app.authProfiles.checkChange('default', {}), [{ ok: true }, { ok: true }, { step: 'keys', ok: true }])
    t.equal(await answers('default', 'http://localhost:3000/callback'), 303, 'nor is one of the configuration touched')
  })
}
