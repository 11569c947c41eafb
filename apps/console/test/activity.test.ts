import t from 'tap'
import { account, administrator, examine, graphql, runningConsole, signIn, visit } from './helpers/running-console.js'

t.test('an administrator finds who changed what, with the values before and after', async t => {
  const { server, idToken } = await runningConsole()
  const { userCreate: { id } } = await graphql(server, 'mutation { userCreate(data: { email: "changed@example.com", lastName: "Before" }) { id } }', {}, idToken)
  await graphql(server, 'mutation ($id: ID!) { userUpdate(filter: { id: $id }, data: { lastName: "After" }) { id } }', { id }, idToken)
  const window = await visit(t, '/console/activity')
  const { page } = window
  await signIn(page)
  const rows = page.getByRole('table', { name: 'Audit log' }).getByRole('row')
  await page.getByLabel('Record ID').fill(id)
  await page.waitForURL(/record=/)
  await page.waitForFunction(() => document.querySelectorAll('table[aria-label="Audit log"] > tbody > tr:not([hidden])').length === 2)
  t.match(await rows.nth(1).textContent(), new RegExp(`${administrator}.*update.*Users`))
  await rows.nth(1).getByRole('button', { name: 'Show' }).click()
  const difference = page.getByRole('table', { name: `Changes to ${id}` })
  t.match(await difference.getByRole('row').filter({ hasText: 'lastName' }).textContent(), 'lastNameBeforeAfter')
  await examine(t, window, 'activity')
  await page.setViewportSize({ width: 360, height: 740 })
  t.match(await rows.nth(1).innerText(), new RegExp(`update.*Users\\s+${administrator}\\s`), 'a narrow screen shows who and when as well')
  const widths = await rows.nth(1).locator('> td').evaluateAll(cells => cells.map(cell => (cell as unknown as { offsetWidth: number }).offsetWidth).filter(width => width > 0))
  t.strictSame([widths.length, widths.filter(width => width < 60)], [2, []], 'and no column is only a few letters wide')
  await page.setViewportSize({ width: 1280, height: 800 })
  await page.getByRole('combobox', { name: 'Action' }).click()
  t.strictSame(await page.getByRole('option').allInnerTexts(), ['create', 'invite', 'signUp', 'update', 'delete', 'administratorClaim', 'viewAs'])
  await page.getByRole('option', { name: 'delete' }).click()
  await page.getByText('No matching entries').waitFor()
  await page.getByRole('button', { name: 'Clear filters' }).click()
  await page.getByRole('table', { name: 'Audit log' }).waitFor()
  t.equal(await page.getByLabel('Record ID').inputValue(), '')
  t.strictSame(window.complaints, [])
})

t.test('an administrator sees sign-ins, sign-ups and refusals by day, in a chart and in a table', async t => {
  const { server, idToken } = await runningConsole()
  await account(server, 'counted@example.com')
  await fetch(`${server.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${idToken.slice(0, -4)}AAAA` }, body: '{"query":"{ user { id } }"}' })
  const today = () => new Date().toISOString().slice(0, 10)
  // Activity is written once a second, and midnight may fall in between.
  for (let tries = 0; tries < 600; tries++) {
    const { activityPerDay } = await graphql(server, '{ activityPerDay { signIns signUps refused } }', {}, idToken) as { activityPerDay: Record<'signIns' | 'signUps' | 'refused', number>[] }
    if ((['signIns', 'signUps', 'refused'] as const).every(kind => activityPerDay.slice(-2).some(day => day[kind] > 0))) break
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  const window = await visit(t, '/console/activity')
  const { page } = window
  const before = today()
  await signIn(page)
  const chart = page.getByRole('img', { name: /^Chart of the last 30 days. Totals: sign-ins: [1-9]\d*, sign-ups: [1-9]\d*, refused: [1-9]/ })
  await chart.locator('svg .recharts-line-curve').first().waitFor()
  await page.getByText('Daily numbers (UTC)').click()
  const numbers = page.getByRole('table', { name: 'Sign-ins by day' })
  t.equal(await numbers.getByRole('row').count(), 31)
  const newest = await numbers.getByRole('row').nth(1).locator('time').getAttribute('datetime') as string
  t.ok([before, today()].some(day => newest.startsWith(day)), `${newest} is today`)
  t.match(await page.getByRole('table', { name: 'Reasons for refusals' }).textContent(), /bad_signature/)
  await examine(t, window, 'activity by day')
  await page.getByText('7 days', { exact: true }).click()
  await page.waitForURL(/days=%227%22/)
  await page.waitForFunction(() => document.querySelectorAll('table[aria-label="Sign-ins by day"] > tbody > tr').length === 7)
  await page.getByLabel('Record ID').fill('nothing has this id')
  await page.getByText('No matching entries').waitFor()
  await page.getByRole('button', { name: 'Clear filters' }).click()
  await page.getByRole('table', { name: 'Audit log' }).waitFor()
  t.match(page.url(), /days=%227%22$/, 'the period is kept')
  t.strictSame(window.complaints, [])
})
