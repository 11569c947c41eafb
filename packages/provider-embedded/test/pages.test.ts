import Fastify from 'fastify'
import t from 'tap'
import { profileOf, startApp } from './helpers/app.js'
import { openWindow, startChromium } from './helpers/chromium.js'
import { beginSignIn, confirmedAccount, finishSignIn, password } from './helpers/client.js'

t.test('in a browser', async t => {
  const running = await startApp(t, 'sqlite')
  const client = Fastify()
  client.get('/callback', async () => 'the app')
  t.teardown(() => client.close())
  const callbackUrl = `${await client.listen({ port: 0, host: '127.0.0.1' })}/callback`
  running.app.providerEmbedded.createProvider(profileOf({ color: '#0b7285', callbackUrls: [callbackUrl] }))
  const begin = async () => await beginSignIn(running, { redirect_uri: callbackUrl })
  const browser = await startChromium(t)

  for (const javaScriptEnabled of [true, false]) {
    t.test(`someone signs up, confirms with the emailed code and returns to the app, ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, async t => {
      const email = `ada-${javaScriptEnabled}@example.com`
      const { page, complaints } = await openWindow(browser, { javaScriptEnabled })
      const attempt = await begin()
      await page.goto(attempt.url)
      await page.getByRole('link', { name: 'Create an account' }).click()
      await page.getByLabel('Email address').fill(email)
      await page.getByLabel('Password').fill('password')
      await page.getByRole('button', { name: 'Create account' }).click()
      t.match(await page.getByRole('alert').textContent(), 'easy to guess')
      t.equal(await page.getByLabel('Email address').inputValue(), email, 'the input stays')
      t.equal(await page.getByLabel('Password').inputValue(), '', 'except the password')
      await page.getByLabel('Password').fill(password)
      await page.getByLabel('First name').fill('Ada')
      await page.getByRole('button', { name: 'Create account' }).click()
      await page.getByRole('main').filter({ hasText: email }).waitFor()
      await page.getByLabel('Code').fill((await running.smtp.nth(email, 1)).code)
      await page.getByRole('button', { name: 'Continue' }).click()
      await page.waitForURL(url => url.href.startsWith(callbackUrl))
      const tokens = await finishSignIn(attempt, new URL(page.url()))
      t.match(tokens.claims(), { email, email_verified: true, given_name: 'Ada' })
      t.strictSame(complaints.filter(text => !text.includes('400')), [])
      await page.context().close()
    })
  }

  t.test('the emailed link confirms in another browser, and the first browser can continue', async t => {
    const email = 'link@example.com'
    const { page } = await openWindow(browser)
    await page.goto((await begin()).url)
    await page.getByRole('link', { name: 'Create an account' }).click()
    await page.getByLabel('Email address').fill(email)
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Create account' }).click()
    const { link, code } = await running.smtp.nth(email, 1)

    const other = await openWindow(browser)
    await other.page.goto(link)
    await other.page.reload()
    await other.page.getByLabel('Password').fill('not the password')
    await other.page.getByRole('button', { name: 'Confirm address' }).click()
    t.match(await other.page.getByRole('alert').textContent(), 'Use the one you chose when you signed up')
    t.equal(await other.page.evaluate('document.activeElement.id'), 'problem')
    await other.page.getByLabel('Password').fill(password)
    await other.page.getByRole('button', { name: 'Confirm address' }).click()
    await other.page.getByRole('heading', { name: 'Email address confirmed' }).waitFor()
    t.equal(await other.page.getByRole('link').count(), 0, 'no link, because the sign-in was started in another browser')
    t.match(await other.page.textContent('main'), 'go back to the app and sign in')
    t.equal((await other.page.reload())?.status(), 200)
    await other.page.goto(link)
    t.match(await other.page.textContent('h1'), 'This link doesn’t work', 'once')

    await page.getByLabel('Code').fill(code)
    await page.getByRole('button', { name: 'Continue' }).click()
    t.match(await page.getByRole('alert').textContent(), 'If you’ve used the link in the email, go back to sign in')
    await page.getByRole('link', { name: 'Back to sign in' }).click()
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL(url => url.href.startsWith(callbackUrl))
    t.ok(new URL(page.url()).searchParams.get('code'))
  })

  t.test('a forgotten password can be replaced with the emailed link', async t => {
    const email = 'forgot@example.com'
    await confirmedAccount(running, email)
    const { page } = await openWindow(browser)
    await page.goto((await begin()).url)
    await page.getByRole('link', { name: 'Forgot password?' }).click()
    await page.getByLabel('Email address').fill(email)
    await page.getByRole('button', { name: 'Send code' }).click()
    await page.getByRole('main').filter({ hasText: 'If forgot@example.com has an account' }).waitFor()
    const { link } = await running.smtp.nth(email, 2)
    await page.goto(link)
    await page.getByLabel('New password').fill('short')
    await page.getByRole('button', { name: 'Save password' }).click()
    t.match(await page.getByRole('alert').textContent(), 'at least 8 characters', 'a weak password does not use up the link')
    await page.getByLabel('New password').fill('another good one')
    await page.getByRole('button', { name: 'Save password' }).click()
    await page.getByRole('link', { name: 'Continue to sign in' }).click()
    await page.getByLabel('Email address').fill(email)
    await page.getByLabel('Password').fill('another good one')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL(url => url.href.startsWith(callbackUrl))
    t.ok(new URL(page.url()).searchParams.get('code'))
  })

  t.test('password managers find the user name of every password field', async t => {
    const email = 'manager@example.com'
    await confirmedAccount(running, email)
    const { page } = await openWindow(browser)
    // Chromium, Firefox and Safari look at text inputs, visible or not, but ignore `type="hidden"`.
    const username = async () => await page.locator('form:has(input[type=password]) input[autocomplete=username]').evaluateAll(all => all.map(input => [(input as unknown as { type: string }).type, (input as unknown as { value: string }).value]))
    await page.goto((await begin()).url)
    t.strictSame(await username(), [['email', '']])
    await page.getByRole('link', { name: 'Forgot password?' }).click()
    await page.getByLabel('Email address').fill(email)
    await page.getByRole('button', { name: 'Send code' }).click()
    await page.getByLabel('New password').waitFor()
    t.strictSame(await username(), [['text', email]])
    t.equal(await page.getByRole('textbox').count(), 2, 'it is invisible to people')
    await page.goto((await running.smtp.nth(email, 2)).link)
    t.strictSame(await username(), [['text', email]])
    await page.context().close()
  })

  t.test('the keyboard alone signs in; a wrong password is announced and focused', async t => {
    const email = 'keyboard@example.com'
    await confirmedAccount(running, email)
    const { page } = await openWindow(browser)
    await page.goto((await begin()).url)
    await page.keyboard.press('Tab')
    await page.keyboard.type(email)
    await page.keyboard.press('Tab')
    t.equal(await page.evaluate('document.activeElement.textContent'), 'Forgot password?')
    await page.keyboard.press('Tab')
    await page.keyboard.type('not the password')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').waitFor()
    t.equal(await page.evaluate('document.activeElement.id'), 'problem')
    t.match(await page.getByRole('alert').textContent(), 'Incorrect email or password')
    await page.goto(page.url())
    t.equal(await page.textContent('h1'), 'Sign in', 'reloading the refused form works')
    await page.getByLabel('Email address').fill(email)
    await page.getByLabel('Password').fill(password)
    await page.keyboard.press('Enter')
    await page.waitForURL(url => url.href.startsWith(callbackUrl))
    t.ok(new URL(page.url()).searchParams.get('code'))
  })

  t.test('nothing is wider than a small phone, and tap targets are 44 pixels high', async t => {
    const { page } = await openWindow(browser, { viewport: { width: 320, height: 640 } })
    await page.goto((await begin()).url)
    const { pathname } = new URL(page.url())
    for (const step of ['', '/sign-up', '/forgot']) {
      await page.goto(`${running.url}${pathname}${step}`)
      t.equal(await page.evaluate('document.documentElement.scrollWidth'), 320, `${step} does not scroll sideways`)
      const low = await page.evaluate('[...document.querySelectorAll("a,button,input:not([type=hidden])")].filter(element => element.getBoundingClientRect().height < 43.5).map(element => element.outerHTML)')
      t.strictSame(low, [], step)
    }
  })
})
