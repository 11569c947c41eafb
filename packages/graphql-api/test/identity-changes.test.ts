import { dialects, type Dialect } from '@latchkey/test-databases'
import { startTestIssuer, type TokenOptions } from '@latchkey/test-issuer'
import t, { type Test } from 'tap'
import { openAdministration } from './helpers/administration.js'
import { error } from './helpers/api.js'

const removal = 'mutation ($data: UserIdentityDeleteInput!, $filter: UserKeyFilter) { userIdentityDelete(data: $data, filter: $filter) { success } }'
const restoration = 'mutation ($data: UserIdentityRestoreInput!, $filter: UserKeyFilter!) { userIdentityRestore(data: $data, filter: $filter) { success } }'
const linking = 'mutation ($idToken: String!) { userIdentityLink(data: { idToken: $idToken }) { id identities { issuer subject } } }'
const me = '{ user { id } }'
const done = { data: { userIdentityDelete: { success: true } }, errors: undefined }
const denied = (resource = 'Users') => [error('NotAuthorizedError', { message: 'Not Authorized', details: { resource, action: 'update' } })]
const notLinked = [error('NotAuthorizedError', { extensions: { reason: 'identity_not_linked' } })]
const lastOne = [error('ValidationError', { message: 'The request is invalid.', details: { subject: /last account .* Link another one first/ } })]
const tooOld = [error('ValidationError', { message: 'The request is invalid.', details: { signIn: /older than 15 minutes\. Sign in again/ }, extensions: { reason: 'sign_in_too_old' } })]
const noIdentity = [error('EntityNotFoundError', { message: 'Identity not found' })]
const noUser = [error('EntityNotFoundError', { message: 'User not found' })]
const updating = (update: object) => ({ data: { Users: { update: { allow: true, ...update } } } })

/** An API with two providers: most people have an account at the first one. */
async function open (t: Test, dialect: Dialect) {
  const second = await startTestIssuer()
  t.teardown(() => second.close())
  const api = await openAdministration(t, dialect, { profiles: [{}, { id: 'second', name: 'Second', issuer: second.issuer, clientId: second.clientId, linkByEmail: 'never' }] })
  const { app, ask, issuer } = api
  const at = { first: issuer.issuer, second: second.issuer }
  return {
    ...api,
    second,
    at,
    /** A token of an account at the second provider. */
    secondToken: async (subject: string, options: TokenOptions = {}) => await second.idToken({ subject, email: `${subject}@example.com`, ...options }),
    /** Somebody with accounts at both. */
    userOfBoth: async (subject: string, options = {}) => {
      const made = await api.user(subject, options)
      await app.usersStore.bindIdentity(made.user.id, { issuer: second.issuer, subject, emailVerified: true }, made.user.email)
      return { ...made, secondToken: await second.idToken({ subject, email: made.user.email }) }
    },
    remove: async (token: string | undefined, issuer: string, subject: string, filter?: object | null) => await ask(removal, { token, variables: { data: { issuer, subject }, filter } }),
    restore: async (token: string | undefined, issuer: string, subject: string, filter: object) => await ask(restoration, { token, variables: { data: { issuer, subject }, filter } }),
    link: async (token: string | undefined, idToken: string) => await ask(linking, { token, variables: { idToken } }),
    issuersOf: async (userId: string) => (await app.usersStore.identitiesOf(userId)).map(({ issuer }) => issuer === at.first ? 'first' : issuer === at.second ? 'second' : issuer).sort(),
    events: async (recordId: string) => await app.auditLog.read((await app.db.selectFrom('latchkey_audit_events').select('id').where('record_id', '=', recordId).execute()).map(({ id }) => id))
  }
}

for (const dialect of dialects) {
  t.test(dialect, async t => {
    t.test('users remove their own accounts, whose tokens are then refused', async t => {
      const { ask, userOfBoth, remove, at, issuersOf, events, app } = await open(t, dialect)
      const jane = await userOfBoth('jane')
      t.match(await ask(me, { token: jane.secondToken }), { data: { user: { id: jane.user.id } } })
      t.match(await remove(jane.token, at.second, 'jane'), done)
      t.match((await ask(me, { token: jane.secondToken })).errors, notLinked, 'at once')
      t.match(await ask('{ user { identities { issuer } removedIdentities { issuer subject profileName } } }', { token: jane.token }), { data: { user: { identities: [{ issuer: at.first }], removedIdentities: [{ issuer: at.second, subject: 'jane', profileName: 'Second' }] } } })
      const [event, ...more] = await events(jane.user.id)
      t.match(event, { actorKind: 'user', actorId: jane.user.id, action: 'update', table: 'Users' })
      t.strictSame([event?.before, event?.after, more], [{ identities: [{ issuer: at.first, subject: 'jane' }, { issuer: at.second, subject: 'jane' }] }, { identities: [{ issuer: at.first, subject: 'jane' }] }, []])

      for (const filter of [undefined, null, { id: jane.user.id }, { email: ' JANE@Example.com' }, { id: jane.user.id, email: 'jane@example.com' }]) {
        await app.usersStore.restoreIdentity(jane.user.id, { issuer: at.second, subject: 'jane' })
        t.match(await remove(jane.token, at.second, 'jane', filter), done, `by ${JSON.stringify(filter)}`)
      }
      t.strictSame(await issuersOf(jane.user.id), ['first'])
    })

    t.test('linking or removing an own account needs a recent sign-in; a refreshed token is not enough', async t => {
      const { user, userOfBoth, remove, link, at, issuer, secondToken, issuersOf } = await open(t, dialect)
      const jane = await userOfBoth('jane')
      const ben = await user('ben')
      const administrator = await user('root', { roles: ['Administrator'] })
      const now = Math.floor(Date.now() / 1000)
      const of = async (subject: string, claims: object) => await issuer.idToken({ subject, email: `${subject}@example.com`, claims: { ...claims } })
      for (const claims of [{ iat: now - 901 }, { auth_time: now - 901 }, { iat: undefined }, { auth_time: 'lately' }]) {
        t.match((await remove(await of('jane', claims), at.second, 'jane')).errors, tooOld, JSON.stringify(claims))
        t.match((await link(await of('ben', claims), await secondToken('ben'))).errors, tooOld, JSON.stringify(claims))
      }
      t.match(await remove(await of('root', { auth_time: now - 901 }), at.second, 'jane', { id: jane.user.id }), done, 'of others they do what they may at any time')
      t.match(await link(await of('ben', { iat: now - 901, auth_time: now - 890 }), await secondToken('ben')), { errors: undefined })
      t.match(await remove(await of('ben', { iat: now - 890 }), at.second, 'ben'), done)
      t.strictSame([await issuersOf(jane.user.id), await issuersOf(ben.user.id), administrator.user.email], [['first'], ['first'], 'root@example.com'])
    })

    t.test('users can remove the account with which they signed in, but not the last one', async t => {
      const { ask, user, userOfBoth, remove, at, issuersOf, app, issuer } = await open(t, dialect)
      const jane = await userOfBoth('jane', { roles: ['Administrator'] })
      t.match(await remove(jane.token, at.first, 'jane'), done)
      t.match((await ask(me, { token: jane.token })).errors, notLinked)
      t.match((await remove(jane.secondToken, at.second, 'jane')).errors, lastOne, 'not even an administrator')
      t.match((await remove(jane.secondToken, at.second, 'jane', { id: jane.user.id })).errors, lastOne)
      t.match(await ask(me, { token: jane.secondToken }), { data: { user: { id: jane.user.id } } })

      const ben = await user('ben')
      await app.usersStore.bindIdentity(ben.user.id, { issuer: 'https://gone.example.com', subject: 'ben' }, 'ben@example.com')
      await app.usersStore.bindIdentity(ben.user.id, { issuer: issuer.issuer, subject: 'ben too' }, 'ben@old.example.com')
      t.match((await remove(ben.token, at.first, 'ben')).errors, lastOne, 'where no profile accepts the others, or their email is another one')
      t.match(await remove(ben.token, 'https://gone.example.com', 'ben'), done)
      t.match(await remove(ben.token, at.first, 'ben too'), done)
      t.strictSame(await issuersOf(ben.user.id), ['first'])
    })

    t.test('if two accounts remove each other at once, one is left', async t => {
      const { userOfBoth, remove, at, issuersOf } = await open(t, dialect)
      for (let round = 0; round < 5; round++) {
        const name = `round-${round}`
        const { user, token, secondToken } = await userOfBoth(name)
        await Promise.all([remove(token, at.second, name), remove(secondToken, at.first, name), remove(token, at.first, name), remove(secondToken, at.second, name)])
        t.equal((await issuersOf(user.id)).length, 1)
      }
    })

    t.test('a removed account can no longer remove or link others', async t => {
      const { ask, userOfBoth, at, issuersOf, app, secondToken } = await open(t, dialect)
      const jane = await userOfBoth('jane')
      await app.usersStore.bindIdentity(jane.user.id, { issuer: at.second, subject: 'jane too' }, 'jane@example.com')
      const both = `mutation { a: userIdentityDelete(data: { issuer: "${at.first}", subject: "jane" }) { success } b: userIdentityDelete(data: { issuer: "${at.second}", subject: "jane" }) { success } }`
      t.match(await ask(both, { token: jane.token }), { errors: [error('NotAuthorizedError', { path: ['b'] })] })
      t.strictSame(await issuersOf(jane.user.id), ['second', 'second'])
      const linking = `mutation ($idToken: String!) { a: userIdentityDelete(data: { issuer: "${at.second}", subject: "jane" }) { success } b: userIdentityLink(data: { idToken: $idToken }) { id } }`
      t.match(await ask(linking, { token: jane.secondToken, variables: { idToken: await secondToken('another', { email: 'jane@example.com' }) } }), { errors: [error('NotAuthorizedError', { path: ['b'], extensions: { reason: 'identity_not_linked' } })] })
      t.strictSame(await issuersOf(jane.user.id), ['second'])
    })

    t.test('an account that is not the user\'s is not found, even if somebody else has it', async t => {
      const { userOfBoth, user, remove, at, issuersOf } = await open(t, dialect)
      const jane = await userOfBoth('jane')
      const ben = await user('ben')
      const root = await user('root', { roles: ['Administrator'] })
      for (const [issuer, subject] of [[at.first, 'ben'], [at.first, 'nobody'], [`${at.first}/`, 'jane'], [at.first, 'JANE']] as const) {
        t.match((await remove(jane.token, issuer, subject)).errors, noIdentity, `${issuer} ${subject}`)
        t.match((await remove(root.token, issuer, subject, { id: jane.user.id })).errors, noIdentity)
      }
      for (const subject of ['', 'a\ud800', 'x'.repeat(2000)]) t.match((await remove(jane.token, at.first, subject)).errors, [error('ValidationError')])
      t.match((await remove(root.token, at.first, 'jane', {})).errors, [error('ValidationError', { details: { filter: 'must have id or email' } })])
      for (const filter of [{ id: 'nobody' }, { email: 'nobody@example.com' }, { id: jane.user.id, email: 'ben@example.com' }]) t.match((await remove(root.token, at.first, 'jane', filter)).errors, noUser)
      t.strictSame([await issuersOf(jane.user.id), await issuersOf(ben.user.id)], [['first', 'second'], ['first']])
    })

    t.test('removing accounts of others needs permission to update the field, and all roles of the user', async t => {
      const { ask, user, userOfBoth, role, remove, at, issuersOf, events, app, issuer } = await open(t, dialect)
      await role('Identities', updating({ fields: { identities: true } }))
      await role('Names', updating({ fields: { firstName: true } }))
      await role('Active', updating({ filter: { status: { equals: 'active' } } }))
      await role('Reader', { data: { Users: { read: { allow: true }, create: { allow: true }, delete: { allow: true } } } })
      const plain = await userOfBoth('plain')
      const other = await userOfBoth('other', { user: { status: 'inactive' } })
      const boss = await userOfBoth('boss', { roles: ['Administrator'] })
      const editor = await userOfBoth('editor', { roles: ['Names'] })
      let made = 0
      const tokenWith = async (name: string) => (await app.apiTokens.create({ name: `${name} ${++made}`, roles: [app.rolePermissions.find({ name })?.id as string] })).secret
      const target = (who: typeof plain) => [at.second, who.user.email.split('@')[0] as string, { id: who.user.id }] as const

      for (const [who, token] of [
        ['a guest', undefined],
        ['a user without roles', (await user('without')).token],
        ['a user who may update other fields', (await user('names', { roles: ['Names'] })).token],
        ['a user who may do all else', (await user('reader', { roles: ['Reader'] })).token],
        ['an API token without that', await tokenWith('Names')]
      ] as const) {
        t.match((await remove(token, ...target(plain))).errors, denied(), who)
        t.match((await remove(token, at.second, 'plain', { email: 'nobody@example.com' })).errors, denied(), `${who}: whether there is somebody does not show`)
      }
      t.match((await remove(undefined, at.second, 'plain')).errors, denied(), 'a guest has none')
      const identities = await user('identities', { roles: ['Identities'] })
      const active = await user('active', { roles: ['Active'] })
      for (const token of [identities.token, await tokenWith('Identities')]) {
        t.match((await remove(token, ...target(boss))).errors, denied('Roles'), 'not of who has more')
        t.match((await remove(token, ...target(editor))).errors, denied('Roles'), 'nor of who has something else')
      }
      t.match((await remove(await tokenWith('Identities'), at.second, 'plain')).errors, noUser, 'an API token has none of its own')
      t.match((await remove(active.token, ...target(other))).errors, noUser, 'out of reach is as if it were not there')
      for (const who of [plain, other, boss, editor]) t.strictSame(await issuersOf(who.user.id), ['first', 'second'])

      t.match(await remove(active.token, ...target(plain)), done)
      t.match(await remove(await tokenWith('Active'), at.first, 'plain', { email: 'Plain@Example.com' }), done, 'also the last one')
      for (const token of [plain.token, plain.secondToken]) t.match((await ask(me, { token })).errors, notLinked)
      const noted = await events(plain.user.id)
      t.strictSame(noted.map(({ actorKind, action, before, after }) => [actorKind, action, (before?.identities as unknown[]).length, (after?.identities as unknown[]).length]).sort(), [['apiToken', 'update', 1, 0], ['user', 'update', 2, 1]])
      t.match(await remove(identities.token, ...target(other)), done)

      const root = await user('root', { roles: ['Administrator'] })
      t.match(await remove(root.token, ...target(boss)), done)
      t.match(await remove(root.token, at.first, 'boss', { id: boss.user.id }), done, 'an administrator removes the last one of another')
      t.match(await ask(me, { token: await issuer.idToken({ subject: 'boss anew', email: 'boss@example.com' }) }), { data: { user: { id: boss.user.id } } }, 'the record waits for the owner of its email')
    })

    t.test('restoring accounts of others needs full access', async t => {
      const { ask, user, userOfBoth, role, remove, restore, at, issuersOf, events, app } = await open(t, dialect)
      await role('Manager', updating({}))
      const jane = await userOfBoth('jane')
      const [manager, root] = [await user('manager', { roles: ['Manager'] }), await user('root', { roles: ['Administrator'] })]
      const its = [at.second, 'jane', { id: jane.user.id }] as const
      t.match((await restore(root.token, ...its)).errors, noIdentity, 'what was not removed is not restored')
      t.match(await remove(root.token, ...its), done)
      for (const token of [undefined, jane.token, manager.token]) t.match((await restore(token, ...its)).errors, denied())
      t.match(await ask('query ($id: ID!) { user(id: $id) { removedIdentities { subject } } }', { token: root.token, variables: { id: jane.user.id } }), { data: { user: { removedIdentities: [{ subject: 'jane' }] } } })
      t.match(await restore(root.token, ...its), { data: { userIdentityRestore: { success: true } }, errors: undefined })
      t.match(await ask(me, { token: jane.secondToken }), { data: { user: { id: jane.user.id } } })
      t.strictSame((await events(jane.user.id)).map(({ after }) => (after?.identities as unknown[]).length).sort(), [1, 2])

      await app.usersStore.removeIdentity(jane.user.id, { issuer: at.second, subject: 'jane' })
      await app.usersStore.create({ email: 'elsewhere@example.com' }, { identity: { issuer: at.second, subject: 'jane' } })
      t.match((await restore(root.token, ...its)).errors, [error('EntityExistsError')], 'nor what is somebody else\'s by now')
      await app.usersStore.bindIdentity(root.user.id, { issuer: at.second, subject: 'root' }, root.user.email)
      t.match(await remove(root.token, at.second, 'root'), done)
      t.match((await restore(root.token, at.second, 'root', { id: root.user.id })).errors, [error('ValidationError', { details: { filter: /userIdentityLink/ } })], 'one\'s own is linked')
      t.strictSame(await issuersOf(root.user.id), ['first'])
    })

    t.test('removed accounts are readable by anyone who may read accounts', async t => {
      const { ask, user, userOfBoth, role, remove, at } = await open(t, dialect)
      await role('Reader', { data: { Users: { read: { allow: true } } } })
      await role('Emails', { data: { Users: { read: { allow: true, fields: { id: true, email: true } } } } })
      const jane = await userOfBoth('jane')
      await remove(jane.token, at.second, 'jane')
      const asked = async (roles: string[]) => (await ask('query ($id: ID!) { user(id: $id) { removedIdentities { subject } } }', { token: (await user(roles.join(), { roles })).token, variables: { id: jane.user.id } })).data
      t.match(await asked(['Reader']), { user: { removedIdentities: [{ subject: 'jane' }] } })
      t.match(await asked(['Emails']), { user: { removedIdentities: null } })
    })

    t.test('a user with tokens of two accounts links the second one', async t => {
      const { ask, user, link, at, secondToken, issuersOf, events, app, logs } = await open(t, dialect)
      const jane = await user('jane')
      const idToken = await secondToken('jane', { emailVerified: false })
      t.match((await ask(me, { token: idToken })).errors, notLinked)
      const answer = { data: { userIdentityLink: { id: jane.user.id, identities: [{ issuer: at.first, subject: 'jane' }, { issuer: at.second, subject: 'jane' }] } }, errors: undefined }
      t.match(await link(jane.token, idToken), answer)
      t.match(await ask(me, { token: idToken }), { data: { user: { id: jane.user.id } } })
      t.match(await link(jane.token, idToken), answer, 'again, it changes nothing')
      t.match(await link(idToken, jane.token), answer, 'nor from the other one')
      const [event, ...more] = await events(jane.user.id)
      t.match(event, { actorKind: 'user', actorId: jane.user.id, action: 'update', before: { identities: Array }, after: { identities: Array } })
      t.strictSame(more, [], 'it is in the audit log, once')

      await app.usersStore.removeIdentity(jane.user.id, { issuer: at.second, subject: 'jane' })
      t.match(await link(jane.token, idToken), answer, 'also one that was removed')
      t.strictSame(await issuersOf(jane.user.id), ['first', 'second'])
      t.notOk(JSON.stringify([logs, event]).includes(idToken), 'the token is nowhere')
    })

    t.test('an account is not linked if its token is refused, its email differs, or it is somebody else\'s', async t => {
      const { ask, user, link, second, secondToken, issuer, issuersOf, app, logs, at } = await open(t, dialect)
      const jane = await user('jane')
      const account = { subject: 'jane', email: 'jane@example.com' }
      const refused = (reason: string, why: RegExp) => [error('ValidationError', { message: 'The request is invalid.', details: { idToken: why }, extensions: { reason } })]
      const tokens: [string, string, string][] = [
        ['expired', await second.idToken({ ...account, expiresIn: -3600 }), 'expired'],
        ['forged', await second.forgedToken(account), 'bad_signature'],
        ['that is an access token', await second.accessToken(account), 'wrong_token_use'],
        ['for another client', await second.idToken({ ...account, claims: { aud: 'other' } }), 'audience_mismatch'],
        ['that is none', 'x', 'malformed'],
        ['that is an API token', (await app.apiTokens.create({ name: 'x', roles: [] })).secret, 'malformed']
      ]
      for (const [what, idToken, reason] of tokens) {
        t.match(await link(jane.token, idToken), { data: null, errors: refused(reason, reason === 'expired' ? /has expired: sign in to that account again/ : /sign in to that account with a profile of this app/) }, `a token ${what}`)
        t.notOk(JSON.stringify(logs).includes(idToken) && idToken.length > 1)
      }
      t.match(await link(jane.token, await secondToken('jane', { email: 'jane@other.example' })), { errors: [error('NotAuthorizedError', { details: { email: /so that they match/ }, extensions: { reason: 'email_mismatch' } })] })
      const ben = await user('ben')
      for (const idToken of [ben.token, await issuer.idToken({ subject: 'ben', email: 'jane@example.com' })]) {
        const answer = await link(jane.token, idToken)
        t.match(answer.errors, [error('EntityExistsError', { message: /Remove it there first/ })])
        t.notMatch(JSON.stringify(answer), new RegExp(`ben|${ben.user.id}`), 'whose it is is not told')
      }
      t.strictSame([await issuersOf(jane.user.id), await issuersOf(ben.user.id)], [['first'], ['first']])
      t.equal((await app.usersStore.isRemoved(jane.user.id, { issuer: at.first, subject: 'ben' })), false)
      t.match(await ask(me, { token: jane.token }), { errors: undefined }, 'the own session goes on')
    })

    t.test('if the provider of the second account does not answer, the error says to retry', async t => {
      const { user, link, second, secondToken, issuersOf } = await open(t, dialect)
      const jane = await user('jane')
      await second.behave('down')
      t.match((await link(jane.token, await secondToken('jane'))).errors, [error('ValidationError', { details: { idToken: /try again later/ }, extensions: { reason: 'issuer_unreachable' } })])
      t.strictSame(await issuersOf(jane.user.id), ['first'])
    })

    t.test('linking needs a signed-in user, and works once per request', async t => {
      const { ask, user, link, secondToken, token, app, issuer, issuersOf } = await open(t, dialect)
      const jane = await user('jane')
      const idToken = await secondToken('jane')
      t.match((await link(undefined, idToken)).errors, denied(), 'a guest')
      t.match((await link((await app.apiTokens.create({ name: 'x', roles: [app.rolePermissions.administrator().id] })).secret, idToken)).errors, denied(), 'an API token')
      t.match((await link(await token({ subject: 'new', email: 'new@example.com' }), idToken)).errors, noUser)
      t.match((await link(await issuer.idToken({ subject: 'other', email: 'jane@example.com', emailVerified: false }), idToken)).errors, notLinked)
      t.match((await link(await issuer.forgedToken({ subject: 'jane' }), idToken)).errors, [error('InvalidTokenError')])
      t.strictSame(await issuersOf(jane.user.id), ['first'])
      const twice = 'mutation ($own: String!, $idToken: String!) { a: userIdentityLink(data: { idToken: $own }) { id } b: userIdentityLink(data: { idToken: $idToken }) { id } }'
      t.match((await ask(twice, { token: jane.token, variables: { own: jane.token, idToken } })).errors, [error('ValidationError', { path: ['b'], details: { userIdentityLink: /once per request/ } })])
      t.strictSame(await issuersOf(jane.user.id), ['first'])
      const byGet = await app.inject({ url: `/graphql?${new URLSearchParams({ query: `mutation { userIdentityLink(data: { idToken: "${idToken}" }) { id } }` })}`, headers: { authorization: `Bearer ${jane.token}` } })
      t.equal(byGet.statusCode, 405)
    })

    t.test('if two users link one account at once, one gets it', async t => {
      const { user, link, second, at, app } = await open(t, dialect)
      const people = [await user('ada'), await user('ben')]
      // Emails of one account differ only where its provider lets it change in between.
      const answers = await Promise.all(people.map(async ({ token, user: { email } }) => await link(token, await second.idToken({ subject: 'one', email }))))
      t.strictSame(answers.map(({ errors }) => errors?.[0]?.code ?? 'linked').sort(), ['EntityExistsError', 'linked'])
      t.equal((await app.db.selectFrom('latchkey_user_identities').selectAll().where('issuer', '=', at.second).execute()).length, 1)
    })
  })
}
