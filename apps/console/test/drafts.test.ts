import type { Page } from 'playwright-core'
import t from 'tap'
import { account, examine, graphql, runningConsole, signIn, visit } from './helpers/running-console.js'

/** Waits until a condition holds, up to ten seconds. The page's policy forbids Playwright to evaluate text repeatedly. */
async function until (holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 10_000
  while (!await holds()) {
    if (Date.now() > end) throw new Error('It did not happen')
    await new Promise(resolve => { setTimeout(resolve, 50) })
  }
}

/** Notifications may cover what is to be clicked next. */
async function dismissNotifications (page: Page): Promise<void> {
  const dismiss = page.getByRole('button', { name: 'Dismiss' })
  while (await dismiss.count() > 0) await dismiss.first().click({ timeout: 1000 }).catch(() => {})
}

t.test('a draft of a role survives a change of the role\'s name, and another administrator\'s change is not overwritten unasked', async t => {
  const { server, idToken } = await runningConsole()
  const { roleCreate: { id } } = await graphql(server, 'mutation { roleCreate(data: { name: "Draft", permissions: { data: {} } }) { id } }', {}, idToken)
  const stored = async () => (await graphql(server, 'query ($id: ID!) { role(id: $id) { name description permissions } }', { id }, idToken)).role
  const change = async (data: object) => await graphql(server, 'mutation ($id: ID!, $data: RoleUpdateInput!) { roleUpdate(filter: { id: $id }, data: $data) { id } }', { id, data }, idToken)
  const window = await visit(t, `/console/roles/${id}`)
  const { page } = window
  await signIn(page)
  const extent = (name: string) => page.getByRole('combobox', { name })
  const save = page.getByRole('button', { name: 'Save changes' })
  const rename = async (description: string) => {
    await page.getByRole('button', { name: 'Edit details' }).click()
    await page.getByRole('textbox', { name: 'Description' }).fill(description)
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.getByText(description, { exact: true }).waitFor()
  }

  await extent('delete Users').selectOption('all')
  await rename('Described while editing')
  t.equal(await extent('delete Users').inputValue(), 'all')
  await save.click()
  await save.waitFor({ state: 'detached' })
  const both = { Users: { delete: { allow: true } } }
  t.match(await stored(), { description: 'Described while editing', permissions: { data: both } })

  await t.test('text in the JSON tab survives too', async () => {
    await page.getByRole('tab', { name: 'JSON' }).click()
    await page.getByLabel('Permissions').fill('{ "data": {} } ')
    await rename('Described while typing')
    t.equal(await page.getByLabel('Permissions').inputValue(), '{ "data": {} } ')
    await page.getByRole('button', { name: 'Reset' }).click()
    await page.getByRole('tab', { name: 'Data' }).click()
  })

  await t.test('a form without changes follows what is stored', async () => {
    await change({ permissions: { data: { Users: { read: { allow: true } } } } })
    await rename('Described again')
    await until(async () => await extent('delete Users').inputValue() === 'none')
    t.equal(await extent('read Users').inputValue(), 'all')
  })

  await t.test('what the draft does not change can be changed by others meanwhile', async t => {
    await extent('create Users').selectOption('all')
    await change({ name: 'Draft, renamed' })
    await save.click()
    await page.getByRole('heading', { name: 'Draft, renamed' }).waitFor()
    await save.waitFor({ state: 'detached' })
    t.match(await stored(), { name: 'Draft, renamed', permissions: { data: { Users: { create: { allow: true } } } } })
  })

  const theirs = { data: { Roles: { read: { allow: true } } } }
  const conflict = page.getByRole('alert').filter({ hasText: 'Someone else has changed this role' })

  await t.test('load theirs', async t => {
    await dismissNotifications(page)
    await extent('delete ApiTokens').selectOption('all')
    await change({ permissions: theirs })
    await save.click()
    await conflict.waitFor()
    t.strictSame((await stored()).permissions, theirs, 'nothing was saved')
    t.equal(await extent('delete ApiTokens').inputValue(), 'all', 'the draft is kept')
    await examine(t, window, 'role conflict')
    await page.getByRole('button', { name: 'Discard mine and load theirs' }).click()
    await conflict.waitFor({ state: 'detached' })
    t.strictSame([await extent('delete ApiTokens').inputValue(), await extent('read Roles').inputValue()], ['none', 'all'])
    t.equal(await save.count(), 0)
  })

  await t.test('save mine anyway, unless it is changed once more', async t => {
    await extent('update Roles').selectOption('all')
    await change({ permissions: { data: {} } })
    await save.click()
    await conflict.waitFor()
    await change({ permissions: { data: { Users: { read: { allow: true } } } } })
    const refused = page.waitForResponse(async response => response.url().endsWith('/graphql') && (await response.text()).includes('record_changed'))
    await page.getByRole('button', { name: 'Save mine anyway' }).click()
    await refused
    await page.waitForLoadState('networkidle')
    await conflict.waitFor()
    t.strictSame((await stored()).permissions, { data: { Users: { read: { allow: true } } } })
    await page.getByRole('button', { name: 'Save mine anyway' }).click()
    await save.or(conflict).waitFor({ state: 'detached' })
    t.strictSame((await stored()).permissions, { data: { Roles: { read: { allow: true }, update: { allow: true } } } })
    t.equal(await extent('update Roles').inputValue(), 'all')
  })
  t.strictSame(window.complaints, [])
})

t.test('text in the JSON tab of a role survives a look at another tab, and does not replace a later change unnoticed', async t => {
  const { server, idToken } = await runningConsole()
  const { roleCreate: { id } } = await graphql(server, 'mutation { roleCreate(data: { name: "As JSON", permissions: { data: {} } }) { id } }', {}, idToken)
  t.teardown(async () => { await graphql(server, 'mutation ($id: ID!) { roleDelete(filter: { id: $id }) { success } }', { id }, idToken) })
  const window = await visit(t, `/console/roles/${id}?tab=json`)
  const { page } = window
  await signIn(page)
  const text = page.getByLabel('Permissions', { exact: true })
  const button = (name: string) => page.getByRole('button', { name, exact: true })
  const show = async (tab: string) => { await page.getByRole('tab', { name: tab }).click() }
  const outdated = page.getByText('The permissions have changed since you began to edit this text')
  const stored = await text.inputValue()

  await text.fill('{ "data": { "Users"')
  await show('Data')
  await page.getByRole('tab', { name: 'JSON (not applied)' }).waitFor()
  const question = page.waitForEvent('dialog')
  const leaving = page.getByRole('link', { name: 'All roles' }).click()
  await (await question).dismiss()
  await leaving
  await show('JSON')
  t.equal(await text.inputValue(), '{ "data": { "Users"')
  t.equal(await outdated.count(), 0)
  await text.fill(stored)
  await page.getByRole('tab', { name: 'JSON', exact: true }).waitFor()

  const written = '{ "data": { "Users": { "read": { "allow": true } } } }'
  await text.fill(written)
  await show('Data')
  await page.getByRole('combobox', { name: 'delete Users' }).selectOption('all')
  await show('JSON')
  t.equal(await text.inputValue(), written)
  await outdated.waitFor()
  await examine(t, window, 'role JSON not applied')
  await button('Reset').click()
  t.match(JSON.parse(await text.inputValue()), { data: { Users: { delete: { allow: true } } } })
  t.equal(await outdated.count(), 0)
  await text.fill(written)
  await button('Apply').click()
  await page.getByRole('tab', { name: 'JSON', exact: true }).waitFor()
  await show('Data')
  t.strictSame([await page.getByRole('combobox', { name: 'read Users' }).inputValue(), await page.getByRole('combobox', { name: 'delete Users' }).inputValue()], ['all', 'none'])
  await show('JSON')
  await text.fill('{}')
  await button('Discard').click()
  t.equal(await text.inputValue(), stored, 'what is not applied is discarded with the rest')
  t.strictSame(window.complaints, [])
})

t.test('a new profile keeps what was entered while its type is changed', async t => {
  const { server, idToken } = await runningConsole()
  const { page, complaints } = await visit(t, '/console/authentication/new')
  await signIn(page)
  const type = (name: string) => page.getByRole('radio', { name })
  const field = (name: string) => page.getByRole('textbox', { name, exact: true })
  let questions = 0
  page.on('dialog', async question => {
    questions++
    await question.dismiss()
  })
  await type('AWS Cognito').check()
  await page.getByRole('link', { name: 'All profiles' }).click()
  await page.getByRole('link', { name: 'New profile' }).click()
  t.equal(questions, 0, 'a type alone is no input')

  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Issuer is required').waitFor()
  await field('Name').fill('Kept by type')
  await field('Issuer').fill('https://kept.example.com')
  await field('Client ID').fill('kept')
  await field('Audiences').fill('kept-api')
  await field('Callback URLs').fill('https://kept.example.com/callback')
  await type('Auth0').check()
  t.strictSame(await Promise.all(['Name', 'Domain', 'Client ID', 'Audiences', 'Callback URLs'].map(async name => await field(name).inputValue())), ['Kept by type', '', 'kept', 'kept-api', 'https://kept.example.com/callback'])
  await field('Domain').fill('kept.eu.auth0.com')
  await type('AWS Cognito').check()
  t.equal(await field('Domain of the hosted pages').inputValue(), '', 'this is another domain')
  t.equal(await page.getByText(/is required/).count(), 0, 'mistakes of another type are not shown')
  await field('Domain of the hosted pages').fill('https://kept.auth.eu-west-1.amazoncognito.com')
  await type('OpenID Connect').check()
  t.equal(await field('Issuer').inputValue(), 'https://kept.example.com')
  await page.getByRole('link', { name: 'All profiles' }).click()
  t.equal(questions, 1)

  await type('AWS Cognito').check()
  await field('Region').fill('eu-west-1')
  await field('User pool ID').fill('eu-west-1_Kept')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('heading', { name: 'Kept by type' }).waitFor()
  const { authenticationProfile: { id, ...profile } } = await graphql(server, '{ authenticationProfile(name: "Kept by type") { id type clientId domain audiences options } }', {}, idToken)
  t.teardown(async () => { await graphql(server, 'mutation ($id: ID!) { authenticationProfileDelete(filter: { id: $id }) { success } }', { id }, idToken) })
  t.match(profile, { type: 'cognito', clientId: 'kept', domain: 'https://kept.auth.eu-west-1.amazoncognito.com', options: { region: 'eu-west-1', userPoolId: 'eu-west-1_Kept' } })
  t.notMatch(JSON.stringify(profile), /kept-api|auth0/, 'nothing of the other types is saved')
  t.equal(await field('Domain of the hosted pages').inputValue(), 'https://kept.auth.eu-west-1.amazoncognito.com', 'the form of the stored profile has it too')
  t.strictSame(complaints, [])
})

t.test('the forms of users, profiles and settings keep a draft, and ask before they overwrite what someone else has saved', async t => {
  const { server, idToken } = await runningConsole()
  const { userCreate: { id: userId } } = await graphql(server, 'mutation { userCreate(data: { email: "drafted@example.com", firstName: "Ada" }) { id } }', {}, idToken)
  const { authenticationProfileCreate: { id: profileId } } = await graphql(server, 'mutation { authenticationProfileCreate(data: { name: "Drafted", type: "embedded", clientId: "drafted" }) { id } }', {}, idToken)
  // Other tests expect one embedded profile: accounts of several show the name of any.
  t.teardown(async () => { await graphql(server, 'mutation ($id: ID!) { authenticationProfileDelete(filter: { id: $id }) { success } }', { id: profileId }, idToken) })
  const site = (page: string) => `https://draft.example.com/${page}`
  const forms = [
    {
      of: 'this user',
      path: `/console/users/${userId}`,
      saved: 'User saved',
      save: 'Save',
      mine: 'Last name',
      theirs: 'First name',
      values: ['Lovelace', 'Grace', 'Hopper'],
      change: async (value: string) => await graphql(server, 'mutation ($id: ID!, $firstName: String) { userUpdate(filter: { id: $id }, data: { firstName: $firstName }) { id } }', { id: userId, firstName: value }, idToken),
      stored: async () => { const { user } = await graphql(server, 'query ($id: ID!) { user(id: $id) { firstName lastName } }', { id: userId }, idToken); return [user.lastName, user.firstName] }
    },
    {
      of: 'this profile',
      path: `/console/authentication/${profileId}`,
      saved: 'Profile saved',
      save: 'Save',
      mine: 'Callback URLs',
      theirs: 'Logout URLs',
      values: [site('mine'), site('theirs'), site('third')],
      change: async (value: string) => await graphql(server, 'mutation ($id: ID!, $urls: [String]) { authenticationProfileUpdate(filter: { id: $id }, data: { logoutUrls: $urls }) { id } }', { id: profileId, urls: [value] }, idToken),
      stored: async () => { const { authenticationProfile: profile } = await graphql(server, 'query ($id: ID!) { authenticationProfile(id: $id) { callbackUrls logoutUrls } }', { id: profileId }, idToken); return [...profile.callbackUrls, ...profile.logoutUrls] }
    },
    {
      // The settings have never been changed, so they have no updatedAt yet.
      of: 'these settings',
      path: '/console/authentication',
      saved: 'Settings saved',
      save: 'Save settings',
      mine: 'Callback URLs',
      theirs: 'Logout URLs',
      values: [site('mine'), site('theirs'), site('third')],
      change: async (value: string) => await graphql(server, 'mutation ($urls: [String]) { authenticationSettingsUpdate(data: { allowedLogouts: $urls }) { updatedAt } }', { urls: [value] }, idToken),
      stored: async () => { const { authenticationSettings: settings } = await graphql(server, '{ authenticationSettings { allowedCallbacks allowedLogouts } }', {}, idToken); return [...settings.allowedCallbacks, ...settings.allowedLogouts] }
    }
  ]
  for (const { of, path, saved, save, mine, theirs, values: [draft = '', other = '', third = ''], change, stored } of forms) {
    await t.test(of, async t => {
      const window = await visit(t, path)
      const { page } = window
      await signIn(page)
      const conflict = page.getByRole('alert').filter({ hasText: `Someone else has changed ${of}` })
      const valueOf = async (label: string) => await page.getByLabel(label, { exact: true }).inputValue()
      await page.getByLabel(mine, { exact: true }).fill(draft)
      await change(other)
      const before = await stored()
      await page.getByRole('button', { name: save, exact: true }).click()
      await conflict.waitFor()
      t.strictSame(await stored(), before, 'nothing was saved')
      t.equal(await valueOf(mine), draft, 'the draft is kept')
      await examine(t, window, `conflict of ${of}`)
      await page.getByRole('button', { name: 'Discard mine and load theirs' }).click()
      await conflict.waitFor({ state: 'detached' })
      t.not(await valueOf(mine), draft)
      t.equal(await valueOf(theirs), other)

      await page.getByLabel(mine, { exact: true }).fill(draft)
      await change(third)
      await page.getByRole('button', { name: save, exact: true }).click()
      await conflict.waitFor()
      await page.getByRole('button', { name: 'Save mine anyway' }).click()
      await page.getByText(saved).waitFor()
      await until(async () => await valueOf(theirs) === third)
      t.strictSame(await stored(), [draft, third], 'fields that the draft did not change keep theirs')
      t.equal(await page.getByRole('button', { name: save, exact: true }).isDisabled(), true)
      t.strictSame(window.complaints, [])
    })
  }
})

t.test('a failed refresh leaves the page and the draft as they are, with the error beside them', async t => {
  const { server, idToken } = await runningConsole()
  const { roleCreate: { id } } = await graphql(server, 'mutation { roleCreate(data: { name: "Refreshed" }) { id } }', {}, idToken)
  const { userCreate: { id: userId } } = await graphql(server, 'mutation { userCreate(data: { email: "refreshed@example.com" }) { id } }', {}, idToken)
  const { page } = await visit(t, `/console/roles/${id}`)
  await signIn(page)
  await page.getByRole('combobox', { name: 'delete Users' }).selectOption('all')
  // A mutation succeeds; every query after it fails.
  const fail = async () => {
    await page.route('**/graphql', async route => {
      if ((route.request().postDataJSON() as { query: string }).query.trim().startsWith('mutation')) await route.continue()
      else await route.fulfill({ json: { data: null, errors: [{ message: 'Internal error', code: 'InternalError' }] } })
    })
  }
  await fail()
  await page.getByRole('button', { name: 'Edit details' }).click()
  await page.getByRole('textbox', { name: 'Description' }).fill('x')
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
  const failed = (title: string) => page.getByRole('alert').filter({ hasText: title })
  await failed('Couldn\'t load the role').waitFor()
  await failed('Couldn\'t load your user').waitFor()
  await page.getByText('You have unsaved changes').waitFor()
  t.equal(await page.getByRole('combobox', { name: 'delete Users' }).inputValue(), 'all')
  await page.unroute('**/graphql')
  for (const title of ['Couldn\'t load your user', 'Couldn\'t load tables', 'Couldn\'t load the role']) {
    await failed(title).getByRole('button', { name: 'Try again' }).click()
    await failed(title).waitFor({ state: 'detached' })
  }
  t.equal(await page.getByRole('combobox', { name: 'delete Users' }).inputValue(), 'all')
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.getByText('You have unsaved changes').waitFor({ state: 'detached' })

  for (const { path, label, save, title } of [
    { path: `/console/users/${userId}`, label: 'Last name', save: 'Save', title: 'Couldn\'t load the user' },
    { path: '/console/authentication', label: 'Web origins', save: 'Save settings', title: 'Couldn\'t load the settings' }
  ]) {
    await page.goto(`${server.url}${path}`)
    await page.getByLabel(label, { exact: true }).fill('https://kept.example.com')
    await fail()
    await page.getByRole('button', { name: save, exact: true }).click()
    await failed(title).getByRole('button', { name: 'Try again' }).waitFor()
    t.equal(await page.getByLabel(label, { exact: true }).inputValue(), 'https://kept.example.com')
    await page.unroute('**/graphql')
  }
  await graphql(server, 'mutation { authenticationSettingsUpdate(data: { allowedWebOrigins: [] }) { updatedAt } }', {}, idToken)

  await page.goto(`${server.url}/console/users?q=refreshed@`)
  await page.getByRole('link', { name: 'refreshed@example.com' }).waitFor()
  await page.getByRole('button', { name: 'Invite' }).click()
  await page.getByRole('dialog').getByLabel('Email').fill('invited@refreshed.example')
  await fail()
  await page.getByRole('dialog').getByRole('button', { name: 'Invite' }).click()
  await failed('Couldn\'t load users').waitFor()
  t.equal(await page.getByRole('link', { name: 'refreshed@example.com' }).count(), 1, 'the list stays')
})

t.test('before people take away their own access, they are told what they would lose', async t => {
  const { server, idToken } = await runningConsole()
  const email = 'owner@example.com'
  const { roleCreate: { id: roleId } } = await graphql(server, 'mutation { roleCreate(data: { name: "Owner", permissions: { all: true } }) { id } }', {}, idToken)
  const { userCreate: { id: userId } } = await graphql(server, 'mutation ($email: String!) { userCreate(data: { email: $email, roles: { connect: [{ name: "Owner" }] } }) { id } }', { email }, idToken)
  const rolesOf = async () => (await graphql(server, 'query ($email: String!) { user(email: $email) { roles { items { name } } } }', { email }, idToken)).user.roles.items.map(({ name }: { name: string }) => name)
  const permissions = async () => (await graphql(server, 'query ($id: ID!) { role(id: $id) { permissions } }', { id: roleId }, idToken)).role.permissions
  await account(server, email)
  const window = await visit(t, `/console/roles/${roleId}`)
  const { page } = window
  await signIn(page, email)
  const question = page.getByRole('dialog', { name: 'Take away your own access?' })
  const answer = async (name: string) => {
    await question.getByRole('button', { name }).click()
    await question.waitFor({ state: 'detached' })
  }

  await t.test('editing a role that they have', async t => {
    await page.getByRole('button', { name: 'Choose individual permissions' }).click()
    await page.getByRole('combobox', { name: 'read Users' }).selectOption('all')
    await page.getByRole('button', { name: 'Save changes' }).click()
    t.match(await question.textContent(), /no longer have full access.*these pages: Authentication, Roles, API tokens, Activity, View as\./)
    await examine(t, window, 'taking away one\'s own access')
    await answer('Cancel')
    t.strictSame(await permissions(), { all: true })
    await page.getByRole('button', { name: 'Discard' }).click()
  })

  await t.test('deleting it, or their own user', async t => {
    await page.getByRole('button', { name: 'Delete' }).click()
    const dialog = page.getByRole('dialog', { name: 'Delete Owner?' })
    t.match(await dialog.textContent(), /no longer have full access/)
    await examine(t, window, 'deleting one\'s own role')
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('button', { name: `Account: ${email}` }).click()
    await page.getByRole('menuitem', { name: 'Your user' }).click()
    await page.getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('dialog').getByText('This is your own user').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
  })

  await t.test('removing it on their user\'s page', async t => {
    const roles = page.getByRole('combobox', { name: 'Roles' })
    const choose = async (name: string) => {
      await roles.click()
      await page.getByRole('option', { name }).click()
      await page.keyboard.press('Escape')
    }
    // Another role with full access: nothing is lost.
    await choose('Administrator')
    await page.locator('.mantine-Pill-root', { hasText: 'Owner' }).locator('button').click()
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByText('User saved').waitFor()
    t.strictSame(await rolesOf(), ['Administrator'])
    await until(async () => await page.getByRole('button', { name: 'Save', exact: true }).isDisabled())
    await choose('Support')
    await page.locator('.mantine-Pill-root', { hasText: 'Administrator' }).locator('button').click()
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await answer('Cancel')
    t.strictSame(await rolesOf(), ['Administrator'])
  })

  await t.test('removing it on the role\'s page', async t => {
    await graphql(server, 'mutation ($id: ID!) { userUpdate(filter: { id: $id }, data: { roles: { reconnect: [{ name: "Owner" }] } }) { id } }', { id: userId }, idToken)
    await page.goto(`${server.url}/console/roles/${roleId}?tab=users`)
    const remove = page.getByRole('button', { name: `Remove the role from ${email}` })
    await remove.click()
    await answer('Cancel')
    t.strictSame(await rolesOf(), ['Owner'])
    await remove.click()
    await answer('Take away my access')
    await page.getByText(`Role removed from ${email}`).waitFor()
    t.strictSame(await rolesOf(), [])
  })
  t.strictSame(window.complaints.filter(complaint => !complaint.includes('403')), [])
  await graphql(server, 'mutation ($id: ID!) { roleDelete(filter: { id: $id }) { success } }', { id: roleId }, idToken)
})

t.test('a page with unsaved input is left only if the user agrees', async t => {
  const { server, idToken } = await runningConsole()
  const { userCreate: { id: userId } } = await graphql(server, 'mutation { userCreate(data: { email: "asked@example.com" }) { id } }', {}, idToken)
  const { roleCreate: { id: roleId } } = await graphql(server, 'mutation { roleCreate(data: { name: "Asked" }) { id } }', {}, idToken)
  const { authenticationProfileCreate: { id: profileId } } = await graphql(server, 'mutation { authenticationProfileCreate(data: { name: "Asked", type: "embedded", clientId: "asked" }) { id } }', {}, idToken)
  t.teardown(async () => { await graphql(server, 'mutation ($id: ID!) { authenticationProfileDelete(filter: { id: $id }) { success } }', { id: profileId }, idToken) })
  const { page, complaints } = await visit(t, '/console/roles')
  await signIn(page)
  const questions: string[] = []
  let agree = false
  page.on('dialog', async question => {
    questions.push(question.type() === 'confirm' ? question.message() : question.type())
    await (agree ? question.accept() : question.dismiss())
  })
  const asked = async (question: string) => {
    await until(async () => questions.length > 0)
    t.strictSame(questions.splice(0), [question])
  }
  const [leaving, closing] = ['Leave without saving your changes?', 'beforeunload']
  const home = page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Home' })

  for (const { path, label, open } of [
    { path: `/users/${userId}`, label: 'Last name' },
    { path: `/authentication/${profileId}`, label: 'Callback URLs' },
    { path: '/authentication', label: 'Callback URLs' },
    { path: '/authentication/new', label: 'Name' },
    { path: '/users', label: 'Email', open: 'Invite' },
    { path: '/api-tokens', label: 'Name', open: 'New API token' },
    { path: `/roles/${roleId}`, label: 'Description', open: 'Edit details' },
    { path: `/roles/${roleId}?tab=json`, label: 'Permissions' }
  ]) {
    await page.goto(`${server.url}/console${path}`)
    if (open !== undefined) await page.getByRole('button', { name: open }).click()
    const field = page.getByRole('textbox', { name: label, exact: true }).first()
    const before = await field.inputValue()
    await field.fill('https://asked.example.com')
    // A modal dialog covers the navigation, but not the browser's own buttons.
    if (open === undefined) {
      await home.click()
      await asked(leaving)
      t.equal(await field.inputValue(), 'https://asked.example.com', `${path} stays`)
    }
    await page.close({ runBeforeUnload: true })
    await asked(closing)
    t.equal(await field.inputValue(), 'https://asked.example.com', `the tab of ${path} stays`)
    await field.fill(before)
    await page.keyboard.press('Escape')
    await home.click()
    await page.getByRole('heading', { name: 'Welcome' }).waitFor()
    t.strictSame(questions, [], 'without a change there is no question')
  }

  await t.test('a dialog asks too, unless it is canceled', async t => {
    await page.goto(`${server.url}/console/users`)
    const dialog = page.getByRole('dialog')
    const ways = [
      async () => { await page.keyboard.press('Escape') },
      async () => { await dialog.getByRole('button', { name: 'Close' }).click() },
      async () => { await page.mouse.click(5, 500) }
    ]
    for (const { path, open, label } of [
      { path: '/users', open: 'Invite', label: 'Email' },
      { path: '/roles', open: 'New role', label: 'Name' },
      { path: '/api-tokens', open: 'New API token', label: 'Name' },
      { path: `/roles/${roleId}`, open: 'Edit details', label: 'Description' },
      { path: `/roles/${roleId}?table=Users&action=read`, open: null, label: 'Filter' }
    ]) {
      await page.goto(`${server.url}/console${path}`)
      const field = dialog.getByRole('textbox', { name: label })
      const show = async () => {
        if (open === null) await page.getByRole('combobox', { name: 'read Users' }).selectOption('some')
        else await page.getByRole('button', { name: open }).click()
        await field.waitFor()
      }
      if (open === null) await dialog.getByRole('button', { name: 'Cancel' }).click()
      await show()
      for (const close of ways) {
        await field.fill('typed')
        await close()
        await asked(leaving)
        t.equal(await field.inputValue(), 'typed', `${path} keeps what was typed`)
        await page.keyboard.press('Tab')
        t.equal(await dialog.locator(':focus').count(), 1, 'and the focus')
      }
      agree = true
      await page.keyboard.press('Escape')
      await asked(leaving)
      await dialog.waitFor({ state: 'detached' })
      agree = false
      await show()
      await field.fill('typed')
      await dialog.getByRole('button', { name: 'Cancel' }).click()
      await dialog.waitFor({ state: 'detached' })
      for (const close of ways) {
        await show()
        await close()
        await dialog.waitFor({ state: 'detached' })
      }
      t.strictSame(questions, [])
    }

    t.comment('unsaved input outside of a dialog is no reason to ask before the dialog is closed')
    await page.getByRole('combobox', { name: 'delete Users' }).selectOption('all')
    await page.getByRole('button', { name: 'Edit details' }).click()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    t.strictSame(questions, [])
    await page.getByRole('button', { name: 'Discard' }).click()
  })

  await t.test('the back button, and signing out', async t => {
    await page.goto(`${server.url}/console/users?q=asked@`)
    await page.getByRole('link', { name: 'asked@example.com' }).click()
    await page.getByLabel('Last name').fill('Asked')
    await page.evaluate('history.back()')
    await asked(leaving)
    await page.getByRole('button', { name: /^Account/ }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await asked(leaving)
    t.equal(await page.getByLabel('Last name').inputValue(), 'Asked')
    agree = true
    await page.evaluate('history.back()')
    await asked(leaving)
    await page.getByRole('table', { name: 'Users' }).waitFor()
    agree = false
  })

  await t.test('what is saved or deleted needs no question', async t => {
    await page.goto(`${server.url}/console/users/${userId}`)
    await page.getByLabel('Last name').fill('Asked')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByText('User saved').waitFor()
    await page.getByLabel('Last name').fill('Deleted')
    await page.getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('button', { name: 'Delete user' }).click()
    await page.getByRole('table', { name: 'Users' }).waitFor()
    await page.goto(`${server.url}/console/roles`)
    await page.getByRole('button', { name: 'New role' }).click()
    await page.getByLabel('Name').fill('Created')
    await page.getByRole('button', { name: 'Create role' }).click()
    await page.getByRole('heading', { name: 'Created' }).waitFor()
    t.strictSame(questions, [])
  })
  t.strictSame(complaints, [])
})
