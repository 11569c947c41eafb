import t from 'tap'
import { account, administrator, emailedCode, examine, graphql, password, runningConsole, signIn, visit } from './helpers/running-console.js'

t.test('an administrator signs up, signs in, sees who they are, and signs out', async t => {
  const window = await visit(t)
  const { page } = window
  await page.getByRole('button', { name: 'Sign in with Partner' }).waitFor()
  await examine(t, window, 'sign in')
  await page.getByText('For whoever sets up Partner').click()
  await page.getByText(`${(await runningConsole()).server.url}/console/callback`).waitFor()
  await signIn(page)
  await page.getByRole('heading', { name: 'Welcome, Ada Admin' }).waitFor()
  t.match(await page.textContent('main'), /Administrator/)
  await examine(t, window, 'home')
  t.strictSame(await page.evaluate('Object.keys(localStorage).filter(key => !key.includes("color-scheme"))'), [], 'nothing lasts longer than the tab')

  await page.getByRole('button', { name: /^Account/ }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.getByRole('button', { name: /sign out|yes/i }).click()
  await page.getByRole('button', { name: 'Sign in with Latchkey' }).waitFor()
  t.notMatch(await page.evaluate('JSON.stringify(sessionStorage)'), /id_token/)
  t.strictSame(window.complaints, [])
})

t.test('who has signed in and is no user yet signs up, and is told what they may not do', async t => {
  const { server } = await runningConsole()
  const email = 'newcomer@example.com'
  const window = await visit(t, '/console/users')
  const { page } = window
  await page.getByRole('button', { name: 'Sign in with Latchkey' }).click()
  await page.getByRole('link', { name: 'Create an account' }).click()
  await page.getByLabel('Email address').fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Create account' }).click()
  await page.getByLabel('Code').fill(await emailedCode(server, email))
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('heading', { name: 'You are no user of this app yet' }).waitFor()
  await examine(t, window, 'no user yet')
  await page.getByRole('button', { name: `Sign up as ${email}` }).click()
  await page.getByText('The users cannot be shown').waitFor()
  t.match(await page.textContent('main'), /none of your roles allows to\s+read\s+Users/)
  await examine(t, window, 'refused')
  t.strictSame(window.complaints, [])
})

t.test('a session that has ended goes back to sign in, and from there to the page it was on', async t => {
  const { server, idToken } = await runningConsole()
  const email = 'leaver@example.com'
  const other = await account(server, email)
  await graphql(server, '{ user { id } }', {}, other)
  await graphql(server, 'mutation ($email: String!) { userUpdate(filter: { email: $email }, data: { roles: { connect: [{ name: "Support" }] } }) { id } }', { email }, idToken)
  const window = await visit(t, '/console/users?q=admin')
  const { page } = window
  await signIn(page, email)
  await page.getByRole('cell', { name: administrator }).waitFor()
  t.equal(await page.getByLabel('Search').inputValue(), 'admin')
  // The token in the tab is spoiled, as that of a provider that is no more.
  await page.evaluate(`for (const [key, value] of Object.entries(sessionStorage)) {
    if (key.startsWith('oidc.user:')) sessionStorage.setItem(key, JSON.stringify({ ...JSON.parse(value), id_token: 'eyJhbGciOiJub25lIn0.e30.', refresh_token: undefined }))
  }`)
  await page.reload()
  await page.getByText('Your session has ended').waitFor()
  await examine(t, window, 'session ended')
  await page.getByRole('button', { name: 'Sign in with Latchkey' }).click()
  await page.getByRole('cell', { name: administrator }).waitFor()
  t.match(page.url(), /\/console\/users\?q=admin$/)
  t.strictSame(window.complaints, [])
})
