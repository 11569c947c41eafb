import apiTokens from '@latchkey/api-tokens'
import auditLog from '@latchkey/audit-log'
import { dialects } from '@latchkey/test-databases'
import t from 'tap'
import { error, openApi } from './helpers/api.js'

const changed = [error('ValidationError', { message: 'The request is invalid.', details: { expectedUpdatedAt: /has changed since you read it/ }, extensions: { reason: 'record_changed' } })]

for (const dialect of dialects) {
  t.test(`${dialect}: an update that expects an updatedAt does not overwrite a change that came in between`, async t => {
    const { ask, user, role, app } = await openApi(t, dialect, {
      before: async app => { await app.register(auditLog); await app.register(apiTokens) },
    })
    const { token } = await user('root', { roles: ['Administrator'] })
    const jane = (await user('jane')).user
    await role('Editor', { data: {} })
    const send = async (query: string, expected?: string | null) => await ask(query, { token, variables: expected === undefined ? {} : { expected } })
    const one = async (query: string) => Object.values((await send(query)).data ?? {})[0] as { id: string, updatedAt: string | null }
    const profile = await one('mutation { authenticationProfileCreate(data: { name: "Other", type: "test", issuer: "https://other.example.com", clientId: "web" }) { id } }')
    const script = await one('mutation { apiTokenCreate(data: { name: "Script" }) { id } }')

    const records = [
      { read: '{ role(name: "Editor") { updatedAt } }', update: (n: number) => `roleUpdate(filter: { name: "Editor" }, data: { description: "${n}" }` },
      { read: `{ user(id: "${jane.id}") { updatedAt } }`, update: (n: number) => `userUpdate(filter: { id: "${jane.id}" }, data: { firstName: "${n}" }` },
      { read: `{ authenticationProfile(id: "${profile.id}") { updatedAt } }`, update: (n: number) => `authenticationProfileUpdate(filter: { id: "${profile.id}" }, data: { name: "Other ${n}" }` },
      { read: `{ apiToken(id: "${script.id}") { updatedAt } }`, update: (n: number) => `apiTokenUpdate(filter: { id: "${script.id}" }, data: { name: "Script ${n}" }` },
      { read: '{ authenticationSettings { updatedAt } }', update: (n: number) => `authenticationSettingsUpdate(data: { allowedLogouts: ["https://app.example.com/${n}"] }` }
    ]
    for (const { read, update } of records) {
      const expecting = (n: number) => `mutation ($expected: DateTime) { ${update(n)}, expectedUpdatedAt: $expected) { updatedAt } }`
      const audited = async () => (await app.db.selectFrom('latchkey_audit_events').select('id').execute()).length
      const first = (await one(read)).updatedAt
      // Two people have read the record. The first one saves it.
      const made = await send(expecting(1), first)
      t.equal(made.errors, undefined, update(1))
      const second = (await one(read)).updatedAt as string
      t.not(second, first)
      t.strictSame(Object.values(made.data ?? {}), [{ updatedAt: second }])
      const before = await audited()
      t.match((await send(expecting(2), first)).errors, changed, update(2))
      t.strictSame([(await one(read)).updatedAt, await audited()], [second, before], 'nothing was changed, and nothing is in the audit log')
      // The same moment, in another time zone.
      const zoned = `${new Date(Date.parse(second) + 3_600_000).toISOString().slice(0, -1)}+01:00`
      t.equal((await send(expecting(3), zoned)).errors, undefined, 'a record that is as expected')
      t.equal((await send(expecting(4))).errors, undefined, 'without the argument, the last change wins')
      t.match((await send(expecting(5), 'yesterday')).errors, [error('ValidationError')])
    }
    t.match((await send(`mutation ($expected: DateTime) { ${records[4]?.update(6)}, expectedUpdatedAt: $expected) { updatedAt } }`, null)).errors, changed, 'null: the settings were never changed')
    t.equal((await send(`mutation ($expected: DateTime) { ${records[0]?.update(6)}, expectedUpdatedAt: $expected) { updatedAt } }`, null)).errors, undefined, 'null for any other record expects nothing')
  })

  t.test(`${dialect}: null expects nothing of settings whose updatedAt is hidden, and permissions come first`, async t => {
    const { ask, user, role, app } = await openApi(t, dialect)
    await role('Settings', { data: { AuthenticationSettings: { read: { allow: true, fields: { allowedLogouts: true } }, update: { allow: true } } } })
    await app.authProfiles.updateSettings({ allowedLogouts: ['https://app.example.com/'] })
    const { token } = await user('ed', { roles: ['Settings'] })
    t.strictSame((await ask('mutation { authenticationSettingsUpdate(data: { allowedLogouts: [] }, expectedUpdatedAt: null) { allowedLogouts } }', { token })).data, { authenticationSettingsUpdate: { allowedLogouts: [] } })
    t.match((await ask('mutation { roleUpdate(filter: { name: "Guest" }, data: { description: "x" }, expectedUpdatedAt: "2026-01-01T00:00:00Z") { id } }', { token })).errors, [error('NotAuthorizedError')])
  })
}
