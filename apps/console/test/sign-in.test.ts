import t from 'tap'
import { account, administrator, emailedCode, examine, graphql, password, runningConsole, signIn, visit } from './helpers/running-console.js'

t.test('an administrator signs in, sees who they are, and signs out', async t => {
  const window = await visit(t)
  const { page } = window
  await page.getByRole('button', { name: 'Sign in with Partner' }).waitFor()
  await examine(t, window, 'sign in')
  await page.getByText('Provider settings for Partner').click()
  await page.getByText(`${(await runningConsole()).server.url}/console/callback`).waitFor()
  await signIn(page)
  await page.getByRole('heading', { name: 'Welcome, Ada Admin' }).waitFor()
  t.match(await page.textContent('main'), /Administrator/)
  await examine(t, window, 'home')
  t.strictSame(await page.evaluate('Object.keys(localStorage).filter(key => !key.includes("color-scheme"))'), [], 'nothing outlives the tab')

  await page.getByRole('button', { name: /^Account/ }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).waitFor()
  await examine(t, window, 'account menu')
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.getByRole('button', { name: /sign out|yes/i }).click()
  await page.getByRole('button', { name: 'Sign in with Latchkey' }).waitFor()
  t.notMatch(await page.evaluate('JSON.stringify(sessionStorage)'), /id_token/)
  t.strictSame(window.complaints, [])
})

t.test('a person without a user signs up, and sees which permission is missing', async t => {
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
  await page.getByRole('heading', { name: 'You\'re not a user of this app yet' }).waitFor()
  await examine(t, window, 'no user yet')
  await page.getByRole('button', { name: `Sign up as ${email}` }).click()
  await page.getByText('Couldn\'t load users').waitFor()
  t.match(await page.textContent('main'), /needs permission to\s+read\s+Users/)
  await examine(t, window, 'refused')
  await page.getByRole('link', { name: 'Activity' }).click()
  await page.getByText('Couldn\'t load sign-ins by day').waitFor()
  await page.getByText('Couldn\'t load the audit log').waitFor()
  t.strictSame(window.complaints, [])
})

t.test('an ended session leads to the sign-in page, and from there back to the same page', async t => {
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
  // Replace the token in the tab with an invalid one, as if its provider were gone.
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

t.test('an expired token is renewed with the refresh token, unnoticed', async t => {
  const { page, complaints } = await visit(t)
  await signIn(page)
  await page.getByRole('heading', { name: /Welcome/ }).waitFor()
  let asked = 0
  // Instead of waiting an hour, answer the first request as the server would then; the server answers all others.
  await page.route('**/graphql', async route => {
    if (asked++ > 0) return await route.continue()
    await route.fulfill({ json: { data: null, errors: [{ message: 'Token expired', code: 'TokenExpiredError' }] } })
  })
  const renewal = page.waitForResponse('**/oidc/token')
  await page.getByRole('link', { name: 'Roles' }).click()
  t.equal((await renewal).status(), 200)
  await page.getByRole('table', { name: 'Roles' }).waitFor()
  t.equal(asked, 2)
  await page.reload()
  await page.getByRole('table', { name: 'Roles' }).waitFor()
  t.strictSame(complaints, [])
})

t.test('with the keyboard alone, people can skip to the content, open the navigation of a narrow screen, and change the page', async t => {
  const { page, complaints } = await visit(t)
  await signIn(page)
  await page.getByRole('heading', { name: /Welcome/ }).waitFor()
  await page.setViewportSize({ width: 360, height: 740 })
  await page.reload()
  await page.getByRole('heading', { name: /Welcome/ }).waitFor()
  await page.keyboard.press('Tab')
  t.equal(await page.evaluate('document.activeElement.textContent'), 'Skip to content')
  await page.keyboard.press('Enter')
  t.equal(await page.evaluate('document.activeElement.tagName'), 'MAIN')
  await page.getByRole('button', { name: 'Open navigation' }).focus()
  await page.keyboard.press('Enter')
  await page.getByRole('link', { name: 'Roles' }).waitFor()
  await page.getByRole('link', { name: 'Roles' }).focus()
  await page.keyboard.press('Enter')
  await page.getByRole('table', { name: 'Roles' }).waitFor()
  t.equal(await page.evaluate('document.activeElement.tagName'), 'MAIN', 'so that a screen reader announces the new page')
  t.equal(await page.title(), 'Roles · Latchkey Console')
  await page.getByRole('button', { name: 'Open navigation' }).waitFor()
  t.strictSame(complaints, [])
})

t.test('a page reports that the server is unreachable, and can be retried', async t => {
  const window = await visit(t)
  const { page } = window
  await signIn(page)
  await page.getByRole('heading', { name: /Welcome/ }).waitFor()
  await page.route('**/graphql', async route => { await route.abort() })
  await page.getByRole('link', { name: 'Roles' }).click()
  await page.getByText('Couldn\'t load roles').waitFor()
  t.match(await page.getByRole('alert').textContent(), /The server could not be reached/)
  await examine(t, window, 'server away')
  await page.unroute('**/graphql')
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByRole('table', { name: 'Roles' }).waitFor()
  t.ok(window.complaints.every(complaint => complaint.includes('net::ERR_FAILED')), 'nothing but the expected failures')
})

t.test('a return address on another site is ignored after signing in', async t => {
  const { server } = await runningConsole()
  const { page, complaints } = await visit(t, `/console/sign-in?returnTo=${encodeURIComponent('//attacker.example/x')}`)
  await signIn(page)
  await page.getByRole('heading', { name: /Welcome/ }).waitFor()
  t.equal(new URL(page.url()).origin, server.url)
  await page.goto(`${server.url}/console/sign-in?returnTo=${encodeURIComponent('/\\attacker.example')}`)
  await page.getByRole('heading', { name: /Welcome/ }).waitFor()
  await page.goto(`${server.url}/console/sign-in?returnTo=${encodeURIComponent('/users?q=admin')}`)
  await page.getByRole('heading', { name: 'Users' }).waitFor()
  t.equal(await page.getByLabel('Search').inputValue(), 'admin')
  await page.goto(`${server.url}/console/no-such-page`)
  await page.getByRole('heading', { name: 'Page not found' }).waitFor()
  t.strictSame(complaints, [])
})

t.test('a user signs in at an external provider that allows the URLs shown by the console, and signs out there', async t => {
  const { partner } = await runningConsole()
  const email = 'colleague@example.com'
  await account(partner, email)
  const { page, complaints } = await visit(t)
  await signIn(page, email, 'Partner')
  await page.getByRole('button', { name: `Sign up as ${email}` }).click()
  await page.getByRole('heading', { name: 'Welcome' }).waitFor()
  t.match(await page.textContent('main'), /Guest/)
  await page.getByRole('button', { name: /^Account/ }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.waitForURL(`${partner.url}/**`)
  await page.getByRole('button', { name: /sign out|yes/i }).click()
  await page.getByRole('button', { name: 'Sign in with Partner' }).waitFor()
  t.strictSame(complaints, [])
})

t.test('a response from another issuer than the chosen one is rejected', async t => {
  const { server, partner } = await runningConsole()
  const { page } = await visit(t)
  let tokensAsked = 0
  page.on('request', request => { if (request.url().endsWith('/oidc/token')) tokensAsked++ })
  // A hostile provider would send the browser back with a code from an honest one.
  await page.route(/\/oidc\/auth\?/, async route => {
    const state = new URL(route.request().url()).searchParams.get('state') as string
    const answer = new URLSearchParams({ code: 'of-the-partner', state, iss: `${partner.url}/oidc` })
    await route.fulfill({ status: 303, headers: { location: `${server.url}/console/callback?${answer.toString()}` } })
  })
  await page.getByRole('button', { name: 'Sign in with Latchkey' }).click()
  await page.getByText('The response came from a different provider').waitFor()
  t.equal(tokensAsked, 0)
})

t.test('a user who signs out while a token is being renewed stays signed out', async t => {
  const { page } = await visit(t)
  await signIn(page)
  await page.getByRole('heading', { name: /Welcome/ }).waitFor()
  // Stay in the console instead of leaving for the provider, so that the tab can be inspected.
  await page.route('**/oidc/session/end**', route => route.fulfill({ status: 204 }))
  await page.route('**/graphql', route => route.fulfill({ json: { data: null, errors: [{ message: 'Token expired', code: 'TokenExpiredError' }] } }))
  let answer = () => {}
  const late = new Promise<void>(resolve => { answer = resolve })
  await page.route('**/oidc/token', async route => {
    await late
    await route.continue()
  })
  const renewal = page.waitForRequest('**/oidc/token')
  await page.getByRole('link', { name: 'Roles' }).click()
  await renewal
  await page.getByRole('button', { name: /^Account/ }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.getByRole('button', { name: 'Sign in with Latchkey' }).waitFor()
  // From here on the API accepts tokens again: a restored session would show.
  await page.unroute('**/graphql')
  const answered = page.waitForResponse('**/oidc/token')
  answer()
  await (await answered).finished()
  await page.waitForTimeout(500)
  t.notMatch(await page.evaluate('JSON.stringify(sessionStorage)'), /id_token/)
  t.ok(await page.getByRole('button', { name: 'Sign in with Latchkey' }).isVisible())
})
