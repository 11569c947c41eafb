import t from 'tap'
import { examine, graphql, runningConsole, signIn, visit } from './helpers/running-console.js'

t.test('an administrator finds, pages through, invites, changes and deletes users', async t => {
  const { server, idToken } = await runningConsole()
  const create = 'mutation ($data: UserCreateInput!) { userCreate(data: $data) { id } }'
  for (let index = 100; index < 225; index++) {
    await graphql(server, create, { data: { email: `person${index}@many.example`, firstName: 'Person', lastName: `Number ${index}` } }, idToken)
  }
  const window = await visit(t, '/console/users')
  const { page } = window
  await signIn(page)
  const rows = page.getByRole('table', { name: 'Users' }).getByRole('row')
  await page.getByRole('searchbox', { name: 'Search' }).fill('many.example')
  await page.getByRole('status').filter({ hasText: '125 users' }).waitFor()
  await page.getByRole('button', { name: 'Email' }).click()
  await page.getByRole('columnheader', { name: 'Email' }).and(page.locator('[aria-sort=ascending]')).waitFor()
  await page.getByRole('link', { name: 'person100@many.example' }).waitFor()
  t.equal(await rows.count(), 51)
  await page.getByRole('button', { name: 'Next' }).click()
  await page.getByRole('link', { name: 'person150@many.example' }).waitFor()
  await page.getByRole('button', { name: 'Next' }).click()
  await page.getByRole('link', { name: 'person200@many.example' }).waitFor()
  t.equal(await page.getByRole('button', { name: 'Next' }).isDisabled(), true)
  t.equal(await rows.count(), 26)
  await page.getByRole('button', { name: 'Previous' }).click()
  await page.getByRole('link', { name: 'person150@many.example' }).waitFor()
  await page.reload()
  await page.getByRole('link', { name: 'person150@many.example' }).waitFor()
  await examine(t, window, 'users')
  await page.getByRole('searchbox').fill('nobody at all')
  await page.getByText('Nobody matches').waitFor()
  await examine(t, window, 'no users')

  await page.getByRole('button', { name: 'Invite' }).click()
  const dialog = page.getByRole('dialog', { name: 'Invite somebody' })
  await dialog.getByLabel('Email').fill('not an address')
  await dialog.getByRole('button', { name: 'Invite' }).click()
  await dialog.getByText('An email address, such as').waitFor()
  await dialog.getByLabel('Email').fill('grace@example.com')
  await dialog.getByLabel('First name').fill('Grace')
  await dialog.getByRole('combobox', { name: 'Roles' }).click()
  await page.getByRole('option', { name: 'Support' }).click()
  await page.keyboard.press('Escape')
  await examine(t, window, 'invite')
  await dialog.getByRole('button', { name: 'Invite' }).click()
  await page.getByText('grace@example.com may sign in now').waitFor()
  await server.printed('"to":"grace@example.com"')

  await page.getByRole('searchbox').fill('grace')
  await page.getByRole('link', { name: 'grace@example.com' }).click()
  await page.getByRole('heading', { name: 'grace@example.com' }).waitFor()
  await page.getByLabel('Last name').fill('Hopper')
  await page.getByRole('combobox', { name: 'Roles' }).click()
  await page.getByRole('option', { name: 'Administrator' }).click()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('The user was changed').waitFor()
  const { user } = await graphql(server, '{ user(email: "grace@example.com") { lastName roles { items { name } } } }', {}, idToken)
  t.match(user, { lastName: 'Hopper', roles: { items: [{ name: 'Administrator' }, { name: 'Support' }] } })
  await examine(t, window, 'user')

  await page.getByRole('button', { name: 'Delete' }).click()
  const question = page.getByRole('dialog', { name: 'Delete grace@example.com?' })
  await examine(t, window, 'delete user')
  await page.keyboard.press('Escape')
  await question.waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Delete' }).click()
  await question.getByRole('button', { name: 'Delete the user' }).click()
  await page.getByText('The user was deleted').waitFor()
  await page.getByRole('heading', { name: 'Users' }).waitFor()
  t.match(await graphql(server, '{ usersList(filter: { email: { equals: "grace@example.com" } }) { count } }', {}, idToken), { usersList: { count: 0 } })
  t.strictSame(window.complaints, [])
})

t.test('a user shows when they signed in, and from where', async t => {
  const { server, idToken } = await runningConsole()
  const { user: { id } } = await graphql(server, '{ user { id } }', {}, idToken)
  const window = await visit(t, `/console/users/${id}`)
  const { page } = window
  await signIn(page)
  const signIns = page.getByRole('region', { name: 'Sign-ins' })
  // What is told in passing is written each second.
  await t.resolves(async () => {
    for (let tries = 0; tries < 20 && await signIns.getByRole('row').count() < 3; tries++) {
      await page.waitForTimeout(250)
      await page.reload()
      await signIns.getByText(/127\.0\.0\.1|None that is kept/).first().waitFor()
    }
  })
  t.match(await signIns.getByRole('row').nth(1).textContent(), /Latchkey127\.0\.0\.1Mozilla/, 'that of this test is the newest')
  await examine(t, window, 'user with sign-ins')
  t.strictSame(window.complaints, [])
})
