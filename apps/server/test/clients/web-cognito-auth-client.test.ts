import t from 'tap'
import { password, profileId, startApp } from './helpers/app.js'
import { openBrowser, startFrontEnd } from './helpers/browser.js'

const body = `
<button id="sign-in">Sign in</button> <button id="sign-out">Sign out</button>
<p role="status"></p>`

// How an app uses the client: two buttons, and a text that says who is signed in.
const script = `
import { WebCognitoAuthClient } from '@8base/web-cognito-auth-client'

const { endpoint, ...options } = settings
const client = new WebCognitoAuthClient(options)
document.querySelector('#sign-in').onclick = () => client.authorize()
document.querySelector('#sign-out').onclick = () => client.logout()

async function ask (query) {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer ' + client.getState().token },
    body: JSON.stringify({ query, variables: { email: client.getState().email } })
  })
  return await response.json()
}

async function whoIsIt () {
  if (location.hash) {
    const { idToken, email, firstName, lastName } = client.getAuthorizedData()
    client.setState({ token: idToken, email, name: firstName + ', ' + lastName })
    history.replaceState(null, '', '/')
    await ask('mutation ($email: String!) { userSignUpWithToken(user: { email: $email }) { id } }')
  }
  if (!client.checkIsAuthorized()) return 'nobody'
  const { data } = await ask('{ user { email } }')
  return data.user.email + ' is signed in as ' + client.getState().name
}

whoIsIt().catch(error => 'failed: ' + error.stack).then(text => { document.querySelector('[role=status]').textContent = text })`

t.test('@8base/web-cognito-auth-client in a browser', async t => {
  const frontEnd = await startFrontEnd(t)
  const { server, endpoint, mailbox } = await startApp(t, { profile: { legacyImplicit: true, callbackUrls: [frontEnd.url], logoutUrls: [frontEnd.url] } })
  await frontEnd.serve({ body, script, settings: { domain: server.url, clientId: profileId, redirectUri: frontEnd.url, endpoint } })
  const page = await openBrowser(t)
  const shows = async (text: string) => { await page.getByRole('status').filter({ hasText: text }).waitFor() }
  const email = 'ada@example.com'

  await t.test('authorize() opens the hosted page, where a person signs up and returns with a token that the API accepts', async t => {
    await page.goto(frontEnd.url)
    await t.resolves(shows('nobody'))
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('link', { name: 'Create an account' }).click()
    t.equal(new URL(page.url()).origin, server.url)
    await page.getByLabel('Email address').fill(email)
    await page.getByLabel('Password').fill(password)
    await page.getByLabel('First name').fill('Ada')
    await page.getByLabel('Last name').fill('Lovelace')
    await page.getByRole('button', { name: 'Create account' }).click()
    await page.getByLabel('Code').fill(await mailbox.code(email))
    await page.getByRole('button', { name: 'Continue' }).click()
    await t.resolves(shows(`${email} is signed in as Ada Lovelace, Lovelace`))
  })

  await t.test('authorize() returns at once while the session lasts', async t => {
    await page.evaluate('localStorage.clear()')
    await page.reload()
    await t.resolves(shows('nobody'))
    await page.getByRole('button', { name: 'Sign in' }).click()
    await t.resolves(shows(email))
  })

  await t.test('logout() ends the session and clears the state, so the password is needed again', async t => {
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByLabel('Password').waitFor()
    t.equal(new URL(page.url()).origin, server.url)

    await page.goto(frontEnd.url)
    await t.resolves(shows('nobody'))
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByLabel('Email address').fill(email)
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await t.resolves(shows(email))
  })
})
