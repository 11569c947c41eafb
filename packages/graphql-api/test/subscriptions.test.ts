import activityLog from '@latchkey/activity-log'
import apiTokens from '@latchkey/api-tokens'
import { databaseUrl } from '@latchkey/test-databases'
import { startTestIssuer } from '@latchkey/test-issuer'
import type { User } from '@latchkey/users-store'
import type { FastifyInstance } from 'fastify'
import { createClient, type Client } from 'graphql-ws'
import mercurius, { type MercuriusContext } from 'mercurius'
import { once } from 'node:events'
import t, { type Test } from 'tap'
import { WebSocket } from 'ws'
import { allowDirective, mercuriusOptions, subscriptionOptions } from '../dist/index.js'
import { createIssuerOnlyProvider, openApi, type ApiOptions, type TestApi } from './helpers/api.js'
import { recentActivity } from './helpers/recent-activity.js'

const schema = `
  ${allowDirective}
  type Note { text: String }
  type Query { notes: [String] @allow(table: "Notes", action: read) report: String @allow(function: "report") }
  type Mutation { addNote(text: String!): String @allow(table: "Notes", action: create) }
  type Subscription { noteAdded: Note @allow(table: "Notes", action: read) clock: Note mine: Note }`

/** An app with notes of its own, which subscriptions tell of. */
async function withNotes (app: FastifyInstance): Promise<void> {
  await app.register(apiTokens)
  await app.register(activityLog)
  app.rolePermissions.declareTable({ name: 'Notes', table: 'notes', fields: { id: { column: 'id', type: 'id' } } })
  app.rolePermissions.declareFunction('report')
  const subscribe = async (_source: unknown, _arguments: unknown, { pubsub }: MercuriusContext) => await pubsub.subscribe('note')
  await app.register(mercurius, {
    schema,
    resolvers: {
      Query: { notes: () => ['one'], report: () => 'done' },
      Mutation: {
        addNote: async (_source, { text }: { text: string }, { pubsub }) => {
          await pubsub.publish({ topic: 'note', payload: { noteAdded: { text }, clock: { text } } })
          return text
        }
      },
      Subscription: {
        noteAdded: { subscribe },
        clock: { subscribe },
        mine: {
          subscribe: async (_source: unknown, _arguments: unknown, context: MercuriusContext) => {
            await app.graphqlApi.authorize(context, 'read', { table: 'Notes' })
            return await context.pubsub.subscribe('note')
          }
        }
      }
    },
    ...mercuriusOptions(),
    subscription: subscriptionOptions(app)
  })
}

async function open (t: Test, options: ApiOptions = {}) {
  const clients: Client[] = []
  const api = await openApi(t, 'sqlite', { before: withNotes, ...options })
  await api.role('Reader', { data: { Notes: { read: { allow: true } } } })
  await api.role('Writer', { data: { Notes: { read: { allow: true }, create: { allow: true } } }, custom: { functions: { report: { allow: true } } } })
  const address = await api.app.listen({ port: 0 })
  const closed: { code: number, reason: string }[] = []
  const connect = (connectionParams: Record<string, unknown> = {}): Client => {
    const client = createClient({
      url: `${address.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams,
      retryAttempts: 0,
      on: { closed: event => { closed.push(event as { code: number, reason: string }) } }
    })
    clients.push(client)
    return client
  }
  const close = async () => { for (const client of clients) await client.dispose() }
  return { api, connect, closed, close }
}

/** Subscribes, and gives what arrives, as soon as as much has. */
function listen (client: Client, query: string): { events: unknown[], next: (count: number) => Promise<unknown[]>, ended: Promise<unknown> } {
  const events: unknown[] = []
  const arrivals = new EventTarget()
  const ended = new Promise(resolve => {
    client.subscribe({ query }, {
      next: event => { events.push(event); arrivals.dispatchEvent(new Event('event')) },
      error: resolve,
      complete: () => { resolve('complete') }
    })
  })
  return {
    events,
    ended,
    next: async count => {
      while (events.length < count) await once(arrivals, 'event', { signal: AbortSignal.timeout(60_000) })
      return events
    }
  }
}

const added = 'subscription { noteAdded { text } }'
const add = (text: string) => `mutation { addNote(text: "${text}") }`
/** Publishes until each of the subscriptions has got something: what is published before they listen, they do not get. */
async function publishUntilHeard (publish: () => Promise<unknown>, subscriptions: { next: (count: number) => Promise<unknown[]> }[]): Promise<unknown[]> {
  const publishing = setInterval(() => { publish().catch(() => {}) }, 50)
  try {
    return await Promise.all(subscriptions.map(async ({ next }) => (await next(1))[0]))
  } finally {
    clearInterval(publishing)
  }
}

t.test('a subscription acts as the owner of the token in connection_init', async t => {
  const { api, connect, close } = await open(t)
  const reader = await api.user('reader', { roles: ['Reader'] })
  const writer = await api.user('writer', { roles: ['Writer'] })
  const apiToken = await api.app.apiTokens.create({ name: 'reader', roles: [api.app.rolePermissions.find({ name: 'Reader' })?.id as string] })
  const listening = [
    connect({ authorization: `Bearer ${reader.token}` }),
    connect({ headers: { Authorization: `bearer ${reader.token}` } }),
    connect({ token: reader.token }),
    connect({ authorization: `Bearer ${apiToken.secret}` })
  ].map(client => listen(client, added))
  const heard = await publishUntilHeard(async () => await api.ask(add('one'), { token: writer.token }), listening)
  t.strictSame(heard, listening.map(() => ({ data: { noteAdded: { text: 'one' } } })))
  await close()
})

t.test('without permission, a subscription is refused with the code and the missing permission', async t => {
  const { api, connect, close } = await open(t)
  const nobody = await api.user('nobody')
  const refusal = [{ message: 'Not Authorized', extensions: { code: 'NotAuthorizedError', details: { resource: 'Notes', action: 'read' } } }]
  t.match(await listen(connect(), added).ended, refusal, 'a guest')
  t.match(await listen(connect({ authorization: `Bearer ${nobody.token}` }), added).ended, refusal, 'a user without the role')
  const guest = listen(connect(), 'subscription { clock { text } }')
  const heard = await publishUntilHeard(async () => { await api.app.graphql.pubsub.publish({ topic: 'note', payload: { clock: { text: 'now' } } }) }, [guest])
  t.strictSame(heard, [{ data: { clock: { text: 'now' } } }], 'what nobody guards is for guests too')
  await close()
})

t.test('a connection with an invalid token is refused, not treated as a guest', async t => {
  const { api, connect, closed, close } = await open(t)
  const bad = [await api.token({ expiresIn: -120 }), 'nonsense', 'lk_nonsense']
  for (const token of bad) {
    const ended = await listen(connect({ authorization: `Bearer ${token}` }), 'subscription { clock { text } }').ended
    t.not(ended, 'complete')
  }
  t.not(await listen(connect({ authorization: 'Basic abc' }), 'subscription { clock { text } }').ended, 'complete')
  while (closed.length < 4) await new Promise(resolve => setTimeout(resolve, 10))
  t.equal(closed.length, 4)
  t.notMatch(JSON.stringify(api.logs), bad[0] as string, 'and no log has the token')
  await close()
})

t.test('the connection ends when the token expires', async t => {
  const { api, connect, closed, close } = await open(t)
  await api.user('reader', { roles: ['Reader'] })
  const token = await api.token({ subject: 'reader', email: 'reader@example.com', expiresIn: 2 })
  const { ended, events } = listen(connect({ authorization: `Bearer ${token}` }), added)
  await ended
  t.match(closed, [{ code: 4401, reason: 'Token expired' }])
  t.strictSame(events, [])
  await close()
})

t.test('removing a role ends its subscriptions within a second', async t => {
  const { api, connect, close } = await open(t)
  const reader = await api.user('reader', { roles: ['Reader'] })
  const listening = listen(connect({ authorization: `Bearer ${reader.token}` }), added)
  const publish = async (text: string) => await api.app.graphql.pubsub.publish({ topic: 'note', payload: { noteAdded: { text } } })
  await publishUntilHeard(async () => { await publish('one') }, [listening])
  // After what is still on its way.
  await publish('last')
  for (let count = 1; !JSON.stringify(listening.events).includes('last'); count++) await listening.next(count)
  await api.app.rolePermissions.unassign(reader.user.id, [api.app.rolePermissions.find({ name: 'Reader' })?.id as string])
  await new Promise(resolve => setTimeout(resolve, 1100))
  const before = listening.events.length
  await publish('two')
  await publish('three')
  t.match((await listening.next(before + 1))[before], { data: { noteAdded: null }, errors: [{ code: 'NotAuthorizedError' }] })
  t.equal(await listening.ended, 'complete')
  t.equal(listening.events.length, before + 1, 'and it ends')
  await close()
})

/** How somebody loses access, and the error of the first event after that. */
const losses: [string, (loss: { api: TestApi, user: User }) => Promise<unknown>, object, boolean?][] = [
  ['the user is deleted', async ({ api, user }) => { await api.app.usersStore.delete(user.id) }, { code: 'EntityNotFoundError', message: 'User not found' }],
  ['the account is removed from the user', async ({ api, user }) => { await api.app.usersStore.removeIdentity(user.id, { issuer: api.issuer.issuer, subject: 'reader' }) }, { code: 'NotAuthorizedError', extensions: { reason: 'identity_not_linked' } }],
  ['the email of the user changes', async ({ api, user }) => { await api.app.usersStore.update(user.id, { email: 'other@example.com' }) }, { code: 'NotAuthorizedError', extensions: { reason: 'email_mismatch' } }],
  ['the API token is revoked', async ({ api }) => { await api.app.apiTokens.revoke((await api.app.apiTokens.find({ name: 'reader' }))?.id as string) }, { code: 'InvalidTokenError', extensions: { reason: 'revoked' } }, true]
]

for (const [what, lose, refusal, byApiToken = false] of losses) {
  t.test(`once ${what}, a subscription ends with the reason, even if the app checks only its beginning`, async t => {
    const { api, connect, close } = await open(t)
    const { user, token } = await api.user('reader', { roles: ['Reader'] })
    const { secret } = await api.app.apiTokens.create({ name: 'reader', roles: [api.app.rolePermissions.find({ name: 'Reader' })?.id as string] })
    const listening = listen(connect({ token: byApiToken ? secret : token }), 'subscription { mine { text } }')
    const publish = async () => await api.app.graphql.pubsub.publish({ topic: 'note', payload: { mine: { text: 'private' } } })
    t.match(await publishUntilHeard(publish, [listening]), [{ data: { mine: { text: 'private' } } }])
    await lose({ api, user })
    await new Promise(resolve => setTimeout(resolve, 1100))
    const before = listening.events.length
    for (let time = 0; time < 3; time++) await publish()
    t.equal(await listening.ended, 'complete')
    t.match(listening.events.slice(before), [{ data: { mine: null }, errors: [refusal] }], 'one event has the error')
    await close()
  })
}

t.test('connections follow the profiles that another instance creates and deletes, without any request over HTTP', async t => {
  const partner = await startTestIssuer()
  const apps: FastifyInstance[] = []
  const url = await databaseUrl({ teardown: remove => t.teardown(async () => { for (const app of apps) await app.close(); await partner.close(); await remove() }) }, 'postgres')
  const authProfiles = { providers: { test: createIssuerOnlyProvider, openid: createIssuerOnlyProvider } }
  const { api, connect, close } = await open(t, { url, authProfiles })
  const other = await openApi(t, 'postgres', { url, authProfiles })
  apps.push(api.app, other.app)
  const aSecond = async () => { await new Promise(resolve => setTimeout(resolve, 1100)) }
  const { id } = await other.app.authProfiles.create({ name: 'Partner', type: 'openid', options: { issuer: partner.issuer, clientId: partner.clientId } })
  await aSecond()
  const token = await partner.idToken({ subject: 'jane', email: 'jane@example.com' })
  const listening = listen(connect({ token }), 'subscription { clock { text } }')
  const publish = async () => await api.app.graphql.pubsub.publish({ topic: 'note', payload: { clock: { text: 'now' } } })
  await publishUntilHeard(publish, [listening])
  await other.app.authProfiles.delete(id)
  const publishing = setInterval(() => { publish().catch(() => {}) }, 50)
  t.equal(await listening.ended, 'complete')
  clearInterval(publishing)
  t.match(listening.events.at(-1), { data: { clock: null }, errors: [{ code: 'InvalidTokenError', extensions: { reason: 'unknown_issuer' } }] })
  t.not(await listen(connect({ token }), 'subscription { clock { text } }').ended, 'complete', 'nor can it connect again')
  await close()
})

t.test('a connection whose token has no user can subscribe to what is for guests', async t => {
  const { api, connect, close } = await open(t)
  const stranger = listen(connect({ token: await api.token({ subject: 'stranger', email: 'stranger@example.com' }) }), 'subscription { clock { text } }')
  const heard = await publishUntilHeard(async () => { await api.app.graphql.pubsub.publish({ topic: 'note', payload: { clock: { text: 'now' } } }) }, [stranger])
  t.strictSame(heard, [{ data: { clock: { text: 'now' } } }])
  await close()
})

t.test('validation and limits also apply to subscriptions', async t => {
  const { connect, close } = await open(t)
  const deep = `subscription { clock { ${'...on Note { '.repeat(3)} nothing ${'}'.repeat(3)} } }`
  t.match(await listen(connect(), deep).ended, [{ code: 'ValidationError', message: /nothing/, extensions: { code: 'ValidationError' } }])
  await close()
})

t.test('the directive guards queries and mutations', async t => {
  const { api, close } = await open(t)
  const reader = await api.user('reader', { roles: ['Reader'] })
  const writer = await api.user('writer', { roles: ['Writer'] })
  const denied = (resource: string, action: string) => [{ code: 'NotAuthorizedError', details: { resource, action } }]
  t.match((await api.ask('{ notes }')).errors, denied('Notes', 'read'))
  t.strictSame((await api.ask('{ notes }', { token: reader.token })).data, { notes: ['one'] })
  t.match((await api.ask('{ mine: report }', { token: reader.token })).errors, denied('report', 'call'))
  t.match((await api.ask('fragment F on Query { report } { ...F }', { token: reader.token })).errors, denied('report', 'call'))
  t.strictSame((await api.ask('{ report }', { token: writer.token })).data, { report: 'done' })
  t.match((await api.ask(add('x'), { token: reader.token })).errors, denied('Notes', 'create'))
  for (let time = 0; time < 3; time++) t.match((await api.ask('{ notes }')).errors, denied('Notes', 'read'), 'also when it is compiled')
  await close()
})

for (const [what, use, message] of [
  ['nothing', '@allow', /needs either/],
  ['a table without an action', '@allow(table: "Notes")', /needs either/],
  ['both', '@allow(table: "Notes", action: read, function: "report")', /needs either/],
  ['a table that nothing declares', '@allow(table: "Nots", action: read)', /on Query.notes names the undeclared table Nots/],
  ['a function that nothing declares', '@allow(function: "reprt")', /names the undeclared function reprt/]
] as const) {
  t.test(`a directive that names ${what} stops the start`, async t => {
    await t.rejects(openApi(t, 'sqlite', {
      before: async app => { await app.register(mercurius, { schema: `${allowDirective} type Query { notes: String ${use} }`, resolvers: {}, ...mercuriusOptions() }) }
    }), { code: 'GRAPHQL_API_ERR_INVALID_OPTIONS', message })
  })
}

t.test('the plugin\'s own schema can be extended with guarded fields', async t => {
  const { role, user, ask } = await openApi(t, 'sqlite', {
    after: app => {
      app.rolePermissions.declareFunction('report')
      app.graphql.extendSchema(`${allowDirective} extend type Query { report: String @allow(function: "report") }`)
      app.graphql.defineResolvers({ Query: { report: () => 'done' } })
    }
  })
  t.match(await ask('{ report }'), { data: { report: null }, errors: [{ code: 'NotAuthorizedError', details: { resource: 'report', action: 'call' } }] })
  await role('Reporter', { custom: { functions: { report: { allow: true } } } })
  const { token } = await user('reporter', { roles: ['Reporter'] })
  t.strictSame((await ask('{ report }', { token })).data, { report: 'done' })
})

t.test('a directive on an interface stops the start', async t => {
  await t.rejects(openApi(t, 'sqlite', {
    before: async app => {
      app.rolePermissions.declareFunction('secrets')
      const schema = `${allowDirective} interface Node { secret: String @allow(function: "secrets") } type Note implements Node { secret: String } type Query { note: Note }`
      await app.register(mercurius, { schema, resolvers: {}, ...mercuriusOptions() })
    }
  }), { code: 'GRAPHQL_API_ERR_INVALID_OPTIONS', message: /@allow on Node.secret has no effect on an interface/ })
})

t.test('the app\'s resolvers can decide as the directive does', async t => {
  const { app, user, role, ask } = await openApi(t, 'sqlite', {
    before: async app => {
      app.rolePermissions.declareTable({ name: 'Notes', table: 'notes', fields: { id: { column: 'id', type: 'id' } } })
      await app.register(mercurius, {
        schema: 'type Query { fields: [String] }',
        resolvers: { Query: { fields: async (_source, _arguments, context) => [...(await app.graphqlApi.authorize(context, 'read', { table: 'Notes' })).fields ?? []] } },
        ...mercuriusOptions()
      })
    }
  })
  t.ok(app)
  await role('Reader', { data: { Notes: { read: { allow: true, fields: { id: true } } } } })
  const { token } = await user('reader', { roles: ['Reader'] })
  t.strictSame((await ask('{ fields }', { token })).data, { fields: ['id'] })
  t.match((await ask('{ fields }')).errors, [{ code: 'NotAuthorizedError' }])
})

t.test('connecting with a token counts as a sign-in, and a refusal is counted', async t => {
  const { api, connect, close } = await open(t)
  const reader = await api.user('reader', { roles: ['Reader'] })
  const listening = listen(connect({ token: reader.token }), added)
  await publishUntilHeard(async () => { api.app.graphql.pubsub.publish({ topic: 'note', payload: { noteAdded: { text: 'one' } } }) }, [listening])
  await listen(connect({ token: await api.issuer.forgedToken() }), added).ended
  const recent = async () => await recentActivity(api.app)
  while ((await recent()).refused < 1 || (await recent()).signIns < 1) await new Promise(resolve => setTimeout(resolve, 50))
  t.match(await recent(), { signIns: 1, refused: 1, refusals: [{ reason: 'bad_signature', count: 1 }] })
  t.match(await api.app.db.selectFrom('latchkey_sign_ins').selectAll().execute(), [{ user_id: reader.user.id, ip: /1$/ }])
  await close()
})
