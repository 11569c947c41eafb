import auditLog from '@latchkey/audit-log'
import { dialects } from '@latchkey/test-databases'
import t from 'tap'
import { error, openApi } from './helpers/api.js'

const read = '{ authenticationSettings { allowedCallbacks allowedLogouts allowedWebOrigins } }'
const update = 'mutation ($data: AuthenticationSettingUpdateInput!) { authenticationSettingsUpdate(data: $data) { allowedCallbacks allowedLogouts allowedWebOrigins } }'
const denied = (action: string) => [error('NotAuthorizedError', { message: 'Not Authorized', details: { resource: 'AuthenticationSettings', action } })]
const site = 'https://app.example.com'

for (const dialect of dialects) {
  t.test(`${dialect}: an administrator updates the settings, and the audit log records it`, async t => {
    const { ask, user, app } = await openApi(t, dialect, { before: async app => { await app.register(auditLog) } })
    const { token } = await user('root', { roles: ['Administrator'] })
    const empty = { allowedCallbacks: [], allowedLogouts: [], allowedWebOrigins: [] }
    t.strictSame((await ask(read, { token })).data, { authenticationSettings: empty })
    t.strictSame((await ask(update, { token, variables: { data: { allowedCallbacks: [`${site}/cb`], allowedWebOrigins: [site], allowedLogouts: null } } })).data, { authenticationSettingsUpdate: { ...empty, allowedCallbacks: [`${site}/cb`], allowedWebOrigins: [site] } })
    t.match((await ask(update, { token, variables: { data: { allowedLogouts: ['http://example.com'] } } })).errors, [error('ValidationError', { message: 'The request is invalid.', details: { allowedLogouts: /https/ } })])
    t.match((await ask(read, { token })).data, { authenticationSettings: { allowedCallbacks: [`${site}/cb`] } })
    const rows = await app.db.selectFrom('latchkey_audit_events').selectAll().execute()
    t.match(rows, [{ action: 'update', resource: 'AuthenticationSettings', record_id: 'settings', before: /"allowedCallbacks":\[\]/, after: /cb/ }])
    t.equal(rows.length, 1)
  })

  t.test(`${dialect}: others read and update them by permissions, and cannot add callbacks on new sites`, async t => {
    const { ask, user, role, app } = await openApi(t, dialect)
    await role('Settings', { data: { AuthenticationSettings: { read: { allow: true, fields: { allowedCallbacks: true } }, update: { allow: true, fields: { allowedCallbacks: true, allowedLogouts: true } } } } })
    const { token } = await user('ed', { roles: ['Settings'] })
    const nobody = (await user('jane')).token
    const set = async (data: object) => await ask(update, { token, variables: { data } })
    for (const asker of [undefined, nobody]) {
      t.match((await ask(read, { token: asker })).errors, denied('read'))
      t.match((await ask(update, { token: asker, variables: { data: {} } })).errors, denied('update'))
    }
    await app.authProfiles.updateSettings({ allowedCallbacks: [`${site}/cb`] })
    t.strictSame((await ask(read, { token })).data, { authenticationSettings: { allowedCallbacks: [`${site}/cb`], allowedLogouts: null, allowedWebOrigins: null } })
    t.match((await set({ allowedWebOrigins: [] })).errors, denied('update'))
    t.match((await set({ allowedCallbacks: [`${site}/cb`, 'https://evil.example.com/cb'] })).errors, denied('update'))
    t.strictSame(app.authProfiles.settings().allowedCallbacks, [`${site}/cb`])
    t.equal((await set({ allowedCallbacks: [`${site}/other`], allowedLogouts: ['https://bye.example.com'] })).errors, undefined)
    t.match(app.authProfiles.settings(), { allowedCallbacks: [`${site}/other`], allowedLogouts: ['https://bye.example.com'] })
    t.equal((await set({ allowedCallbacks: [] })).errors, undefined)
  })
}
