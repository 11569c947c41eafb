import t from 'tap'
import { account, examine, graphql, runningConsole, signIn, visit } from './helpers/running-console.js'

t.test('an administrator asks why somebody may not do something, and is one click away from the remedy', async t => {
  const { server, idToken } = await runningConsole()
  const email = 'asker@example.com'
  const theirs = await account(server, email)
  await graphql(server, '{ user { id } }', {}, theirs)
  await graphql(server, 'mutation ($email: String!) { userUpdate(filter: { email: $email }, data: { roles: { reconnect: [{ name: "Support" }] } }) { id } }', { email }, idToken)
  const { apiTokenCreate: { token: secret } } = await graphql(server, 'mutation { apiTokenCreate(data: { name: "Asked about", roles: { connect: [{ name: "Support" }] } }) { token } }', {}, idToken)
  const window = await visit(t, '/console/why')
  const { page } = window
  await signIn(page)
  await page.getByRole('button', { name: 'Explain' }).click()
  await page.getByText('The email of a user').waitFor()
  await page.getByRole('combobox', { name: 'User' }).or(page.getByRole('textbox', { name: 'User' })).fill('asker@')
  await page.getByRole('option', { name: email }).click()
  await page.getByRole('combobox', { name: 'Action' }).selectOption('delete')
  await page.getByRole('combobox', { name: 'Table' }).selectOption('Users')
  await page.getByRole('button', { name: 'Explain' }).click()
  await page.getByRole('heading', { name: 'Not allowed: delete Users' }).waitFor()
  await page.getByRole('table', { name: 'What the roles say' }).getByRole('row').filter({ hasText: 'Support' }).waitFor()
  await examine(t, window, 'why')
  await page.getByRole('link', { name: 'Change it in Support' }).click()
  await page.getByRole('dialog', { name: 'delete Users' }).waitFor()
  await page.goBack()

  await page.getByText('Guest', { exact: true }).click()
  await page.getByRole('button', { name: 'Explain' }).click()
  await page.getByRole('heading', { name: 'Not allowed: read Users' }).waitFor()

  await page.getByText('A token', { exact: true }).click()
  await page.getByRole('textbox', { name: 'Token' }).fill(`Bearer ${theirs}`)
  await page.getByRole('button', { name: 'Explain' }).click()
  await page.getByRole('heading', { name: 'Allowed: read Users' }).waitFor()
  await page.getByRole('textbox', { name: 'Token' }).fill(`${theirs.slice(0, -4)}AAAA`)
  await page.getByRole('button', { name: 'Explain' }).click()
  await page.getByText('bad_signature').first().waitFor()
  await examine(t, window, 'why of a token')

  await page.getByText('API token', { exact: true }).click()
  await page.getByRole('combobox', { name: 'API token' }).click()
  await page.getByRole('option', { name: 'Asked about' }).click()
  await page.getByRole('button', { name: 'Explain' }).click()
  await page.getByRole('heading', { name: 'Allowed: read Users' }).waitFor()
  t.notOk(server.output().includes(secret) || server.output().includes(theirs), 'no token is in the log')
  t.strictSame(window.complaints, [])
})

t.test('a user shows by what they sign in', async t => {
  const { server, idToken } = await runningConsole()
  const { user: { id } } = await graphql(server, '{ user { id } }', {}, idToken)
  const { page, complaints } = await visit(t, `/console/users/${id}`)
  await signIn(page)
  const identities = page.getByRole('region', { name: 'Signs in by' })
  await identities.getByText('Latchkey').waitFor()
  t.match(await identities.textContent(), /admin@example\.com, verified/)
  t.strictSame(complaints, [])
})
