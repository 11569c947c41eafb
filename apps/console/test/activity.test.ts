import t from 'tap'
import { administrator, examine, graphql, runningConsole, signIn, visit } from './helpers/running-console.js'

t.test('an administrator finds who changed what, and what it was before', async t => {
  const { server, idToken } = await runningConsole()
  const { userCreate: { id } } = await graphql(server, 'mutation { userCreate(data: { email: "changed@example.com", lastName: "Before" }) { id } }', {}, idToken)
  await graphql(server, 'mutation ($id: ID!) { userUpdate(filter: { id: $id }, data: { lastName: "After" }) { id } }', { id }, idToken)
  const window = await visit(t, '/console/activity')
  const { page } = window
  await signIn(page)
  const rows = page.getByRole('table', { name: 'Activity' }).getByRole('row')
  await page.getByLabel('Record').fill(id)
  await page.waitForURL(/record=/)
  await page.waitForFunction(() => document.querySelectorAll('table[aria-label=Activity] > tbody > tr:not([hidden])').length === 2)
  t.match(await rows.nth(1).textContent(), new RegExp(`${administrator}.*update.*Users`))
  await rows.nth(1).getByRole('button', { name: 'Show' }).click()
  const difference = page.getByRole('table', { name: `What changed of ${id}` })
  t.match(await difference.getByRole('row').filter({ hasText: 'lastName' }).textContent(), 'lastNameBeforeAfter')
  await examine(t, window, 'activity')
  await page.getByRole('combobox', { name: 'Action' }).click()
  await page.getByRole('option', { name: 'delete' }).click()
  await page.getByText('Nothing fits').waitFor()
  await page.getByRole('button', { name: 'Show all' }).click()
  await page.getByRole('table', { name: 'Activity' }).waitFor()
  t.equal(await page.getByLabel('Record').inputValue(), '')
  t.strictSame(window.complaints, [])
})
