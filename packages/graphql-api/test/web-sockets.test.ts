import { parse } from 'graphql'
import mercurius, { type MercuriusContext } from 'mercurius'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { WebSocket } from 'ws'
import { allowDirective, mercuriusOptions, subscriptionOptions, type WebSocketLimits } from '../dist/index.js'
import { openApi, type ApiOptions } from './helpers/api.js'

const schema = `
  ${allowDirective}
  scalar Any
  input Person { name: String }
  type Page { items: [Note] }
  type Note { text: String notes(first: Int): Page }
  type Query { echo(text: String, any: Any, person: Person): String other: String }
  type Mutation { change: String }
  type Subscription {
    said(text: String, any: Any, person: Person): Note
    failing: String
    secret: Note @allow(function: "secrets")
  }`

/** An app that also takes queries and mutations over its WebSocket. */
async function open (t: Test, { checked = true, limits = {}, ...options }: ApiOptions & { checked?: boolean, limits?: WebSocketLimits } = {}) {
  const api = await openApi(t, 'sqlite', {
    before: async app => {
      app.rolePermissions.declareFunction('secrets')
      const subscribe = async (_source: unknown, _arguments: unknown, { pubsub }: MercuriusContext) => await pubsub.subscribe('said')
      await app.register(mercurius, {
        schema,
        resolvers: {
          Query: { echo: (_source, { text }: { text?: string }) => text ?? 'echo', other: () => 'other' },
          Mutation: { change: () => 'changed' },
          Subscription: { said: { subscribe }, secret: { subscribe }, failing: { subscribe: async () => { throw new Error('no such column: password') } } }
        },
        ...checked ? mercuriusOptions({ queryDepth: 4, ...limits }) : {},
        subscription: { ...subscriptionOptions(app), fullWsTransport: true }
      })
    },
    ...options
  })
  const url = `${(await api.app.listen({ port: 0, host: '127.0.0.1' })).replace('http', 'ws')}/graphql`
  const sockets: WebSocket[] = []
  const connect = async (init: object | null = { type: 'connection_init' }, protocol = 'graphql-transport-ws') => {
    const socket = new WebSocket(url, protocol)
    sockets.push(socket)
    const messages: Message[] = []
    socket.on('message', data => { messages.push(JSON.parse((data as Buffer).toString()) as Message) })
    const closed = once(socket, 'close').then(([code, reason]) => ({ code: code as number, reason: String(reason) }))
    await once(socket, 'open')
    const send = (message: unknown) => { socket.send(typeof message === 'string' ? message : JSON.stringify(message)) }
    const arrived = async (expected: (message: Message) => boolean): Promise<Message> => {
      for (;;) {
        const found = messages.find(expected)
        if (found !== undefined) return found
        await once(socket, 'message', { signal: AbortSignal.timeout(60_000) })
      }
    }
    const begin = (id: string, payload: unknown, type = 'subscribe') => { send({ id, type, payload }) }
    /** The first answer to an operation. */
    const ask = async (id: string, payload: unknown, type?: string) => {
      begin(id, payload, type)
      return await arrived(message => message.id === id)
    }
    if (init !== null) {
      send(init)
      await arrived(({ type }) => type === 'connection_ack')
    }
    return { socket, messages, closed, send, begin, ask, arrived }
  }
  const publish = (text: string) => { api.app.graphql.pubsub.publish({ topic: 'said', payload: { said: { text } } }) }
  const close = () => { for (const socket of sockets) socket.terminate() }
  return { ...api, connect, publish, close }
}

interface Message { id?: string, type: string, payload?: unknown }

function deep (levels: number): object {
  let value = {}
  for (let level = 0; level < levels; level++) value = { value }
  return value
}

/** Parameters with which an operation is refused. */
const mistaken: [string, (operation: string) => unknown][] = [
  ['no parameters', () => undefined],
  ['a list', operation => [{ query: operation }]],
  ['no query', () => ({})],
  ['a query that is a syntax tree', operation => ({ query: parse(operation) })],
  ['a query that is a number', () => ({ query: 1 })],
  ['a query that is too long', operation => ({ query: `${operation} # ${'x'.repeat(100_000)}` })],
  ['a query that is no GraphQL', operation => ({ query: `${operation} {` })],
  ['a query with too many tokens', operation => ({ query: `${operation} ${'fragment F on Note { text }'.repeat(300)}` })],
  ['a persisted query', () => ({ extensions: { persistedQuery: { version: 1, sha256Hash: 'a' } } })],
  ['variables that are text', operation => ({ query: operation, variables: '{}' })],
  ['variables that are a list', operation => ({ query: operation, variables: [] })],
  ['a variable with NUL', operation => ({ query: operation, variables: { text: 'a\0b' } })],
  ['a NUL in the name of a field', operation => ({ query: operation, variables: { any: { 'a\0b': 1 } } })],
  ['a variable that is nested too deeply', operation => ({ query: operation, variables: { any: deep(51) } })],
  ['a variable with too many fields', operation => ({ query: operation, variables: { any: Object.fromEntries(Array.from({ length: 10_001 }, (_, index) => [`f${index}`, 1])) } })],
  ['a variable of another type', operation => ({ query: operation, variables: { text: 1, person: { name: 1, nome: 'x'.repeat(2000) } } })],
  ['an operation name that is no name', operation => ({ query: operation, operationName: 'a b' })]
]

for (const [kind, field, protocol] of [
  ['query', 'echo(text: $text, any: $any, person: $person)', 'graphql-transport-ws'],
  ['subscription', 'said(text: $text, any: $any, person: $person) { text }', 'graphql-transport-ws'],
  ['subscription', 'said(text: $text, any: $any, person: $person) { text }', 'graphql-ws']
] as const) {
  t.test(`a mistaken ${kind} over a WebSocket (${protocol}) is refused with the error of a request over HTTP`, async t => {
    const { app, connect, close } = await open(t)
    const { ask, begin, arrived } = await connect(undefined, protocol)
    const type = protocol === 'graphql-ws' ? 'start' : 'subscribe'
    const operation = `${kind} ($text: String, $any: Any, $person: Person) { ${field} }`
    for (const [what, parameters] of mistaken) {
      const { errors } = (await app.inject({ method: 'POST', url: '/graphql', headers: { 'content-type': 'application/json' }, payload: JSON.stringify(parameters(operation) ?? null) })).json<{ errors: unknown[] }>()
      const answer = await ask(what, parameters(operation) ?? null, type)
      t.equal(answer.type, 'error', what)
      t.match(errors, [{ code: 'ValidationError' }], what)
      t.strictSame(answer.payload, errors, what)
    }
    const unknown = await ask('unknown', { query: operation, operationName: 'Nobody' }, type)
    t.match(unknown, { type: 'error', payload: [{ code: 'ValidationError', message: 'Unknown operation named "Nobody".' }] })
    begin('right', { query: operation, variables: { text: 'a', any: deep(49), person: { name: 'b' } }, operationName: '', extensions: {} }, type)
    const again = await ask('again', { query: '{ other }' }, type)
    t.match(again.payload, { data: { other: 'other' } })
    if (kind === 'query') t.match((await arrived(({ id }) => id === 'right')).payload, { data: { echo: 'a' } })
    close()
  })
}

t.test('the limits of mercuriusOptions and maxCost apply to subscriptions, with the values of variables', async t => {
  const { connect, close } = await open(t, { graphqlApi: { maxCost: 1000 } })
  const { ask } = await connect()
  const tooDeep = await ask('deep', { query: 'subscription { said { notes { items { notes { items { text } } } } } }' })
  t.match(tooDeep.payload, [{ code: 'ValidationError', message: /nested 6 fields deep; the limit is 4/ }])
  const sized = 'subscription ($first: Int) { said { notes(first: $first) { items { text } } } }'
  const details = { query: 'requests about 1004 fields, but the limit is 1000: request fewer items (first), or fewer fields' }
  t.match((await ask('costly', { query: sized, variables: { first: 1001 } })).payload, [{ code: 'ValidationError', message: 'The request is invalid.', details, extensions: { details } }])
  t.match((await ask('constant', { query: sized.replace('$first)', '1001)').replace(' ($first: Int)', '') })).payload, [{ code: 'ValidationError', details }])
  close()
})

t.test('a subscription with an affordable size begins', async t => {
  const { connect, publish, close } = await open(t, { graphqlApi: { maxCost: 1000 } })
  const { begin, arrived } = await connect()
  begin('cheap', { query: 'subscription ($first: Int) { said { text notes(first: $first) { items { text } } } }', variables: { first: 900 } })
  const publishing = setInterval(() => { publish('one') }, 20)
  const event = await arrived(({ id }) => id === 'cheap')
  clearInterval(publishing)
  t.match(event, { type: 'next', payload: { data: { said: { text: 'one' } } } })
  close()
})

t.test('of several queries in one text, the named one is executed', async t => {
  const { connect, close } = await open(t)
  const { ask } = await connect()
  const query = 'query A { echo } query B { other }'
  for (let time = 0; time < 3; time++) {
    t.match((await ask(`B${time}`, { query, operationName: 'B' })).payload, { data: { other: 'other' } })
    t.match((await ask(`A${time}`, { query, operationName: 'A' })).payload, { data: { echo: 'echo' } })
  }
  close()
})

t.test('what a subscription throws when it begins is described as every other error', async t => {
  const { connect, logs, close } = await open(t)
  const { ask } = await connect()
  const { payload } = await ask('failing', { query: 'subscription { failing }' })
  t.strictSame(payload, [{ message: 'Internal error', code: 'InternalError', path: ['failing'], extensions: { code: 'InternalError' } }])
  t.match(logs.filter(({ msg }) => msg === 'A GraphQL request failed unexpectedly'), [{ err: { message: 'no such column: password' } }])
  t.match((await ask('secret', { query: 'subscription { mine: secret { text } }' })).payload, [{ message: 'Not Authorized', code: 'NotAuthorizedError', path: ['mine'], details: { resource: 'secrets', action: 'call' } }])
  close()
})

t.test('a client that breaks the protocol is disconnected with its code', async t => {
  const { connect, logs, close } = await open(t)
  const query = 'subscription { said { text } }'
  for (const [what, messages, expected] of [
    ['no JSON', ['nonsense'], { code: 4400, reason: 'Invalid message' }],
    ['null', ['null'], { code: 4400, reason: 'Invalid message' }],
    ['an operation without an id', [{ type: 'subscribe', payload: { query } }], { code: 4400, reason: 'Invalid message' }],
    ['an id that is an object', [{ type: 'subscribe', id: {}, payload: { query } }], { code: 4400, reason: 'Invalid message' }],
    ['a second connection_init', [{ type: 'connection_init' }], { code: 4429, reason: 'Too many initialisation requests' }],
    ['an id in use', [{ type: 'subscribe', id: 'a', payload: { query } }, { type: 'subscribe', id: 'a', payload: { query } }], { code: 4409, reason: 'Subscriber already exists' }]
  ] as const) {
    const { send, closed } = await connect()
    for (const message of messages) send(message)
    t.strictSame(await closed, expected, what)
  }
  const { closed } = await connect(null)
  t.strictSame(await closed, { code: 4408, reason: 'Connection initialisation timeout' }, 'no connection_init')
  t.strictSame(logs.filter(({ level }) => Number(level) >= 40), [], 'and nothing of this is an error of the app')
  close()
})

t.test('the id of an operation can be used again once it has ended', async t => {
  const { connect, close } = await open(t)
  const { ask, begin, send, arrived, messages } = await connect()
  t.match(await ask('a', { query: '{ nothing }' }), { type: 'error' })
  messages.length = 0
  t.match(await ask('a', { query: 'subscription { failing }' }), { type: 'error' })
  messages.length = 0
  t.match(await ask('a', { query: '{ other }' }), { type: 'next' })
  await arrived(({ type }) => type === 'complete')
  messages.length = 0
  begin('a', { query: 'subscription { said { text } }' })
  t.match(await ask('b', { query: '{ other }' }), { type: 'next' })
  send({ id: 'a', type: 'complete' })
  await arrived(({ type, id }) => type === 'complete' && id === 'a')
  messages.length = 0
  t.match(await ask('a', { query: '{ other }' }), { type: 'next', payload: { data: { other: 'other' } } })
  close()
})

t.test('a connection can have at most 100 open operations', async t => {
  const { connect, publish, close } = await open(t)
  const { ask, begin, send, messages, arrived } = await connect()
  const query = 'subscription { said { text } }'
  for (let count = 0; count < 100; count++) begin(`id ${count}`, { query })
  t.match(await ask('one more', { query }), { type: 'error', payload: [{ code: 'ThrottlingThresholdReachedError' }] })
  send({ id: 'id 7', type: 'complete' })
  await arrived(({ type, id }) => type === 'complete' && id === 'id 7')
  messages.length = 0
  t.match(await ask('one more', { query: '{ other }' }), { type: 'next' })
  messages.length = 0
  publish('all')
  while (messages.length < 99) await arrived(() => messages.length >= 99)
  close()
})

t.test('a subscription that failed is forgotten before its connection ends', async t => {
  const { app, connect, close } = await open(t)
  const ended: unknown[] = []
  app.graphql.addHook('onSubscriptionEnd', async (_context, id) => { ended.push(id) })
  const { ask } = await connect()
  t.match(await ask('secret', { query: 'subscription { secret { text } }' }), { type: 'error' })
  await ask('later', { query: '{ other }' })
  t.strictSame(ended, ['secret'])
  close()
})

t.test('without mercuriusOptions, nothing is executed over a WebSocket', async t => {
  const { connect, close } = await open(t, { checked: false })
  const { ask } = await connect()
  const connection = 'is not supported here: WebSockets need mercuriusOptions() in the registration of Mercurius'
  for (const query of ['{ other }', 'mutation { change }', 'subscription { said { text } }']) {
    t.match(await ask(query, { query }), { type: 'error', payload: [{ extensions: { code: 'ValidationError', details: { connection } } }] })
  }
  close()
})

const LEFT_BEHIND = { code: 1013, reason: 'Too many messages wait to be sent' }
const long = 'x'.repeat(500_000)

t.test('a client that does not read its events is disconnected', async t => {
  const { connect, publish, logs, close } = await open(t, { limits: { maxWaitingEvents: 10 } })
  const [reading, slow] = [await connect(), await connect()]
  for (const { begin, arrived } of [reading, slow]) {
    begin('a', { query: 'subscription { said { text } }' })
    const publishing = setInterval(() => { publish('first') }, 20)
    await arrived(({ id }) => id === 'a')
    clearInterval(publishing)
  }
  slow.socket.pause()
  for (let count = 0; !logs.some(({ msg }) => msg === 'A WebSocket was closed because its client reads too slowly'); count++) {
    publish(`${count} ${long}`)
    await reading.arrived(message => textOf(message)?.startsWith(`${count} `) === true)
  }
  slow.socket.resume()
  t.strictSame(await slow.closed, LEFT_BEHIND)
  publish('last')
  t.ok(await reading.arrived(message => textOf(message) === 'last'), 'others go on')
  close()
})

t.test('a client that reads gets all events, however many come at once', async t => {
  const { connect, publish, close } = await open(t, { limits: { maxWaitingEvents: 10 } })
  const { begin, arrived, messages } = await connect()
  begin('a', { query: 'subscription { said { text } }' })
  const publishing = setInterval(() => { publish('first') }, 20)
  await arrived(({ id }) => id === 'a')
  clearInterval(publishing)
  for (let count = 0; count < 500; count++) publish(String(count))
  await arrived(message => textOf(message) === '499')
  t.equal(messages.filter(message => ![undefined, 'first'].includes(textOf(message))).length, 500)
  close()
})

for (const [what, load] of [
  ['answers', (id: string) => ({ id, type: 'subscribe', payload: { query: 'query ($text: String) { echo(text: $text) }', variables: { text: long } } })],
  ['errors', (id: string) => ({ id: `${id} ${long}`, type: 'subscribe', payload: { query: '{ nothing }' } })],
  ['pongs', (id: string) => ({ id: `${id} ${long}`, type: 'ping' })]
] as const) {
  t.test(`a client that does not read its ${what} is disconnected`, async t => {
    const { connect, logs, close } = await open(t, { limits: { maxUnsentBytes: 100_000 } })
    const { socket, send, closed } = await connect()
    socket.pause()
    for (let id = 0; !logs.some(({ msg }) => msg === 'A WebSocket was closed because its client reads too slowly'); id++) {
      send(load(String(id)))
      await wait(1)
    }
    socket.resume()
    t.strictSame(await closed, LEFT_BEHIND)
    close()
  })
}

/** The text of an event. */
function textOf ({ payload }: Message): string | undefined {
  return (payload as { data?: { said?: { text: string } } } | undefined)?.data?.said?.text
}
