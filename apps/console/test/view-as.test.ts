import type { Locator } from 'playwright-core'
import t from 'tap'
import { account, administrator, examine, graphql, runningConsole, signIn, visit } from './helpers/running-console.js'

t.test('an administrator views the data as somebody else, and stops', async t => {
  const { server, idToken } = await runningConsole()
  await graphql(server, 'mutation { roleCreate(data: { name: "Sees admins", permissions: { data: { Users: { read: { allow: true, fields: { id: true, email: true, status: true }, filter: { email: { starts_with: "admin" } } } } } } }) { id } }', {}, idToken)
  await graphql(server, 'mutation { userCreate(data: { email: "viewed@example.com", roles: { connect: [{ name: "Sees admins" }] } }) { id } }', {}, idToken)
  const window = await visit(t, '/console/view-as')
  const { page } = window
  await signIn(page)
  await page.getByText('Nobody selected').waitFor()
  await examine(t, window, 'view as nobody')
  await page.getByRole('button', { name: 'View', exact: true }).click()
  await page.getByText('Choose at least one role').waitFor()
  await page.getByRole('combobox', { name: 'Roles' }).click()
  await page.getByRole('option', { name: 'Sees admins' }).click()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'View', exact: true }).click()
  const bar = page.getByRole('region', { name: 'Viewing as' })
  await bar.getByText('A signed-in user with the role Sees admins').waitFor()
  const records = page.getByRole('table', { name: 'Records of Users' })
  await records.getByRole('cell', { name: administrator }).waitFor()
  t.equal(await records.getByRole('row').count(), 2, 'as the filter of the role allows')
  const cellOf = async (column: string) => {
    const names = await records.getByRole('columnheader').allTextContents()
    return await records.getByRole('row').nth(1).getByRole('cell').nth(names.findIndex(name => name.startsWith(column))).textContent()
  }
  t.match(await cellOf('firstName'), /not readable/)
  t.match(await cellOf('status'), /active/)
  t.match(await cellOf('timezone'), /not readable/, 'even though the field is empty')
  await examine(t, window, 'view as data')
  await page.getByRole('combobox', { name: 'Table' }).selectOption('Roles')
  await page.getByText('They would be refused access').waitFor()
  await page.getByRole('link', { name: 'Change it in Sees admins' }).waitFor()
  await examine(t, window, 'view as refused')
  await page.reload()
  await page.getByText('They would be refused access').waitFor()
  await bar.getByRole('button', { name: 'Stop viewing' }).click()
  await page.getByText('Nobody selected').waitFor()

  await page.getByText('User', { exact: true }).click()
  await page.getByRole('combobox', { name: 'User' }).fill('viewed@')
  await page.getByRole('option', { name: 'viewed@example.com' }).click()
  await page.getByRole('button', { name: 'View', exact: true }).click()
  await bar.getByText('The user viewed@example.com').waitFor()
  await page.getByRole('combobox', { name: 'Table' }).selectOption('Users')
  await page.getByText('1 record', { exact: true }).waitFor()
  t.match(await server.printed('view as'), /view as/)
  t.strictSame(window.complaints, [])
})

t.test('the records are counted, sorted and paged as the subject sees them', async t => {
  const { server, idToken } = await runningConsole()
  for (let index = 10; index < 40; index++) await graphql(server, 'mutation ($email: String!) { userCreate(data: { email: $email }) { id } }', { email: `paged${index}@paged.example` }, idToken)
  const { roleCreate: { id } } = await graphql(server, 'mutation { roleCreate(data: { name: "Sees paged", permissions: { data: { Users: { read: { allow: true, filter: { email: { ends_with: "@paged.example" } } } } } } }) { id } }', {}, idToken)
  const { page, complaints } = await visit(t, `/console/view-as?as=roles:${id}`)
  await signIn(page)
  await page.getByRole('status').filter({ hasText: '30 records, showing 1 to 25' }).waitFor()
  const records = page.getByRole('table', { name: 'Records of Users' })
  await records.getByRole('button', { name: 'email' }).click()
  await records.getByRole('columnheader', { name: 'email' }).and(page.locator('[aria-sort=ascending]')).waitFor()
  await records.getByRole('cell', { name: 'paged10@paged.example' }).waitFor()
  await page.getByRole('button', { name: 'Next' }).click()
  await records.getByRole('cell', { name: 'paged39@paged.example' }).waitFor()
  t.equal(await records.getByRole('row').count(), 6)
  t.strictSame(complaints, [])
})

t.test('any query can be sent as somebody else, but no mutation', async t => {
  const { server, idToken } = await runningConsole()
  const { role: { id } } = await graphql(server, '{ role(name: "Support") { id } }', {}, idToken)
  const window = await visit(t, `/console/view-as?as=roles:${id}&tab=explorer`)
  const { page } = window
  await signIn(page)
  const query = page.getByRole('textbox', { name: 'Query' })
  const result = page.getByRole('region', { name: 'Result' })
  await write(query, '{ usersList { count items { email status } } }')
  await page.keyboard.press('Control+Enter')
  await result.filter({ hasText: '"email": "admin@example.com"' }).waitFor()
  t.match(await result.textContent(), /"status": null/)
  await examine(t, window, 'explorer')

  await write(query, '{ usersLi')
  await page.keyboard.press('Control+Space')
  await page.getByRole('option', { name: /^usersList/ }).click()
  t.match(await query.textContent(), /\{ usersList/)
  await write(query, '{ usersLits { count } }')
  await page.locator('.cm-lintRange-error').first().waitFor()

  await write(query, 'mutation ($email: String!) { userCreate(data: { email: $email }) { id } }')
  await write(page.getByRole('textbox', { name: 'Variables' }), '{ "email": ')
  await page.getByRole('button', { name: 'Run' }).click()
  await page.getByText('The variables are not valid JSON').waitFor()
  await write(page.getByRole('textbox', { name: 'Variables' }), '{ "email": "explored@example.com" }')
  await page.getByRole('button', { name: 'Run' }).click()
  await page.getByRole('alert').filter({ hasText: 'is for queries only' }).waitFor()
  await examine(t, window, 'explorer refused')
  const count = async () => (await graphql(server, '{ usersList(filter: { email: { equals: "explored@example.com" } }) { count } }', {}, idToken)).usersList.count
  t.equal(await count(), 0)
  await page.getByRole('button', { name: 'Stop viewing' }).click()
  await page.getByText('You\'re querying as yourself').waitFor()
  t.match(await query.textContent(), /mutation/, 'the query is kept')
  t.equal(await page.getByRole('alert').filter({ hasText: 'is for queries only' }).count(), 0, 'the result for the other subject is not')
  await page.getByRole('button', { name: 'Run' }).click()
  await result.filter({ hasText: '"userCreate"' }).waitFor()
  t.equal(await count(), 1)
  t.notMatch(await page.evaluate('JSON.stringify([sessionStorage, localStorage])'), 'explored@example.com')
  await write(query, 'query A { usersList { count } } query B { rolesList { count } }')
  await page.getByRole('combobox', { name: 'Operation' }).click()
  await page.getByRole('option', { name: 'B' }).click()
  await page.getByRole('button', { name: 'Run' }).click()
  await result.filter({ hasText: '"rolesList"' }).waitFor()
  t.notMatch(await result.textContent(), 'usersList')
  // This error is about the token in the query, not about the session's own.
  await write(query, 'mutation { userRefreshToken(data: { refreshToken: "none", email: "admin@example.com" }) { idToken } }')
  await page.getByRole('button', { name: 'Run' }).click()
  await page.getByRole('alert').filter({ hasText: 'Refresh Token has expired' }).waitFor()
  await page.getByRole('tab', { name: 'Data' }).click()
  await page.getByText('Nobody selected').waitFor()
  t.strictSame(window.complaints, [])
})

t.test('a user without full access is told that it is required', async t => {
  const { server, idToken } = await runningConsole()
  const email = 'nearly@example.com'
  await graphql(server, '{ user { id } }', {}, await account(server, email))
  const all = { read: { allow: true } }
  await graphql(server, 'mutation ($data: RoleCreateInput!) { roleCreate(data: $data) { id } }', { data: { name: 'Nearly all', permissions: { data: { Roles: all, Users: all, ApiTokens: all } } } }, idToken)
  await graphql(server, 'mutation ($email: String!) { userUpdate(filter: { email: $email }, data: { roles: { reconnect: [{ name: "Nearly all" }] } }) { id } }', { email }, idToken)
  const window = await visit(t, '/console/view-as?as=guest')
  const { page } = window
  await signIn(page, email)
  await page.getByText('You can\'t view as someone else').waitFor()
  t.match(await page.getByRole('alert').textContent(), /requires a role with full access/)
  t.equal(await page.getByRole('region', { name: 'Viewing as' }).count(), 0)
  await examine(t, window, 'view as without being an administrator')
  await page.getByRole('tab', { name: 'Compare' }).click()
  await page.getByText('You can\'t view as someone else').waitFor()
  await graphql(server, 'mutation ($email: String!) { userUpdate(filter: { email: $email }, data: { roles: { reconnect: [{ name: "Guest" }] } }) { id } }', { email }, idToken)
  await page.reload()
  await page.getByText('You can\'t view as someone else').waitFor()
  t.notMatch(await page.textContent('main'), /permission to/, 'a permission to read roles would not help')
  await page.getByRole('tab', { name: 'API explorer' }).click()
  await page.getByText('You\'re querying as yourself').waitFor()
  // A role that allows everything by name is no role with full access.
  const whole = Object.fromEntries((await graphql(server, '{ permissionResources { tables { name } } }', {}, idToken)).permissionResources.tables.map(({ name }: { name: string }) => [name, Object.fromEntries(['create', 'read', 'update', 'delete'].map(action => [action, { allow: true }]))]))
  await graphql(server, 'mutation ($data: RoleCreateInput!) { roleCreate(data: $data) { id } }', { data: { name: 'All by name', permissions: { data: whole } } }, idToken)
  await graphql(server, 'mutation ($email: String!) { userUpdate(filter: { email: $email }, data: { roles: { reconnect: [{ name: "All by name" }] } }) { id } }', { email }, idToken)
  await page.getByRole('tab', { name: 'Data' }).click()
  await page.reload()
  await page.getByText('You can\'t view as someone else').waitFor()
  t.match(await page.getByRole('alert').textContent(), /requires a role with full access/)
  t.strictSame(window.complaints, [])
})

t.test('if the server does not publish its schema, the console uses its own copy', async t => {
  const { page, complaints } = await visit(t, '/console/view-as?as=guest&tab=explorer')
  // The response of a server in production.
  await page.route('**/graphql', async route => await (route.request().postData()?.includes('__schema') === true
    ? route.fulfill({ json: { data: null, errors: [{ message: 'GraphQL introspection has been disabled', code: 'ValidationError' }] } })
    : route.continue()))
  await signIn(page)
  await page.getByText('The server doesn\'t publish its schema').waitFor()
  await write(page.getByRole('textbox', { name: 'Query' }), '{ administratorNeede')
  await page.keyboard.press('Control+Space')
  await page.getByRole('option', { name: /^administratorNeeded/ }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('tab', { name: 'Data' }).click()
  await page.getByText('They would be refused access').waitFor()
  t.strictSame(complaints, [])
})

t.test('two roles are compared, down to the records that only one of them shows', async t => {
  const { server, idToken } = await runningConsole()
  const create = async (name: string, permissions: object) => (await graphql(server, 'mutation ($data: RoleCreateInput!) { roleCreate(data: $data) { id } }', { data: { name, permissions } }, idToken)).roleCreate.id
  const first = await create('Compared one', { data: { Users: { read: { allow: true, filter: { email: { starts_with: 'only.' } } } }, Roles: { read: { allow: true } } } })
  await create('Compared two', { data: { Users: { read: { allow: true, fields: { id: true, email: true }, filter: { email: { equals: 'only.b@example.com' } } } }, Roles: { read: { allow: true } } }, custom: { functions: { getToken: { allow: true } } } })
  for (const email of ['only.a@example.com', 'only.b@example.com']) await graphql(server, 'mutation ($email: String!) { userCreate(data: { email: $email }) { id } }', { email }, idToken)
  const window = await visit(t, `/console/view-as?as=roles:${first}&tab=difference`)
  const { page } = window
  await signIn(page)
  await page.getByRole('combobox', { name: 'Roles' }).click()
  await page.getByRole('option', { name: 'Compared two' }).click()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Compare' }).click()
  const differences = page.getByRole('table', { name: 'Permissions compared' })
  await differences.getByRole('row').filter({ hasText: 'call getToken' }).waitFor()
  const reading = differences.getByRole('row').filter({ hasText: 'read Users' })
  t.match(await reading.textContent(), /some records \(2 now\).*starts_with.*all fields.*some records \(1 now\).*email, id/)
  t.equal(await differences.getByRole('row').filter({ hasText: 'Roles' }).count(), 0, 'identical permissions are left out')
  await reading.getByRole('button', { name: /^Show records/ }).click()
  await page.getByRole('table', { name: 'Records of Users that only the first sees' }).getByRole('cell', { name: 'only.a@example.com' }).waitFor()
  t.match(await page.getByRole('region', { name: 'Records of Users that only the second sees' }).textContent(), /none/)
  await examine(t, window, 'difference')
  await page.getByRole('switch', { name: 'Show identical permissions' }).check()
  await differences.getByRole('row').filter({ hasText: 'read Roles' }).waitFor()
  t.strictSame(window.complaints, [])
})

/** Replaces the text of an editor. */
async function write (editor: Locator, text: string): Promise<void> {
  const { keyboard } = editor.page()
  await editor.click()
  await keyboard.press('Control+a')
  await keyboard.insertText(text)
}

t.test('a failed refresh leaves what is shown, with the error beside it', async t => {
  const { server, idToken } = await runningConsole()
  const { role: { id } } = await graphql(server, '{ role(name: "Support") { id } }', {}, idToken)
  const { page, complaints } = await visit(t, `/console/view-as?as=roles:${id}&with=guest`)
  await signIn(page)
  const tabs = [
    { tab: 'Data', title: 'Couldn\'t load the records', shown: page.getByRole('table', { name: 'Records of Users' }) },
    { tab: 'Compare', title: 'Couldn\'t compare the two', shown: page.getByRole('table', { name: 'Permissions compared' }) }
  ]
  for (const { tab, shown } of tabs) {
    await page.getByRole('tab', { name: tab }).click()
    await shown.waitFor()
  }
  await page.setViewportSize({ width: 390, height: 844 })
  const lines = await page.getByRole('columnheader', { name: 'Second' }).evaluate(cell => { const range = new Range(); range.selectNodeContents(cell); return range.getClientRects().length })
  t.equal(lines, 1, 'a narrow screen does not break the word Second')
  await page.setViewportSize({ width: 1200, height: 900 })
  await page.getByRole('tab', { name: 'API explorer' }).click()
  // What was loaded less than five seconds ago is not loaded again.
  await page.waitForTimeout(5100)
  await page.route('**/graphql', async route => {
    if (/usersList|permissionComparison/.test(route.request().postData() ?? '')) await route.fulfill({ json: { data: null, errors: [{ message: 'Internal error', code: 'InternalError' }] } })
    else await route.continue()
  })
  for (const { tab, title, shown } of tabs) {
    await page.getByRole('tab', { name: tab }).click()
    await page.getByRole('alert').filter({ hasText: title }).waitFor()
    t.ok(await shown.isVisible(), `${tab} stays`)
  }
  await page.unroute('**/graphql')
  for (const { tab, title, shown } of tabs) {
    await page.getByRole('tab', { name: tab }).click()
    const failed = page.getByRole('alert').filter({ hasText: title })
    // Opening a tab whose data has failed loads it again.
    await failed.getByRole('button', { name: 'Try again' }).click({ timeout: 2000 }).catch(() => {})
    await failed.waitFor({ state: 'detached' })
    t.ok(await shown.isVisible())
  }

  t.comment('a search that fails leaves the field')
  await page.getByRole('button', { name: 'Compare with someone else' }).click()
  await page.getByText('User', { exact: true }).click()
  await page.route('**/graphql', async route => await (route.request().postData()?.includes('UsersToChoose') === true ? route.fulfill({ json: { data: null, errors: [{ message: 'Internal error', code: 'InternalError' }] } }) : route.continue()))
  const user = page.getByRole('combobox', { name: 'User' })
  await user.fill('admin')
  await page.getByRole('alert').filter({ hasText: 'Couldn\'t load users' }).waitFor()
  t.equal(await user.inputValue(), 'admin')
  await page.unroute('**/graphql')
  await page.getByRole('button', { name: 'Try again' }).click()
  await user.click()
  await page.getByRole('option', { name: administrator }).waitFor()
  t.strictSame(complaints, [])
})
