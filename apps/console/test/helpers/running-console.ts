// One built server with the console, and one browser, shared by all tests of a file.
import sparticuz from '@sparticuz/chromium'
import axe from 'axe-core'
import { access } from 'node:fs/promises'
import { chromium, type Browser, type Page } from 'playwright-core'
import t, { type Test } from 'tap'
// The server depends on the console, so the console's package.json can't list it; turbo.json builds it before the tests.
import { freePort, startServer, type RunningServer } from '../../../server/dist-demo/running-server.js'

const DEBIAN_CHROMIUM = '/usr/bin/chromium'
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

export const password = 'correct horse battery'
export const administrator = 'admin@example.com'

export interface RunningConsole {
  readonly server: RunningServer
  /** The provider of the profile Partner: a second Latchkey, at another origin. */
  readonly partner: RunningServer
  readonly browser: Browser
  /** The administrator's token, to create what a test needs. */
  readonly idToken: string
}

let running: Promise<RunningConsole> | null = null
let browsing: Promise<Browser> | null = null

/** The server with an administrator, and the browser. Started once. */
export async function runningConsole (): Promise<RunningConsole> {
  running ??= start()
  return await running
}

/** The browser, also for tests with a server of their own. Started once. */
async function runningBrowser (): Promise<Browser> {
  browsing ??= launch()
  return await browsing
}

t.teardown(async () => {
  const { server, partner } = await running ?? {}
  await (await browsing)?.close()
  await Promise.all([server?.stop(), partner?.stop()])
})

async function start (): Promise<RunningConsole> {
  const [port, partnerPort] = [await freePort(), await freePort()]
  const origin = `http://127.0.0.1:${port}`
  const [partner, server, browser] = await Promise.all([
    startServer({
      port: partnerPort,
      config: { profiles: [{ id: 'default', name: 'Partner', type: 'embedded', clientId: 'partner-web', callbackUrls: [`${origin}/console/callback`], logoutUrls: [`${origin}/console/sign-in`] }] },
      env: { LOG_LEVEL: 'info' }
    }),
    startServer({
      port,
      config: {
        profiles: [
          { id: 'default', name: 'Latchkey', type: 'embedded', callbackUrls: ['http://localhost:3000/auth/callback'] },
          { id: 'partner', name: 'Partner', type: 'openid', issuer: `http://127.0.0.1:${partnerPort}/oidc`, clientId: 'partner-web' }
        ],
        roles: [{ name: 'Support', permissions: { data: { Users: { read: { allow: true, fields: { id: true, email: true, firstName: true, lastName: true, createdAt: true } } } } } }]
      },
      // Without a mail server, the log has the emails at this level.
      env: { LOG_LEVEL: 'info', LATCHKEY_ADMIN_EMAIL: administrator, LATCHKEY_SECRET_KEY: 'a secret key for tests, and no others' }
    }),
    runningBrowser()
  ])
  const idToken = await account(server, administrator)
  // The first request with a token of the account creates the user.
  await graphql(server, '{ user { id } }', {}, idToken)
  return { server, partner, browser, idToken }
}

async function launch (): Promise<Browser> {
  const debian = await access(DEBIAN_CHROMIUM).then(() => true, () => false)
  try {
    return await chromium.launch({ executablePath: debian ? DEBIAN_CHROMIUM : await sparticuz.executablePath(), args: ['--no-sandbox'], timeout: 120_000 })
  } catch (cause) {
    throw new Error('This test needs a browser. Install one with "apt-get install chromium", or run "npm ci", which brings @sparticuz/chromium for Linux on x64.', { cause })
  }
}

/** Creates an account with a confirmed email. @returns an ID token */
export async function account (server: RunningServer, email: string): Promise<string> {
  // Every server prints something at its start. An email may have had an account before.
  const earlier = emailsTo(email, await server.printed('')).length
  await graphql(server, 'mutation ($email: String!, $password: String!) { userSignUpWithPassword(user: { email: $email, firstName: "Ada", lastName: "Admin" }, password: $password) { email } }', { email, password })
  const code = await emailedCode(server, email, earlier)
  await graphql(server, 'mutation ($data: VerificationEmailConfirmInput!) { userVerificationEmailConfirm(data: $data) { success } }', { data: { email, code, password } })
  const { userLogin } = await graphql(server, 'mutation ($data: UserLoginInput!) { userLogin(data: $data) { auth { idToken } } }', { data: { email, password } })
  return userLogin.auth.idToken
}

/** The code in the newest email, which the server logs because there is no mail server. @param earlier the number of emails before it */
export async function emailedCode (server: RunningServer, email: string, earlier = 0): Promise<string> {
  let lines: string[]
  while ((lines = emailsTo(email, await server.printed(`"to":"${email}"`))).length <= earlier) await new Promise(resolve => setTimeout(resolve, 25))
  const code = /\b\d{6}\b/.exec((JSON.parse(lines.at(-1) as string) as { text: string }).text)?.[0]
  if (code === undefined) throw new Error(`No code was emailed to ${email}`)
  return code
}

/** The log's lines of the emails to an address. */
function emailsTo (email: string, output: string): string[] {
  return output.split('\n').slice(0, -1).filter(line => line.includes(`"to":"${email}"`))
}

/** Sends a query to the API directly. @throws the errors of the response */
export async function graphql (server: RunningServer, query: string, variables: object = {}, idToken?: string): Promise<any> { // eslint-disable-line @typescript-eslint/no-explicit-any -- the shape depends on the query
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...idToken !== undefined && { authorization: `Bearer ${idToken}` } },
    body: JSON.stringify({ query, variables })
  })
  const { data, errors } = await response.json() as { data: unknown, errors?: object[] }
  if (errors !== undefined) throw new Error(JSON.stringify(errors))
  return data
}

/** A browser window, and what the browser reported in it: CSP violations, console errors and failed requests. */
export interface Visit {
  readonly page: Page
  readonly complaints: string[]
}

/** Opens a page of the console in a new window; `at` is the server, by default the shared one. */
export async function visit (t: Test, path = '/console', at?: RunningServer): Promise<Visit> {
  const server = at ?? (await runningConsole()).server
  const browser = await runningBrowser()
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, reducedMotion: 'reduce', permissions: ['clipboard-read', 'clipboard-write'] })
  t.teardown(async () => {
    if (!t.passing()) {
      const alerts = await page.getByRole('alert').allInnerTexts().catch(() => [])
      t.comment(`At ${page.url()}: ${complaints.join('; ') || 'no complaints'}; alerts: ${alerts.map(text => text.replaceAll(/\s+/g, ' ')).join('; ') || 'none'}`)
    }
    if (!t.passing() && process.env.SCREENSHOTS !== undefined) await page.screenshot({ path: `${process.env.SCREENSHOTS}/failed-${t.name.replaceAll(/\W+/g, '-').slice(0, 40)}.png` })
    await context.close()
  })
  context.setDefaultTimeout(60_000)
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', message => { if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text()) })
  page.on('pageerror', error => complaints.push(error.message))
  await page.goto(`${server.url}${path}`)
  return { page, complaints }
}

/** Signs in as a person does, through the console's sign-in page and the provider's login page. */
export async function signIn (page: Page, email = administrator, profile = 'Latchkey'): Promise<void> {
  await page.getByRole('button', { name: `Sign in with ${profile}` }).click()
  await page.getByLabel('Email address').fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  // A narrow screen hides it.
  await page.getByRole('navigation', { name: 'Pages', exact: true, includeHidden: true }).waitFor({ state: 'attached' })
}

/** Checks a page with axe, in light and dark colors, and that it fits a narrow phone. Takes screenshots if SCREENSHOTS is set. */
export async function examine (t: Test, { page }: Visit, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await page.waitForFunction(scheme => document.documentElement.dataset.mantineColorScheme === scheme, colorScheme)
    if (await page.evaluate('!("axe" in window)')) await page.evaluate(axe.source)
    // In dark mode only the colors differ.
    const only = colorScheme === 'light' ? { type: 'tag', values: tags } : { type: 'rule', values: ['color-contrast'] }
    const { violations } = await page.evaluate(`axe.run(document, ${JSON.stringify({ runOnly: only, resultTypes: ['violations'] })})`) as axe.AxeResults
    t.strictSame(violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary ?? ''}`)), [], `${name}: axe, ${colorScheme}`)
  }
  await page.emulateMedia({ colorScheme: 'light' })
  await page.setViewportSize({ width: 360, height: 740 })
  await page.waitForFunction('document.documentElement.scrollWidth === 360', undefined, { timeout: 5000 }).catch(() => {})
  t.equal(await page.evaluate('document.documentElement.scrollWidth'), 360, `${name}: no wider than a narrow phone`)
  if (process.env.SCREENSHOTS !== undefined) {
    const file = (kind: string) => `${process.env.SCREENSHOTS}/${name.replaceAll(/\W+/g, '-')}-${kind}.png`
    await page.screenshot({ path: file('phone') })
    await page.setViewportSize({ width: 1200, height: 900 })
    await page.screenshot({ path: file('light') })
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.screenshot({ path: file('dark') })
    await page.emulateMedia({ colorScheme: 'light' })
  }
  await page.setViewportSize({ width: 1200, height: 900 })
}
