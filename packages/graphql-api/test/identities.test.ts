import { dialects } from '@latchkey/test-databases'
import t from 'tap'
import { openAdministration, reading } from './helpers/administration.js'
import { error } from './helpers/api.js'
import { countStatements } from './helpers/statements.js'

const fields = 'issuer subject email emailVerified profileId profileName createdAt emailDiffers'
const own = `{ user { identities { ${fields} } } }`
const other = `query ($id: ID!) { user(id: $id) { email identities { ${fields} } } }`

for (const dialect of dialects) {
  t.test(`${dialect}: users see their own accounts, oldest first`, async t => {
    const { ask, user, app, issuer } = await openAdministration(t, dialect)
    const { user: { id }, token } = await user('jane')
    t.match((await ask(own, { token })).data, {
      user: { identities: [{ issuer: issuer.issuer, subject: 'jane', email: 'jane@example.com', profileId: 'main', profileName: 'Main', createdAt: /Z$/, emailDiffers: false }] }
    })
    await app.usersStore.bindIdentity(id, { issuer: 'https://gone.example.com', subject: 'j', emailVerified: false }, 'jane@old.example.com')
    await app.usersStore.bindIdentity(id, { issuer: issuer.issuer, subject: 'jane', emailVerified: true }, 'jane@example.com')
    const { user: { identities } } = (await ask(own, { token })).data as { user: { identities: object[] } }
    t.match(identities, [
      { subject: 'jane', emailVerified: true, emailDiffers: false },
      { issuer: 'https://gone.example.com', subject: 'j', email: 'jane@old.example.com', emailVerified: false, profileId: null, profileName: null, emailDiffers: true }
    ])
    await user('other')
    t.equal(identities.length, 2, 'and those of nobody else')
  })

  t.test(`${dialect}: accounts of others need permission to read them for all users`, async t => {
    const { ask, user, role, app } = await openAdministration(t, dialect)
    const jane = await user('jane')
    const asking = async (name: string, ...permissions: ReturnType<typeof reading>[]) => {
      const names = permissions.map((_permission, index) => `${name} ${index}`)
      for (const [index, permission] of permissions.entries()) await role(names[index] as string, permission)
      const asker = await user(name, { roles: names })
      const { data, errors } = await ask(other, { token: asker.token, variables: { id: jane.user.id } })
      const list = await ask('{ usersList(filter: { email: { equals: "jane@example.com" } }) { items { identities { subject profileId profileName } } } }', { token: asker.token })
      const its = await ask(own, { token: asker.token })
      t.match(its.data, { user: { identities: [{ subject: name }] } }, `${name}: one's own`)
      t.equal(errors, undefined)
      const { user: found } = data as { user: { identities: Record<string, unknown>[] | null } }
      const [listed] = (list.data as { usersList: { items: { identities: object[] | null }[] } }).usersList.items
      t.strictSame(listed?.identities ?? null, found.identities?.map(({ subject, profileId, profileName }) => ({ subject, profileId, profileName })) ?? null, `${name}: the same in a list`)
      return found.identities
    }
    const email = ['id', 'email']
    t.match(await asking('full', reading('Users')), [{ subject: 'jane', profileId: null, profileName: null }], 'without what may not be read of profiles')
    t.match(await asking('named', reading('Users', [...email, 'identities']), reading('AuthenticationProfiles', ['name'])), [{ subject: 'jane', profileId: null, profileName: 'Main' }])
    t.match(await asking('profiles', reading('Users'), reading('AuthenticationProfiles')), [{ subject: 'jane', profileId: 'main', profileName: 'Main' }])
    t.match(await asking('some-profiles', reading('Users'), reading('AuthenticationProfiles', undefined, { name: { equals: 'Main' } })), [{ profileId: null, profileName: null }])
    t.equal(await asking('without', reading('Users', email)), null, 'not without the field')
    t.equal(await asking('some', reading('Users', undefined, { email: { starts_with: 'jane' } })), null, 'not of some users only')
    t.equal(await asking('mixed', reading('Users', email), reading('Users', ['identities'], { email: { starts_with: 'jane' } })), null, 'nor of some that are all read otherwise')
    const changer = { data: { Users: { create: { allow: true }, read: { allow: true, fields: { id: true } }, update: { allow: true } } } }
    await role('Changer', changer)
    const { token } = await user('changer', { roles: ['Changer'] })
    t.match(await ask('mutation ($id: ID!) { userUpdate(data: { id: $id, firstName: "Jane" }) { firstName identities { subject } } }', { token, variables: { id: jane.user.id } }), { data: { userUpdate: { identities: null } }, errors: undefined }, 'nor by changing somebody')
    t.match((await ask(other, { variables: { id: jane.user.id } })).errors, [error('NotAuthorizedError')], 'a guest sees nobody')
    const secret = (await app.apiTokens.create({ name: 'x', roles: [app.rolePermissions.administrator().id] })).secret
    t.match((await ask(other, { token: secret, variables: { id: jane.user.id } })).data, { user: { identities: [{ subject: 'jane', profileName: 'Main' }] } })
  })

  t.test(`${dialect}: accounts of a whole list are loaded at once`, async t => {
    const api = await openAdministration(t, dialect)
    const { ask, user } = api
    const { token } = await user('root', { roles: ['Administrator'] })
    for (let index = 0; index < 20; index++) await user(`user-${index}`)
    const { during } = countStatements(t, api)
    let found: unknown
    const statements = await during(async () => { found = (await ask('{ usersList(first: 100) { items { email identities { subject } } } }', { token })).data })
    t.equal(statements.filter(statement => statement.includes('latchkey_user_identities') && statement.includes('identity"."created_at')).length, 1)
    const { items } = (found as { usersList: { items: { email: string, identities: { subject: string }[] }[] } }).usersList
    t.equal(items.length, 21)
    for (const { email, identities } of items) t.strictSame(identities, [{ subject: email.split('@')[0] }])
  })
}

t.test('if several profiles have the issuer of an account, none is shown', async t => {
  const { ask, user } = await openAdministration(t, 'sqlite', { profiles: [{}, { id: 'mobile', name: 'Mobile', clientId: 'mobile' }] })
  const { token } = await user('jane')
  t.match((await ask(own, { token })).data, { user: { identities: [{ subject: 'jane', profileId: null, profileName: null }] } })
})

t.test('accounts count for the cost of a query, both estimated and actual', async t => {
  const { ask, user, app } = await openAdministration(t, 'sqlite', { graphqlApi: { maxCost: 1000 } })
  const { token, user: root } = await user('root', { roles: ['Administrator'] })
  const list = (first: number) => `{ usersList(first: ${first}) { items { identities { issuer subject email emailVerified } } } }`
  t.match(await ask(list(20), { token }), { errors: undefined })
  t.match((await ask(list(50), { token })).errors, [error('ValidationError', { details: { query: /requests about 2052 fields, but the limit is 1000/ } })])
  for (let index = 0; index < 300; index++) await app.usersStore.bindIdentity(root.id, { issuer: 'https://many.example.com', subject: String(index) }, 'root@example.com')
  t.match((await ask(list(1), { token })).errors, [error('ValidationError', { details: { query: /returns more than 1000 fields/ } })])
})
