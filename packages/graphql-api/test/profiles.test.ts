import { dialects } from '@latchkey/test-databases'
import t from 'tap'
import { error, openApi } from './helpers/api.js'

const profiles = [
  { id: 'main', name: 'Main', roles: ['Guest'], domain: 'id.example.com' },
  { id: 'b', name: 'B', clientId: 'web-b', selfSignUp: 'off' as const, clientSecret: 'hunter2' },
  { id: 'c', name: 'C', clientId: 'web-c', selfSignUp: { emailDomains: ['example.com', 'example.org'] } }
]
const fields = 'id name type clientId domain audiences selfSignUpEnabled selfSignUpEmailDomains roles { count items { name } }'
const main = { id: 'main', name: 'Main', type: 'test', clientId: 'web', domain: 'id.example.com', audiences: ['web'], selfSignUpEnabled: true, selfSignUpEmailDomains: [], roles: { count: 1, items: [{ name: 'Guest' }] } }

t.test('profiles are listed in order, with their policy in the words of clients and without a secret', async t => {
  const { ask, user } = await openApi(t, 'sqlite', { profiles })
  const { token } = await user('root', { roles: ['Administrator'] })
  const more = 'secret hasSecret options issuer position declaredInConfiguration createdAt linkByEmail onEmailChange callbackUrls logoutUrls databaseName managementDomain attributes { ... on CognitoAuthProfileAttributes { clientAuthDomain } }'
  const answer = await ask(`{ authenticationProfilesList { count items { ${fields} ${more} } } }`, { token })
  t.match(answer.data, {
    authenticationProfilesList: {
      count: 3,
      items: [
        main,
        { id: 'b', domain: /^http:\/\/127\.0\.0\.1:\d+$/, selfSignUpEnabled: false, selfSignUpEmailDomains: [], roles: { count: 0, items: [] } },
        { id: 'c', selfSignUpEnabled: true, selfSignUpEmailDomains: ['example.com', 'example.org'] }
      ]
    }
  })
  t.notMatch(JSON.stringify(answer.data), 'hunter2')
  t.match((answer.data?.authenticationProfilesList as { items: object[] }).items[1], {
    secret: null, hasSecret: true, options: {}, position: 1, declaredInConfiguration: true, createdAt: null, linkByEmail: 'verified', onEmailChange: 'reject', callbackUrls: [], logoutUrls: [], databaseName: null, managementDomain: null, attributes: null
  })
})

t.test('the count of a page is that of the whole list', async t => {
  const { ask, user } = await openApi(t, 'sqlite', { profiles })
  const { token } = await user('root', { roles: ['Administrator'] })
  const list = async (arguments_: string) => await ask(`{ authenticationProfilesList(${arguments_}) { count items { id } } }`, { token })
  t.strictSame((await list('first: 1')).data, { authenticationProfilesList: { count: 3, items: [{ id: 'main' }] } })
  t.strictSame((await list('skip: 1, last: 1, before: "c"')).data, { authenticationProfilesList: { count: 3, items: [{ id: 'b' }] } })
  t.match((await list('first: -1')).errors, [error('ValidationError', { message: 'The request is invalid.', path: ['authenticationProfilesList'], details: { first: 'must not be negative' } })])
})

t.test('one profile is found by id, name or both', async t => {
  const { ask, user } = await openApi(t, 'sqlite', { profiles })
  const { token } = await user('root', { roles: ['Administrator'] })
  const find = async (arguments_: string) => await ask(`{ authenticationProfile${arguments_} { ${fields} } }`, { token })
  for (const arguments_ of ['(id: "main")', '(name: "Main")', '(id: "main", name: "Main")']) t.strictSame((await find(arguments_)).data, { authenticationProfile: main })
  for (const arguments_ of ['(id: "x")', '(name: "x")', '(id: "main", name: "B")', '(id: "")']) {
    t.match(await find(arguments_), { data: { authenticationProfile: null }, errors: [error('EntityNotFoundError', { message: 'Authentication profile not found' })] }, arguments_)
  }
  t.match((await find('')).errors, [error('ValidationError', { details: { id: String } })])
})

t.test('profiles need read on AuthenticationProfiles, field by field; their roles need read on Roles', async t => {
  const { ask, user, role } = await openApi(t, 'sqlite', { profiles })
  await role('Reader', { data: { AuthenticationProfiles: { read: { allow: true } } } })
  const list = `{ authenticationProfilesList { count items { ${fields} } } authenticationProfile(id: "main") { id } }`
  const denied = (field: string) => error('NotAuthorizedError', { message: 'Not Authorized', path: [field], details: { resource: 'AuthenticationProfiles', action: 'read' } })
  const { token } = await user('jane', { roles: [] })
  for (const asker of [undefined, token]) {
    t.match((await ask('{ authenticationProfilesList { count } }', { token: asker })).errors, [denied('authenticationProfilesList')])
    t.match((await ask('{ authenticationProfile(id: "main") { id } }', { token: asker })).errors, [denied('authenticationProfile')])
    t.match((await ask('{ authenticationProfile(id: "x") { id } }', { token: asker })).errors, [denied('authenticationProfile')], 'nor is it said which there are')
  }
  const reader = await user('reader', { roles: ['Reader'] })
  const answer = await ask(list, { token: reader.token })
  t.match(answer.data, { authenticationProfilesList: { count: 3, items: [{ ...main, roles: null }, {}, {}] }, authenticationProfile: { id: 'main' } })
  t.match(answer.errors, [0, 1, 2].map(index => error('NotAuthorizedError', { path: ['authenticationProfilesList', 'items', index, 'roles'], details: { resource: 'Roles', action: 'read' } })))
})

t.test('guests see profiles if the role Guest allows it', async t => {
  const { ask, app } = await openApi(t, 'sqlite', { profiles })
  const guest = app.rolePermissions.find({ name: 'Guest' })
  await app.rolePermissions.update(guest?.id as string, { permissions: { data: { AuthenticationProfiles: { read: { allow: true } } } } })
  t.match((await ask('{ authenticationProfilesList { items { id clientId } } }')).data, { authenticationProfilesList: { items: [{ id: 'main', clientId: 'web' }, {}, {}] } })
})

for (const dialect of dialects) {
  t.test(`${dialect}: profiles are filtered and sorted by their readable fields`, async t => {
    const { ask, user, role, app } = await openApi(t, dialect, { profiles: [{ id: 'main', name: 'Main' }, { id: 'b', name: 'beta', clientId: 'b', selfSignUp: 'off' }, { id: 'c', name: 'Alpha', clientId: 'c' }] })
    await app.authProfiles.create({ name: 'Zeta', type: 'test', options: { issuer: 'https://zeta.example.com', clientId: 'z' } })
    const { token } = await user('root', { roles: ['Administrator'] })
    const names = async (asker: string, arguments_: string, variables = {}) => {
      const { data, errors } = await ask(`${arguments_.includes('$filter') ? 'query ($filter: AuthenticationProfileFilter) ' : ''}{ authenticationProfilesList(${arguments_}) { count items { name } } }`, { token: asker, variables })
      return errors ?? [(data?.authenticationProfilesList as { count: number }).count, ...(data?.authenticationProfilesList as { items: { name: string }[] }).items.map(({ name }) => name)]
    }
    t.strictSame(await names(token, 'filter: $filter', {}), [4, 'Main', 'beta', 'Alpha', 'Zeta'])
    t.strictSame(await names(token, 'sort: [{ name: ASC }]'), [4, 'Alpha', 'Main', 'Zeta', 'beta'], 'by bytes')
    t.strictSame(await names(token, 'orderBy: [createdAt_DESC, name_DESC], first: 2'), [4, 'beta', 'Main'], 'what is not there first')
    t.strictSame(await names(token, 'filter: $filter', { filter: { OR: [{ name: { contains: 'eta' } }, { selfSignUpEnabled: { equals: true }, id: { equals: 'c' } }] } }), [3, 'beta', 'Alpha', 'Zeta'])
    t.strictSame(await names(token, 'filter: $filter', { filter: { createdAt: { is_empty: true }, selfSignUpEnabled: { not_equals: false } } }), [2, 'Main', 'Alpha'])
    t.strictSame(await names(token, 'filter: $filter', { filter: { name: { equals: "x' or 1=1 --" } } }), [0])
    t.match(await names(token, 'sort: [{ name: ASC }], orderBy: [id_ASC]'), [error('ValidationError', { details: { orderBy: String } })])

    await role('Names', { data: { AuthenticationProfiles: { read: { allow: true, fields: { name: true } } } } })
    const reader = (await user('reader', { roles: ['Names'] })).token
    t.strictSame(await names(reader, 'sort: [{ name: DESC }]'), [4, 'beta', 'Zeta', 'Main', 'Alpha'])
    for (const asked of ['sort: [{ issuer: ASC }]', 'orderBy: [clientId_ASC]', 'filter: { issuer: { starts_with: "https://z" } }', 'filter: { AND: [{ OR: [{ id: { is_empty: true } }] }] }']) {
      t.match(await names(reader, asked), [error('NotAuthorizedError', { details: { resource: 'AuthenticationProfiles', action: 'read', field: String } })], asked)
    }
  })
}
