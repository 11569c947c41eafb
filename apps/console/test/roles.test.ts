import t from 'tap'
import { administrator, examine, graphql, runningConsole, signIn, visit } from './helpers/running-console.js'

t.test('all roles and API tokens can be chosen, and the list of roles has pages, however many there are', async t => {
  const { page } = await visit(t)
  const many = (list: string, most: number) => Array.from({ length: most }, (_, index) => ({ id: `${list}-${index}`, name: `Made-up ${list} ${index}` }))
  // Responses as a server with 1,200 of each would send them.
  await page.route('**/graphql', async route => {
    const { query, variables } = route.request().postDataJSON() as { query: string, variables?: { first?: number, after?: string } }
    const list = /rolesList|apiTokensList/.exec(query)?.[0]
    if (list === undefined) return await route.continue()
    const start = variables?.after === undefined ? 0 : Number(variables.after.split('-')[1]) + 1
    await route.fulfill({ json: { data: { [list]: { items: many(list, 1200).slice(start, start + (variables?.first ?? 1000)).map(item => ({ ...item, description: null, permissions: {} })) } } } })
  })
  await signIn(page)
  await page.getByRole('link', { name: 'Roles' }).click()
  await page.getByRole('link', { name: 'Made-up rolesList 499' }).waitFor()
  await page.getByRole('button', { name: 'Next' }).click()
  await page.getByRole('link', { name: 'Made-up rolesList 500' }).waitFor()
  await page.getByRole('button', { name: 'Next' }).click()
  await page.getByRole('link', { name: 'Made-up rolesList 1199' }).waitFor()
  t.equal(await page.getByRole('button', { name: 'Next' }).isDisabled(), true)
  await page.getByRole('link', { name: 'View as' }).click()
  for (const [kind, field, name] of [['Roles', 'Roles', 'Made-up rolesList 1199'], ['API token', 'API token', 'Made-up apiTokensList 1199']] as const) {
    await page.getByText(kind, { exact: true }).and(page.locator('label *')).click()
    await page.getByRole('combobox', { name: field }).fill(name)
    await page.getByRole('option', { name, exact: true }).click()
  }
})

t.test('an administrator creates a role, sets its permissions, assigns it, edits its details and deletes it', async t => {
  const { server, idToken } = await runningConsole()
  const permissionsOf = async (name: string) => (await graphql(server, 'query ($name: String!) { role(name: $name) { permissions } }', { name }, idToken)).role.permissions
  const window = await visit(t, '/console/roles')
  const { page } = window
  await signIn(page)
  await page.getByRole('row').filter({ hasText: 'Administrator' }).getByText('Full access', { exact: true }).waitFor()
  await examine(t, window, 'roles')
  await page.getByRole('button', { name: 'New role' }).click()
  await page.getByLabel('Name').fill('Team lead')
  await page.getByRole('button', { name: 'Create role' }).click()
  await page.getByRole('heading', { name: 'Team lead' }).waitFor()

  await t.test('data: a matrix, fields, and a filter that is checked while typing', async t => {
    await page.getByRole('combobox', { name: 'update Users' }).selectOption('No records')
    await page.getByRole('combobox', { name: 'read Roles' }).selectOption('All records')
    await page.getByRole('combobox', { name: 'read Users' }).selectOption('All records')
    await page.getByRole('combobox', { name: 'read Users' }).selectOption('Custom filter')
    const dialog = page.getByRole('dialog', { name: 'read Users' })
    const filter = dialog.getByRole('textbox', { name: 'Filter' })
    await filter.fill('{ "emial": { "equals": 1 } }')
    await dialog.getByText(/did you mean email\?/).waitFor()
    await examine(t, window, 'filter')
    await filter.fill('{ "email": ')
    await dialog.getByText(/Invalid JSON/).waitFor()
    t.equal(await dialog.getByRole('button', { name: 'Apply' }).isDisabled(), true)
    await filter.fill(`{ "email": { "equals": "${administrator}" } }`)
    await dialog.getByText('It matches 1 record now').waitFor()
    const admitted = dialog.getByRole('table', { name: 'First matching records' })
    await admitted.getByRole('cell', { name: administrator }).waitFor()
    t.equal(await admitted.getByRole('row').count(), 2)
    await examine(t, window, 'filter with records')
    // In a list, a filter on createdBy has another form than in a permission.
    await filter.fill('{ "createdBy": { "is_empty": true }, "email": { "contains": "admin" } }')
    await admitted.getByRole('cell', { name: administrator }).waitFor()
    await filter.fill(`{ "email": { "equals": "${administrator}" } }`)
    await dialog.getByText('It matches 1 record now').waitFor()
    await dialog.getByRole('radio', { name: 'Only some fields' }).check()
    await dialog.getByRole('combobox', { name: 'Allowed fields' }).click()
    await page.getByRole('option', { name: 'email' }).click()
    await page.keyboard.press('Escape')
    await dialog.getByRole('button', { name: 'Apply' }).click()
    await examine(t, window, 'role data')
    await page.getByRole('button', { name: 'Save changes' }).click()
    await page.getByText('Role saved').waitFor()
    t.strictSame(await permissionsOf('Team lead'), { data: { Users: { read: { allow: true, fields: { email: true }, filter: { email: { equals: administrator } } } }, Roles: { read: { allow: true } } } })
  })

  await t.test('functions and apps', async t => {
    await page.getByRole('tab', { name: 'Functions and apps' }).click()
    await page.getByRole('switch', { name: 'Call getToken' }).check()
    await page.getByRole('switch', { name: 'Workspace administration' }).check()
    await page.getByRole('switch', { name: 'Team administration' }).check()
    await examine(t, window, 'role functions and apps')
    await page.getByRole('button', { name: 'Save changes' }).click()
    await page.getByRole('button', { name: 'Save changes' }).waitFor({ state: 'detached' })
    t.match(await permissionsOf('Team lead'), { custom: { functions: { getToken: { allow: true } }, settings: { workspaceAdministration: { allow: true } }, users: { teamAdministration: { allow: true } } } })
    await page.getByRole('switch', { name: 'Workspace administration' }).uncheck()
    await page.getByRole('button', { name: 'Save changes' }).click()
    await page.getByRole('button', { name: 'Save changes' }).waitFor({ state: 'detached' })
    t.strictSame((await permissionsOf('Team lead')).custom, { functions: { getToken: { allow: true } }, settings: {}, users: { teamAdministration: { allow: true } } })
  })

  await t.test('users', async t => {
    await graphql(server, 'mutation { userCreate(data: { email: "lead@example.com" }) { id } }', {}, idToken)
    await page.getByRole('tab', { name: 'Users' }).click()
    await page.getByText('No users have the role').waitFor()
    await page.getByLabel('Assign to user').fill('lead@example.com')
    await page.getByRole('button', { name: 'Assign role' }).click()
    await page.getByRole('link', { name: 'lead@example.com' }).waitFor()
    await examine(t, window, 'role users')
    await page.getByRole('button', { name: 'Remove the role from lead@example.com' }).click()
    await page.getByText('No users have the role').waitFor()
  })

  await t.test('API tokens', async t => {
    const { apiTokenCreate: { id } } = await graphql(server, 'mutation { apiTokenCreate(data: { name: "Team script" }) { id } }', {}, idToken)
    const rolesOf = async () => (await graphql(server, 'query ($id: ID!) { apiToken(id: $id) { roles { items { name } } } }', { id }, idToken)).apiToken.roles.items
    await page.getByRole('tab', { name: 'API tokens' }).click()
    await page.getByText('No API tokens have the role').waitFor()
    await page.getByRole('combobox', { name: 'Assign to API token' }).click()
    await page.getByRole('option', { name: 'Team script' }).click()
    await page.getByRole('button', { name: 'Assign role' }).click()
    await page.getByRole('rowheader', { name: 'Team script' }).waitFor()
    t.strictSame(await rolesOf(), [{ name: 'Team lead' }])
    await examine(t, window, 'role API tokens')
    await page.getByRole('button', { name: 'Remove the role from Team script' }).click()
    await page.getByText('No API tokens have the role').waitFor()
    t.strictSame(await rolesOf(), [])
    await graphql(server, 'mutation ($id: ID!) { apiTokenDelete(filter: { id: $id }) { success } }', { id }, idToken)
  })

  await t.test('JSON, which the server checks on saving', async t => {
    await page.getByRole('tab', { name: 'JSON' }).click()
    await page.getByLabel('Permissions').fill('{ "data": { "Users": { "reed": { "allow": true } } } }')
    await page.getByRole('button', { name: 'Apply' }).click()
    await page.getByRole('button', { name: 'Save changes' }).click()
    await page.getByText('Couldn\'t save the role').waitFor()
    t.match(await page.getByRole('alert').filter({ hasText: 'Couldn\'t save the role' }).textContent(), /reed/)
    await examine(t, window, 'role JSON')
    const question = page.waitForEvent('dialog')
    const leaving = page.getByRole('link', { name: 'All roles' }).click()
    await (await question).dismiss()
    await leaving
    await page.getByRole('button', { name: 'Discard' }).click()
  })

  await page.getByRole('button', { name: 'Edit details' }).click()
  await page.getByRole('textbox', { name: 'Name' }).fill('Lead')
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
  await page.getByRole('heading', { name: 'Lead', exact: true }).waitFor()
  await page.getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete role' }).click()
  await page.getByRole('heading', { name: 'Roles' }).waitFor()
  await t.rejects(permissionsOf('Lead'), /EntityNotFoundError/)
  t.strictSame(window.complaints, [])
})

t.test('with the keyboard only: a dialog returns the focus, and the bar of unsaved changes never covers it', async t => {
  const { server, idToken } = await runningConsole()
  const { role: { id } } = await graphql(server, '{ role(name: "Support") { id } }', {}, idToken)
  const { page } = await visit(t, `/console/roles/${id}`)
  await page.setViewportSize({ width: 390, height: 844 })
  await signIn(page)
  const fields = page.getByRole('button', { name: /fields: read Users/ })
  const dialog = page.getByRole('dialog', { name: 'read Users' })
  const focused = page.locator(':focus')
  for (const close of ['Escape', 'Enter']) {
    await fields.focus()
    await page.keyboard.press('Enter')
    await dialog.getByRole('radio', { name: 'All records' }).and(focused).waitFor()
    if (close === 'Enter') await dialog.getByRole('button', { name: 'Apply' }).focus()
    await page.keyboard.press(close)
    await dialog.waitFor({ state: 'detached' })
    await fields.and(focused).waitFor()
  }
  await page.getByRole('combobox', { name: 'delete Users' }).selectOption('all')
  await page.getByText('You have unsaved changes').waitFor()
  await page.getByRole('tab', { name: 'Data' }).focus()
  for (const key of ['Tab', 'Shift+Tab']) {
    const covered: string[] = []
    for (let step = 0; step < 28; step++) {
      await page.keyboard.press(key)
      const name = await focused.evaluate(element => {
        const { left, top, width, height } = element.getBoundingClientRect()
        const shown = document.elementFromPoint(left + width / 2, top + height / 2)
        return element.contains(shown) ? null : element.getAttribute('aria-label') ?? element.textContent
      })
      if (name !== null) covered.push(name)
    }
    t.strictSame(covered, [], key)
  }
})
