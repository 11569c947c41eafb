import t from 'tap'
import type { Page } from 'playwright-core'
import { account, administrator, examine, graphql, password, runningConsole, signIn, visit } from './helpers/running-console.js'

const expired = { data: null, errors: [{ message: 'Token expired', code: 'TokenExpiredError' }] }
/** What browsers report of responses and requests that failed on purpose. */
const expected = /Failed to load resource|net::ERR_FAILED/

t.test('while the provider of a session is away, the session and what was entered are kept', async t => {
  const { page, complaints } = await visit(t, '/console/users')
  await signIn(page)
  await invitation(page, 'patient@example.com')
  await expire(page)
  const dialog = page.getByRole('dialog', { name: 'Invite user' })
  for (const away of [
    async () => { await page.route('**/oidc/token', route => route.abort()) },
    async () => { await page.route('**/oidc/token', route => route.fulfill({ status: 502, contentType: 'text/html', body: '<h1>Bad Gateway</h1>' })) },
    async () => { await page.route('**/oidc/token', route => route.fulfill({ status: 503, json: { error: 'temporarily_unavailable' } })) }
  ]) {
    await away()
    await dialog.getByRole('button', { name: 'Invite' }).click()
    await dialog.getByRole('alert').filter({ hasText: /Latchkey could not be reached or isn't working. You are still signed in/ }).waitFor()
    t.equal(await dialog.getByLabel('Email').inputValue(), 'patient@example.com')
    await page.unroute('**/oidc/token')
  }
  t.match(await page.evaluate('JSON.stringify(sessionStorage)'), /refresh_token/)
  await page.route('**/oidc/token', route => route.abort())
  page.once('dialog', async question => { await question.accept() })
  await page.keyboard.press('Escape')
  await page.getByRole('link', { name: 'Roles' }).click()
  await page.getByText('Couldn\'t load roles').waitFor()
  await page.unroute('**/oidc/token')
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByRole('table', { name: 'Roles' }).waitFor()
  t.strictSame(complaints.filter(complaint => !expected.test(complaint)), [])
})

t.test('a page with a draft stays if the user cannot be loaded again', async t => {
  const { page } = await visit(t, '/console/roles')
  await signIn(page)
  await page.getByRole('button', { name: 'New role' }).click()
  await page.getByLabel('Name').fill('Drafted')
  await page.route('**/graphql', async route => await (route.request().postData()?.includes('query Me') === true ? route.abort() : route.continue()))
  const failed = page.waitForEvent('requestfailed', request => request.postData()?.includes('query Me') === true)
  await page.getByLabel('Name').fill('Drafted role')
  await page.getByRole('button', { name: 'Create role' }).click()
  await page.getByRole('heading', { name: 'Drafted role' }).waitFor()
  await failed
  // The request is repeated twice before it counts as failed.
  await page.waitForTimeout(2500)
  t.ok(await page.getByRole('heading', { name: 'Drafted role' }).isVisible())
})

t.test('when the session ends in a form, the user signs in again in another window, and the form is sent', async t => {
  const { server, idToken } = await runningConsole()
  const window = await visit(t, '/console/users')
  const { page, complaints } = window
  await signIn(page)
  await invitation(page, 'kept@example.com')
  await page.getByRole('dialog').getByLabel('First name').fill('Kept')
  await end(page)
  await page.getByRole('dialog', { name: 'Invite user' }).getByRole('button', { name: 'Invite' }).click()
  const dialog = page.getByRole('dialog', { name: 'Your session has ended' })
  await dialog.waitFor()
  t.match(await dialog.textContent(), /Sign in again as admin@example.com/)
  t.notMatch(await page.evaluate('JSON.stringify(sessionStorage)'), /id_token/)
  await examine(t, window, 'session ended in a form')
  await page.keyboard.press('Escape')
  t.equal(await page.getByLabel('First name').inputValue(), 'Kept', 'Escape closes neither dialog')

  // The provider still knows the user, so that the other window closes at once.
  const [other] = await Promise.all([page.waitForEvent('popup'), dialog.getByRole('button', { name: 'Sign in with Latchkey' }).click()])
  await page.getByText('kept@example.com can sign in now').waitFor()
  if (!other.isClosed()) await other.waitForEvent('close')
  await dialog.waitFor({ state: 'detached' })
  t.match(await graphql(server, '{ user(email: "kept@example.com") { firstName } }', {}, idToken), { user: { firstName: 'Kept' } })
  await page.reload()
  await page.getByRole('table', { name: 'Users' }).waitFor()
  t.strictSame(complaints.filter(complaint => !expected.test(complaint)), [])
})

t.test('at a provider of another origin it is the same, after a blocked window, a refusal and an abandoned attempt', async t => {
  const { server, partner, idToken } = await runningConsole()
  const email = 'far@example.com'
  await graphql(server, 'mutation { userSignUpWithToken(user: { email: "far@example.com" }, authProfileId: "partner") { id } }', {}, await account(partner, email))
  await graphql(server, 'mutation ($email: String!) { userUpdate(filter: { email: $email }, data: { roles: { connect: [{ name: "Administrator" }] } }) { id } }', { email }, idToken)
  const { page } = await visit(t, '/console/users')
  await signIn(page, email, 'Partner')
  await invitation(page, 'kept.far@example.com')
  await end(page)
  await page.getByRole('dialog', { name: 'Invite user' }).getByRole('button', { name: 'Invite' }).click()
  const dialog = page.getByRole('dialog', { name: 'Your session has ended' })
  const again = dialog.getByRole('button', { name: 'Sign in with Partner' })
  await again.waitFor()

  await page.evaluate('window.realOpen = window.open; window.open = () => null')
  await again.click()
  await dialog.getByRole('alert').filter({ hasText: 'Your browser has blocked the new window' }).waitFor()
  await page.evaluate('window.open = window.realOpen')

  await page.context().clearCookies()
  // An intercepted request did not always bring the refusal: Playwright probably misses the first one of a new window.
  await page.evaluate('window.BroadcastChannel = class extends BroadcastChannel { constructor (name) { super(name); window.channelName = name } }')
  const [refused] = await Promise.all([page.waitForEvent('popup'), again.click()])
  await refused.getByLabel('Email address').waitFor()
  const state = (await page.evaluate('window.channelName') as string).replace('latchkey.console.sign-in.', '')
  await refused.goto(`${server.url}/console/callback?${new URLSearchParams({ error: 'access_denied', error_description: 'not you', state, iss: `${partner.url}/oidc` }).toString()}`, { waitUntil: 'commit' })
  await dialog.getByRole('alert').filter({ hasText: 'not you' }).waitFor()

  const [abandoned] = await Promise.all([page.waitForEvent('popup'), again.click()])
  await abandoned.getByLabel('Email address').waitFor()
  const [other] = await Promise.all([page.waitForEvent('popup'), again.click()])
  await atProvider(other, email)
  await page.getByText('kept.far@example.com can sign in now').waitFor()
  await abandoned.reload()
  await abandoned.getByText('This sign-in was not started in this tab').or(abandoned.getByLabel('Email address')).waitFor()
})

t.test('someone else who signs in again gets a new page, and sends nothing of the old one', async t => {
  const { server, idToken } = await runningConsole()
  const email = 'someone.else@example.com'
  await graphql(server, '{ user { id } }', {}, await account(server, email))
  const { page } = await visit(t, '/console/users')
  await signIn(page)
  await invitation(page, 'unsent@example.com')
  await end(page)
  await page.getByRole('dialog', { name: 'Invite user' }).getByRole('button', { name: 'Invite' }).click()
  await page.context().clearCookies()
  const questions: string[] = []
  page.on('dialog', async question => { questions.push(question.type()); await question.dismiss() })
  const [other] = await Promise.all([page.waitForEvent('popup'), page.getByRole('button', { name: 'Sign in with Latchkey' }).click()])
  await atProvider(other, email)
  await page.getByRole('button', { name: `Account: ${email}` }).waitFor()
  t.equal(await page.getByRole('dialog').count(), 0)
  t.strictSame(questions, [], 'nobody can stay on the old page')
  t.match(await graphql(server, '{ usersList(filter: { email: { equals: "unsent@example.com" } }) { count } }', {}, idToken), { usersList: { count: 0 } })
})

t.test('a user who leaves the page instead signs in and returns to it', async t => {
  const { page } = await visit(t, '/console/users?q=admin')
  await signIn(page)
  await invitation(page, 'left@example.com')
  await end(page)
  await page.getByRole('dialog', { name: 'Invite user' }).getByRole('button', { name: 'Invite' }).click()
  await page.getByRole('button', { name: 'Leave this page' }).click()
  await page.getByText('Sign in again to continue where you left off').waitFor()
  await page.getByRole('button', { name: 'Sign in with Latchkey' }).click()
  await page.getByRole('cell', { name: administrator }).waitFor()
  t.match(page.url(), /\/console\/users\?q=admin$/)
})

t.test('a response that no tab waits for is refused', async t => {
  const { page } = await visit(t, '/console/callback?code=made-up&state=made-up')
  await page.getByText('This sign-in was not started in this tab').waitFor()
  t.notMatch(await page.evaluate('JSON.stringify(sessionStorage)'), /id_token/)
})

t.test('where the browser blocks storage, the console says so', async t => {
  const window = await visit(t, '/console/sign-in')
  const { page } = window
  await page.addInitScript('for (const name of [\'sessionStorage\', \'localStorage\']) Object.defineProperty(window, name, { get () { throw new DOMException(\'Access is denied for this document.\', \'SecurityError\') } })')
  await page.reload()
  await page.getByRole('alert').filter({ hasText: 'Your browser blocks storage for this site' }).waitFor()
  await examine(t, window, 'storage blocked')
  t.strictSame(window.complaints, [])
})

/** Opens the dialog that invites a user, and fills in an email. */
async function invitation (page: Page, email: string): Promise<void> {
  await page.getByRole('button', { name: 'Invite' }).click()
  await page.getByRole('dialog').getByLabel('Email').fill(email)
}

/** From now on, the API refuses the token that the page has, as it would after an hour. */
async function expire (page: Page): Promise<void> {
  const token = await page.evaluate('JSON.parse(Object.entries(sessionStorage).find(([key]) => key.startsWith("oidc.user:"))[1]).id_token') as string
  await page.route('**/graphql', async route => await (route.request().headers().authorization === `Bearer ${token}` ? route.fulfill({ json: expired }) : route.continue()))
}

/** As `expire`, and the provider refuses to renew it. */
async function end (page: Page): Promise<void> {
  await expire(page)
  await page.route('**/oidc/token', async route => await (route.request().postData()?.includes('grant_type=refresh_token') === true
    ? route.fulfill({ status: 400, headers: { 'access-control-allow-origin': '*' }, json: { error: 'invalid_grant' } })
    : route.continue()))
}

/** Signs in at a provider's login page. */
async function atProvider (page: Page, email: string): Promise<void> {
  await page.getByLabel('Email address').fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}
