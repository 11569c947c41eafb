import axe from 'axe-core'
import type { Page } from 'playwright-core'
import t from 'tap'
import { callbackUrl, profileOf, startApp } from './helpers/app.js'
import { openWindow, startChromium } from './helpers/chromium.js'
import { beginSignIn, confirmedAccount, password } from './helpers/client.js'

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

/** The WCAG 2.2 AA violations that axe finds on a page, as `rule: where`. */
async function violations (page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate(`axe.run(document, { runOnly: ${JSON.stringify(tags)} })`) as axe.AxeResults
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`))
}

t.test('every page meets WCAG 2.2 AA, as far as axe can tell', async t => {
  const running = await startApp(t, 'sqlite')
  running.app.providerEmbedded.createProvider(profileOf({ color: '#0b7285' }))
  const browser = await startChromium(t)

  for (const colorScheme of ['light', 'dark'] as const) {
    t.test(colorScheme, async t => {
      const email = `${colorScheme}@example.com`
      await confirmedAccount(running, `old-${email}`)
      const { page } = await openWindow(browser, { colorScheme })
      const check = async (name: string, heading: RegExp) => {
        await page.getByRole('heading', { level: 1, name: heading }).waitFor()
        t.strictSame(await violations(page), [], name)
      }
      await page.goto((await beginSignIn(running)).url)
      await check('sign in', /sign in/i)
      await page.getByLabel('Email address').fill(email)
      await page.getByLabel('Password').fill('not the password')
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByRole('alert').waitFor()
      await check('a wrong password', /sign in/i)
      await page.getByRole('link', { name: 'Create an account' }).click()
      await check('sign up', /account/i)
      await page.getByLabel('Email address').fill(email)
      await page.getByLabel('Password').fill(password)
      await page.getByRole('button', { name: 'Create account' }).click()
      await page.getByLabel('Code').waitFor()
      await check('the code', /./)
      await page.goto((await running.smtp.nth(email, 1)).link)
      await check('the link of a sign-up', /confirm/i)
      await page.getByLabel('Password').fill('not the password')
      await page.getByRole('button', { name: 'Confirm address' }).click()
      await page.getByRole('alert').waitFor()
      await check('the link of a sign-up, with a wrong password', /confirm/i)
      await page.goto((await beginSignIn(running)).url)
      await page.getByRole('link', { name: 'Forgot password?' }).click()
      await check('a forgotten password', /password/i)
      await page.getByLabel('Email address').fill(`old-${email}`)
      await page.getByRole('button', { name: 'Send code' }).click()
      await page.getByLabel('Code').waitFor()
      await check('a new password', /./)
      await page.goto((await running.smtp.nth(`old-${email}`, 2)).link)
      await check('the link of the email', /password/i)
      await page.goto((await beginSignIn(running, { redirect_uri: `${callbackUrl}/elsewhere` })).url)
      await check('what went wrong', /./)
      await page.context().close()
    })
  }
})

t.test('labels on the sign-up page fit on one line, and nothing scrolls sideways, from narrow phones up', async t => {
  const running = await startApp(t, 'sqlite')
  running.app.providerEmbedded.createProvider(profileOf())
  const browser = await startChromium(t)
  for (const width of [320, 360, 390, 480, 1280]) {
    const { page } = await openWindow(browser, { viewport: { width, height: 800 } })
    await page.goto((await beginSignIn(running)).url)
    await page.getByRole('link', { name: 'Create an account' }).click()
    await page.getByLabel('First name').waitFor()
    const heights = await page.$$eval('label', labels => labels.map(label => label.getBoundingClientRect().height))
    t.equal(heights.length, 4)
    t.equal(new Set(heights).size, 1, `labels at ${width} pixels: ${heights.join(', ')}`)
    t.equal(await page.evaluate('document.documentElement.scrollWidth'), width)
    await page.context().close()
  }
})

t.test('text follows the size set in the browser, without scrolling sideways', async t => {
  const running = await startApp(t, 'sqlite')
  running.app.providerEmbedded.createProvider(profileOf())
  const browser = await startChromium(t)
  // The browser's setting changes the root's font size. The pages' CSP allows no added styles, hence bypassCSP.
  const { page } = await openWindow(browser, { viewport: { width: 360, height: 640 }, bypassCSP: true })
  await page.goto((await beginSignIn(running)).url)
  const base = page.url()
  const sizes = async () => await page.evaluate('[...document.querySelectorAll("h1, label, input:not([type=hidden]), .button, .foot, .foot a")].map(element => parseFloat(getComputedStyle(element).fontSize))') as number[]
  for (const step of ['', '/sign-up', '/forgot']) {
    await page.goto(`${base}${step}`)
    const before = await sizes()
    await page.addStyleTag({ content: 'html { font-size: 200% }' })
    t.strictSame(await sizes(), before.map(size => size * 2), step)
    t.equal(await page.evaluate('document.documentElement.scrollWidth'), 360, step)
  }
})
