import apiTokens from '@latchkey/api-tokens'
import { dialects } from '@latchkey/test-databases'
import type { FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import type { TokenExamination, TokenStep } from '../dist/index.js'
import { startApp } from './helpers/app.js'

/** All that could have been changed by a token. */
async function everything ({ db }: FastifyInstance): Promise<unknown> {
  const tables = ['latchkey_users', 'latchkey_user_identities', 'latchkey_user_roles', 'latchkey_pending_sign_ups', 'latchkey_api_tokens'] as const
  return await Promise.all(tables.map(async table => (await db.selectFrom(table).selectAll().execute()).map(row => JSON.stringify(row)).sort()))
}

const open = async (t: Test, dialect: typeof dialects[number], profile = {}) => {
  const opened = await startApp(t, dialect, [profile], {}, async app => { await app.register(apiTokens) })
  const { app, issuers } = opened
  const issuer = issuers[0] as NonNullable<typeof issuers[0]>
  const lines: string[] = []
  const log = { info: (...line: unknown[]) => { lines.push(JSON.stringify(line)) }, warn: (...line: unknown[]) => { lines.push(JSON.stringify(line)) } } as never
  const examine = async (token: string, options = {}): Promise<TokenExamination> => {
    const before = await everything(app)
    const examination = await app.authProfiles.examine({ log }, token, options)
    t.strictSame(await everything(app), before, 'nothing is changed')
    if (token !== '') t.notOk(`${JSON.stringify(examination)} ${lines.join(' ')}`.includes(token), 'the token is told nowhere')
    return examination
  }
  const bind = async (subject: string, roles: string[]) => {
    const user = await app.usersStore.create({ email: `${subject}@example.com` }, { identity: { issuer: issuer.issuer, subject, emailVerified: true } })
    await app.rolePermissions.assign(user.id, roles.map(name => app.rolePermissions.find({ name })?.id as string))
    return user
  }
  return { ...opened, issuer, examine, bind, editor: app.rolePermissions.find({ name: 'Editor' })?.id as string }
}

const last = ({ steps }: TokenExamination): TokenStep => steps.at(-1) as TokenStep
const states = ({ steps }: TokenExamination): string => steps.map(({ name, state }) => `${name} ${state}`).join(', ')
const verified = 'form ok, issuer ok, kind of token ok, audience ok, keys ok, signature ok, claims ok, times ok, identity ok'

for (const dialect of dialects) {
  t.test(`${dialect}: the examination of an accepted token names its user, in every state of its identity`, async t => {
    const { issuer, examine, bind, editor, app } = await open(t, dialect)
    const jane = await bind('jane', ['Editor'])
    const found = await examine(await issuer.idToken({ subject: 'jane' }))
    t.equal(states(found), `${verified}, user ok`)
    t.match(found, { accepted: true, principal: { kind: 'user', userId: jane.id, email: 'jane@example.com', roles: [editor] } })
    t.match(await examine(await issuer.idToken({ subject: 'other', email: 'jane@example.com' })), { accepted: true, principal: { userId: jane.id, roles: [editor] } }, 'that the next request binds')
    const unproven = await examine(await issuer.idToken({ subject: 'other', email: 'jane@example.com', emailVerified: false }))
    t.match({ ...unproven, last: last(unproven) }, { accepted: false, principal: null, last: { state: 'problem', detail: /does not say that the email is verified \(identity_not_linked\)/, remedy: /^Confirm the email.*userIdentityLink/ } })
    await app.usersStore.bindIdentity(jane.id, { issuer: issuer.issuer, subject: 'removed' }, 'jane@example.com')
    await app.usersStore.removeIdentity(jane.id, { issuer: issuer.issuer, subject: 'removed' })
    const removed = await examine(await issuer.idToken({ subject: 'removed', email: 'jane@example.com' }))
    t.match({ ...removed, last: last(removed) }, { accepted: false, principal: null, last: { state: 'problem', detail: /it was removed from that user \(identity_not_linked\)/, remedy: /userIdentityLink.*administrator restore it/ } })
    const unvouched = await app.usersStore.create({ email: 'boss@example.com' }, { identity: { issuer: issuer.issuer, subject: 'mallory' } })
    const notTheirs = await examine(await issuer.idToken({ subject: 'boss', email: 'boss@example.com' }))
    t.match({ ...notTheirs, last: last(notTheirs) }, { accepted: false, principal: null, last: { state: 'problem', remedy: /userIdentityLink.*remove their linked accounts.*delete the user/ } })
    t.equal(last(notTheirs).detail, `the user ${unvouched.id} has this email, but the identity is not linked to it: none of its identities was last seen with this email, verified, so the user may be somebody else (identity_not_linked)`)
    const differing = await examine(await issuer.idToken({ subject: 'jane', email: 'new@example.com' }))
    t.match({ ...differing, last: last(differing) }, { accepted: false, principal: { userId: jane.id }, last: { state: 'problem', detail: /email_mismatch/, remedy: /onEmailChange/ } })
    const unknown = await examine(await issuer.idToken({ subject: 'nobody' }))
    t.match({ ...unknown, last: last(unknown) }, { accepted: false, principal: null, last: { detail: 'nobody has signed up with it', remedy: /userSignUpWithToken/ } })

    const { token, secret } = await app.apiTokens.create({ name: 'Nightly', roles: [editor] })
    t.match(await examine(secret), { accepted: true, principal: { kind: 'apiToken', tokenId: token.id, roles: [editor] }, steps: [{ name: 'API token', state: 'ok', detail: /^Nightly/ }] })
    await app.apiTokens.revoke(token.id)
    t.match(await examine(secret), { accepted: false, principal: null, steps: [{ name: 'API token', state: 'problem', detail: 'Token invalid (revoked)', remedy: /apiTokenCreate/ }] })
  })

  t.test(`${dialect}: a user whose email follows the token is updated, unless another user has that email`, async t => {
    const { issuer, examine, bind } = await open(t, dialect, { onEmailChange: 'update' })
    const jane = await bind('jane', [])
    await bind('taken', [])
    const follows = await examine(await issuer.idToken({ subject: 'jane', email: 'new@example.com' }))
    t.match({ ...follows, last: last(follows) }, { accepted: true, principal: { userId: jane.id }, last: { state: 'note', detail: /the next request updates the user/ } })
    const collides = await examine(await issuer.idToken({ subject: 'jane', email: 'taken@example.com' }))
    t.match({ ...collides, last: last(collides) }, { accepted: false, last: { state: 'problem', detail: /another user has that email \(email_mismatch\)/ } })
  })
}

t.test('a refused token is reported with the step, the reason and the remedy, and mentions only permitted profiles', async t => {
  const { issuer, examine, app } = await open(t, 'sqlite')
  const { clientId } = app.authProfiles.list()[0] as { clientId: string }
  const refused: [string, string, RegExp][] = [
    ['', 'form', /malformed/],
    ['no.token', 'form', /malformed/],
    [await issuer.idToken({ claims: { iss: 'https://other.example.com' } }), 'issuer', /no profile has the issuer "https:\/\/other\.example\.com".* \(unknown_issuer\)/],
    [await issuer.accessToken({ subject: 'jane' }), 'kind of token', /wrong_token_use/],
    [await issuer.idToken({ claims: { aud: 'mobile' } }), 'audience', /it has aud "mobile".* \(audience_mismatch\)/],
    [await issuer.idToken({ header: { kid: 'gone' } }), 'keys', /key_not_found/],
    [await issuer.forgedToken(), 'signature', /bad_signature/],
    [await issuer.idToken({ claims: { email: undefined } }), 'claims', /missing_claim/],
    [await issuer.idToken({ expiresIn: -60 }), 'times', /expired/]
  ]
  for (const [token, name, detail] of refused) {
    for (const options of [{}, { tellingOf: [] }]) {
      const examination = await examine(token, options)
      t.match(examination, { accepted: false, principal: null })
      t.match(examination.steps.filter(({ state }) => state === 'problem'), [{ name, detail, remedy: String }], name)
    }
    t.notOk(JSON.stringify(await examine(token, { tellingOf: [] })).includes(`takes ${clientId}`), 'no audience')
  }
  t.match(last(await examine(`lk_${'x'.repeat(43)}`)), { state: 'problem', detail: 'Token invalid (unknown)' })

  const foreign = await issuer.idToken({ claims: { iss: 'https://other.example.com' } })
  t.ok(JSON.stringify(await examine(foreign)).includes(issuer.issuer))
  t.notOk(JSON.stringify(await examine(foreign, { tellingOf: [] })).includes(issuer.issuer), 'no issuer')
})

t.test('an unreachable issuer is reported with the cause, if its profile may be mentioned', async t => {
  const { issuer, examine } = await open(t, 'sqlite')
  const jane = await issuer.idToken({ subject: 'jane' })
  await issuer.behave('down')
  const { steps } = await examine(jane)
  t.match(steps.find(({ name }) => name === 'keys'), { state: 'problem', detail: /could not be fetched: .*issuer_unreachable/ })
  t.match((await examine(jane, { tellingOf: [] })).steps.find(({ name }) => name === 'keys'), { detail: /could not be fetched \(issuer_unreachable\)/ }, 'no cause, which may name machines')
})
