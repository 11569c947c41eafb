import type { Page } from 'playwright-core'
import t from 'tap'
import { account, examine, graphql, password, runningConsole, signIn, visit } from './helpers/running-console.js'

const START = 'Link another account'
const AT_PARTNER = 'Sign in with Partner'

t.test('a user links an account at another provider, and can then sign in with it', async t => {
  const { server } = await runningConsole()
  const { id, accepted } = await shutOut('two@example.com')
  t.equal(await accepted(), false)
  const window = await visit(t)
  const { page } = window
  await signIn(page, 'two@example.com')
  await page.getByRole('button', { name: /^Account/ }).click()
  await page.getByRole('menuitem', { name: 'Your user' }).click()
  await methods(page).getByRole('table', { name: 'Removed sign-in methods' }).waitFor()
  await examine(t, window, 'own user')
  await page.getByRole('button', { name: START }).click()
  const dialog = page.getByRole('dialog', { name: START })
  await dialog.getByRole('button', { name: AT_PARTNER }).waitFor()
  await examine(t, window, 'link an account')
  t.equal(await dialog.getByRole('button', { name: /Latchkey/ }).count(), 0, 'not the profile of the session')
  await page.reload()
  const asked = page.waitForRequest(/\/oidc\/auth\?/)
  await dialog.getByRole('button', { name: AT_PARTNER }).click()
  const request = new URL((await asked).url()).searchParams
  t.match(Object.fromEntries(request), { prompt: 'login', response_type: 'code', code_challenge_method: 'S256', code_challenge: /.{43}/, state: /.{32}/, nonce: /.{36}/, login_hint: 'two@example.com' })
  await page.getByLabel('Password').waitFor()
  await page.reload()
  t.equal(await page.getByLabel('Email address').inputValue(), 'two@example.com')
  const answer = page.waitForRequest(/\/console\/callback\?/)
  await atProvider(page, 'two@example.com')
  await page.getByRole('status').filter({ hasText: 'you can also sign in with Partner as two@example.com' }).waitFor()
  t.equal(page.url(), `${server.url}/console/users/${id}`)
  await methods(page).getByRole('table', { name: 'Sign-in methods' }).getByRole('row').filter({ hasText: 'Partner' }).waitFor()
  t.equal(await page.getByRole('table', { name: 'Removed sign-in methods' }).count(), 0)
  await examine(t, window, 'account linked')
  t.equal(await accepted(), true)
  t.strictSame(await keptIssuers(page), [`${server.url}/oidc`], 'the tokens of the linked account are not kept')

  await page.reload()
  await methods(page).waitFor()
  t.equal(await page.getByText('Account linked').count(), 0, 'it is reported once')
  t.strictSame(window.complaints, [])
  await page.goto((await answer).url())
  await page.getByText('has been completed already').waitFor()
  await page.getByRole('link', { name: 'Back to the console' }).click()
  await page.getByText('You\'re signed in as two@example.com').waitFor()

  const other = await visit(t)
  await signIn(other.page, 'two@example.com', 'Partner')
  await other.page.getByRole('button', { name: /^Account/ }).click()
  await other.page.getByRole('menuitem', { name: 'Your user' }).click()
  await methods(other.page).waitFor()
  t.equal(other.page.url(), `${server.url}/console/users/${id}`, 'the same user')
  t.strictSame(other.complaints, [])
})

t.test('an account with a different email, or of another user, is refused, and the session goes on', async t => {
  const { server, partner } = await runningConsole()
  await user('refused@example.com')
  await account(partner, 'elsewhere@example.com')
  await graphql(server, 'mutation { userSignUpWithToken(user: { email: "taken@example.com" }, authProfileId: "partner") { id } }', {}, await account(partner, 'taken@example.com'))
  const window = await visit(t)
  const { page } = window
  await toOwnUser(page, 'refused@example.com')
  for (const [email, why] of [
    ['elsewhere@example.com', 'You signed in with Partner as elsewhere@example.com, but the email of your user is refused@example.com. Try again with an account for refused@example.com'],
    ['taken@example.com', 'The Partner account taken@example.com is already linked to another user. Ask an administrator to remove it']
  ] as const) {
    await page.context().clearCookies()
    await page.setViewportSize({ width: 360, height: 740 })
    await toPartner(page)
    await atProvider(page, email)
    await alertOf(page).filter({ hasText: why }).waitFor()
    await page.waitForFunction('[...document.querySelectorAll("[role=alert]")].some(alert => alert.textContent.includes("Couldn\'t link") && alert.getBoundingClientRect().bottom <= innerHeight)', undefined, { timeout: 5000 })
    t.equal(await methods(page).getByRole('row').count(), 2, 'nothing was linked')
    await examine(t, window, `refused ${email}`)
  }
  await page.reload()
  await methods(page).waitFor()
  t.equal(await alertOf(page).count(), 0)
  t.strictSame(await keptIssuers(page), [`${server.url}/oidc`])
  t.strictSame(window.complaints, [])
})

t.test('whatever else goes wrong is explained on the page of the user', async t => {
  const { server, partner } = await runningConsole()
  await user('unlucky@example.com')
  await account(partner, 'unlucky@example.com')
  const window = await visit(t)
  const { page } = window
  await toOwnUser(page, 'unlucky@example.com')

  await page.route(`${partner.url}/oidc/.well-known/openid-configuration`, route => route.abort())
  await page.getByRole('button', { name: START }).click()
  await page.getByRole('button', { name: AT_PARTNER }).click()
  await page.getByText('Couldn\'t open the login page of Partner').waitFor()
  await page.unroute(`${partner.url}/oidc/.well-known/openid-configuration`)
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  t.equal(new URL(page.url()).search, '')

  // The login page of the embedded provider has no button for it, but others do.
  let response: Record<string, string> | null = null
  await page.route(/\/oidc\/auth\?/, async route => {
    if (response === null) return await route.continue()
    const state = new URL(route.request().url()).searchParams.get('state') as string
    await route.fulfill({ status: 303, headers: { location: `${server.url}/console/callback?${new URLSearchParams({ ...response, state, iss: `${partner.url}/oidc` }).toString()}` } })
  })
  for (const [answer, why] of [
    [{ error: 'access_denied', error_description: 'the user did not agree' }, 'The sign-in was cancelled, or Partner didn\'t allow it (the user did not agree). Nothing has changed'],
    [{ error: 'server_error' }, 'The sign-in with Partner failed (server_error). Try again.'],
    [{ code: 'made up' }, 'The sign-in with Partner failed (grant request is invalid). Try again.']
  ] as const) {
    response = answer
    await toPartner(page)
    await alertOf(page).filter({ hasText: why }).waitFor()
  }
  response = null
  await examine(t, window, 'sign-in at the provider failed')

  await page.route(/\/oidc\/auth\?/, async route => {
    await route.fulfill({ status: 303, headers: { location: route.request().url().replace(/nonce=[^&]*/, 'nonce=of-another-sign-in') } })
  }, { times: 1 })
  await toPartner(page)
  await atProvider(page, 'unlucky@example.com')
  await alertOf(page).filter({ hasText: 'The sign-in with Partner failed (nonce in id_token does not match' }).waitFor()

  let refusal: object = {}
  await page.route('**/graphql', async route => {
    if (route.request().postData()?.includes('userIdentityLink') !== true) return await route.continue()
    await route.fulfill({ json: { data: null, errors: [{ message: 'Too many requests', path: ['userIdentityLink'], ...refusal }] } })
  })
  for (const [error, why] of [
    [{ code: 'ValidationError', extensions: { reason: 'issuer_unreachable', details: { idToken: '…' } } }, 'This app couldn\'t reach Partner to verify the sign-in. Try again in a few minutes.'],
    [{ code: 'ValidationError', extensions: { reason: 'unknown_issuer', details: { idToken: '…' } } }, 'This app doesn\'t accept the sign-in with Partner (unknown_issuer). The profile may have been changed or removed.'],
    [{ code: 'ThrottlingThresholdReachedError' }, 'Too many requests'],
    [{ code: 'ValidationError', extensions: { reason: 'sign_in_too_old', details: { signIn: '…' } } }, 'Sign in again, then link the account.']
  ] as const) {
    refusal = error
    await toPartner(page)
    await atProvider(page, 'unlucky@example.com')
    await alertOf(page).filter({ hasText: why }).waitFor()
  }
  await examine(t, window, 'sign-in too old')
  await page.getByRole('button', { name: 'Sign in again with Latchkey' }).click()
  await atProvider(page, 'unlucky@example.com')
  await page.getByRole('dialog').getByRole('button', { name: AT_PARTNER }).waitFor()
})

t.test('a user whose sign-in is too old is asked to sign in again first, and comes back to link', async t => {
  const { server, partner } = await runningConsole()
  const email = 'patient@example.com'
  await user(email)
  await account(partner, email)
  const window = await visit(t)
  const { page } = window
  await toOwnUser(page, email)
  await page.getByRole('button', { name: START }).click()
  const dialog = page.getByRole('dialog', { name: START })
  await dialog.getByRole('button', { name: AT_PARTNER }).waitFor()
  // The dialog stays open for twenty minutes. The clocks of the browser and the server then differ by as much.
  await page.clock.setFixedTime(Date.now() + 20 * 60_000)
  await dialog.getByRole('button', { name: AT_PARTNER }).click()
  await dialog.getByText('requires that you have signed in within the last 15 minutes').waitFor()
  t.equal(await dialog.getByRole('button', { name: AT_PARTNER }).count(), 0)
  await page.reload()
  await dialog.getByText('requires that you have signed in within the last 15 minutes').waitFor()
  await examine(t, window, 'sign in again first')

  const asked = page.waitForRequest(/\/oidc\/auth\?/)
  await dialog.getByRole('button', { name: 'Sign in again with Latchkey' }).click()
  t.equal(new URL((await asked).url()).searchParams.get('prompt'), 'login', 'or the provider would answer with the sign-in of before')
  await page.getByLabel('Password').waitFor()
  await page.goto(`${server.url}/console`)
  await page.getByText(`You're signed in as ${email}`).waitFor()
  t.pass('until then, the session is as before')
  await page.goBack()
  await atProvider(page, email)
  await dialog.getByRole('button', { name: AT_PARTNER }).click()
  await atProvider(page, email)
  await page.getByText('Account linked').waitFor()
  t.strictSame(await keptIssuers(page), [`${server.url}/oidc`])
  t.strictSame(window.complaints, [])
})

t.test('a forged or foreign callback changes nothing', async t => {
  const { server, partner } = await runningConsole()
  const email = 'careful@example.com'
  await user(email)
  await user('second@example.com')
  await account(partner, email)
  const window = await visit(t)
  const { page } = window
  await toOwnUser(page, email)
  // The router notes scroll positions for each address.
  const kept = async () => await page.evaluate('JSON.stringify(Object.entries(sessionStorage).filter(([key]) => !key.startsWith("tsr-")).sort())')
  const before = await kept()
  const returned = async (answer: Record<string, string>) => { await page.goto(`${server.url}/console/callback?${new URLSearchParams(answer).toString()}`) }
  for (const state of ['forged', '', `user:${server.url}/oidc:default`, 'latchkey.console.session']) {
    await returned({ code: 'of an attacker', state })
    await page.getByText('This sign-in was not started in this tab').waitFor()
    t.ok(await kept() === before, state)
  }
  await examine(t, window, 'forged callback')

  const begin = async () => {
    await page.getByRole('button', { name: START }).click()
    const asked = page.waitForRequest(/\/oidc\/auth\?/)
    await page.getByRole('button', { name: AT_PARTNER }).click()
    await page.getByLabel('Password').waitFor()
    return new URL((await asked).url()).searchParams.get('state') as string
  }
  let tokensAsked = 0
  page.on('request', request => { if (request.url().endsWith('/oidc/token')) tokensAsked++ })
  await page.goto(`${server.url}/console`)
  await ownUser(page)
  await returned({ code: 'of another provider', state: await begin(), iss: `${server.url}/oidc` })
  await page.getByText('The response came from a different provider').waitFor()
  t.equal(tokensAsked, 0)

  await page.getByRole('link', { name: 'Back to the console' }).click()
  await ownUser(page)
  const state = await begin()
  await page.goto(`${server.url}/console`)
  await page.route('**/oidc/session/end**', route => route.fulfill({ status: 204 }))
  await page.getByRole('button', { name: /^Account/ }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.getByRole('button', { name: 'Sign in with Latchkey' }).waitFor()
  await returned({ code: 'late', state, iss: `${partner.url}/oidc` })
  await page.getByText('You have signed out, or signed in with a different account').waitFor()
  await page.context().clearCookies()
  await page.getByRole('link', { name: 'Sign in again' }).click()
  await signIn(page, 'second@example.com')
  tokensAsked = 0
  await returned({ code: 'late', state, iss: `${partner.url}/oidc` })
  await page.getByText('You have signed out, or signed in with a different account').waitFor()
  t.equal(tokensAsked, 0)
  await page.getByRole('link', { name: 'Back to the console' }).click()
  await page.getByText('You\'re signed in as second@example.com').waitFor()
  await ownUser(page)
  t.equal(await methods(page).getByRole('row').count(), 2)
  t.strictSame(window.complaints, [])
})

t.test('a second account at the profile of the session is linked, but not the same account again', async t => {
  const { server, partner } = await runningConsole()
  const email = 'twice@example.com'
  const first = await account(partner, email)
  const { userSignUpWithToken: { id } } = await graphql(server, 'mutation ($email: String!) { userSignUpWithToken(user: { email: $email }, authProfileId: "partner") { id } }', { email }, first)
  const window = await visit(t)
  const { page } = window
  await signIn(page, email, 'Partner')
  await ownUser(page)
  await toPartner(page)
  await atProvider(page, email)
  await alertOf(page).filter({ hasText: `You signed in with Partner to the account that you use already, ${email}` }).waitFor()
  t.equal(await methods(page).getByRole('row').count(), 2)

  // Partner has one account for each email. With the first one deleted, the second is another account with the same email.
  const boss = await account(partner, 'boss@example.com')
  await graphql(partner, '{ user { id } }', {}, boss)
  const [code] = /\b[A-Z0-9]{4}(-[A-Z0-9]{4}){3}\b/.exec(await partner.printed('enter the code')) ?? []
  await graphql(partner, 'mutation ($code: String!) { administratorClaim(code: $code) { id } }', { code }, boss)
  await graphql(partner, '{ user { id } }', {}, first)
  await graphql(partner, 'mutation ($email: String!) { userDelete(filter: { email: $email }) { success } }', { email }, boss)
  const second = await account(partner, email)
  await toPartner(page)
  await atProvider(page, email)
  await page.getByRole('status').filter({ hasText: `you can also sign in with Partner as ${email}` }).waitFor()
  t.equal(await methods(page).getByRole('row').count(), 3)
  t.match(await graphql(server, '{ user { id } }', {}, second), { user: { id } })
  t.strictSame(window.complaints, [])
})

t.test('nobody can link an account to someone else\'s user', async t => {
  const { id } = await user('somebody@example.com')
  const { page } = await visit(t, `/console/users/${id}?link=true`)
  await signIn(page)
  await methods(page).getByText('somebody@example.com').waitFor()
  t.equal(await page.getByRole('button', { name: START }).count(), 0)
  t.equal(await page.getByRole('dialog').count(), 0)
})

/** Creates a user who signs in with the embedded provider. */
async function user (email: string): Promise<{ id: string, idToken: string }> {
  const { server } = await runningConsole()
  const idToken = await account(server, email)
  const { user: { id } } = await graphql(server, '{ user { id } }', {}, idToken)
  return { id, idToken }
}

/** Creates a user who has removed their account at Partner, so that its verified email doesn't link it. */
async function shutOut (email: string) {
  const { server, partner } = await runningConsole()
  const { id, idToken } = await user(email)
  const there = await account(partner, email)
  const accepted = async () => await graphql(server, '{ user { id } }', {}, there).then(({ user }) => user.id === id, () => false)
  if (!await accepted()) throw new Error('The account at Partner was not linked by its email')
  const { user: { identities } } = await graphql(server, '{ user { identities { issuer subject profileId } } }', {}, idToken)
  const { issuer, subject } = (identities as { issuer: string, subject: string, profileId: string }[]).find(({ profileId }) => profileId === 'partner') as { issuer: string, subject: string }
  await graphql(server, 'mutation ($data: UserIdentityDeleteInput!) { userIdentityDelete(data: $data) { success } }', { data: { issuer, subject } }, idToken)
  return { id, accepted }
}

async function toOwnUser (page: Page, email: string): Promise<void> {
  await signIn(page, email)
  await ownUser(page)
}

async function ownUser (page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Account/ }).click()
  await page.getByRole('menuitem', { name: 'Your user' }).click()
  await methods(page).waitFor()
}

async function toPartner (page: Page): Promise<void> {
  await page.getByRole('button', { name: START }).click()
  await page.getByRole('dialog').getByRole('button', { name: AT_PARTNER }).click()
}

async function atProvider (page: Page, email: string): Promise<void> {
  await page.getByLabel('Email address').fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

function methods (page: Page) {
  return page.getByRole('region', { name: 'Sign-in methods' })
}

function alertOf (page: Page) {
  return methods(page).getByRole('alert').filter({ hasText: 'Couldn\'t link the Partner account' })
}

/** The issuers of all tokens that the tab keeps. */
async function keptIssuers (page: Page): Promise<string[]> {
  const kept = await page.evaluate<string>('JSON.stringify([{ ...sessionStorage }, { ...localStorage }])')
  const tokens = kept.match(/eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+/g) ?? []
  return [...new Set(tokens.map(token => (JSON.parse(Buffer.from(token.split('.')[1] as string, 'base64url').toString()) as { iss: string }).iss))]
}
