import { createServer } from 'node:http'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { build } from 'vite'
import { freePort, startServer, type RunningServer } from '../../server/dist-demo/running-server.js'
import { account, emailedCode, examine, graphql, password, signIn, visit } from './helpers/running-console.js'

const owner = 'owner@example.com'
const log = { LOG_LEVEL: 'info', LATCHKEY_SECRET_KEY: 'a secret key for tests, and no others' }

t.test('the owner of a new app becomes its administrator with the code in the log, and connects an app', async t => {
  const server = await startServer({ env: log })
  t.teardown(async () => { await server.stop() })
  const window = await visit(t, '/console', server)
  const { page } = window
  await page.getByText('This app has no administrator yet').waitFor()
  await examine(t, window, 'sign in to a new app')
  await page.getByRole('button', { name: /^Sign in with/ }).click()
  await createAccount(page, server, owner)
  await page.getByRole('heading', { name: 'You\'re not a user of this app yet' }).waitFor()
  await page.getByRole('button', { name: `Sign up as ${owner}` }).click()
  await page.getByRole('heading', { name: 'This app has no administrator yet' }).waitFor()
  await examine(t, window, 'first administrator')
  await page.getByRole('button', { name: 'Become administrator' }).click()
  await page.getByText('Enter the code from the server\'s log').waitFor()
  await page.getByRole('textbox', { name: 'Code' }).fill('AAAA-AAAA-AAAA-AAAA')
  await page.getByRole('button', { name: 'Become administrator' }).click()
  await page.getByRole('alert').filter({ hasText: 'Couldn\'t make you an administrator' }).waitFor()
  await examine(t, window, 'wrong code')
  await page.getByRole('button', { name: 'Not now' }).click()
  await page.getByRole('heading', { name: 'Welcome' }).waitFor()
  await page.reload()
  // As somebody may type it when reading it from another screen.
  await page.getByRole('textbox', { name: 'Code' }).fill((await codeInLog(server)).toLowerCase().replaceAll('-', ' '))
  await page.getByRole('button', { name: 'Become administrator' }).click()
  await page.getByRole('heading', { name: 'Welcome' }).waitFor()
  await page.getByRole('main').getByText('Administrator').first().waitFor()
  await page.getByText('You are now an administrator').waitFor()

  await t.test('the first steps', async t => {
    const steps = page.getByRole('region', { name: 'First steps' })
    await steps.waitFor()
    await examine(t, window, 'first steps')
    const opened = page.context().waitForEvent('page')
    await steps.getByRole('link', { name: 'Open it in a new tab' }).click()
    const trial = await opened
    await trial.getByText('This tab has its own session').waitFor()
    await trial.getByRole('button', { name: /^Sign in with/ }).click()
    await trial.getByLabel('Password').waitFor()
    await trial.close()

    const port = await freePort()
    const callback = `http://127.0.0.1:${port}/callback`
    const address = steps.getByLabel('Callback URL of your app')
    await address.fill('no address')
    await steps.getByText('Enter a URL with http:// or https://').waitFor()
    t.equal(await steps.getByRole('button', { name: 'Copy Script' }).count(), 0)
    await address.fill(callback)
    await steps.getByRole('button', { name: 'Allow URL' }).click()
    await steps.getByText('This URL is allowed').waitFor()
    await steps.getByRole('button', { name: 'Copy Script' }).click()
    await steps.getByRole('button', { name: 'Script: copied' }).waitFor()
    const script = await page.evaluate<string>('navigator.clipboard.readText()')
    await steps.getByRole('button', { name: 'Copy curl command' }).click()
    await steps.getByRole('button', { name: 'curl command: copied' }).waitFor()
    const command = await page.evaluate<string>('navigator.clipboard.readText()')
    t.match(command, `${server.url}/graphql`)
    await examine(t, window, 'first steps with a callback')

    const app = await serveApp(t, port, script)
    const people = await visit(t, '/console', server)
    await people.page.goto(app)
    await createAccount(people.page, server, 'person@example.com')
    await people.page.getByText('Signed in as person@example.com').waitFor()
    t.equal(people.page.url(), callback, 'and the code is no longer in the URL')
    await people.page.reload()
    await people.page.getByText('Signed in as person@example.com').waitFor()
    t.strictSame(people.complaints.filter(complaint => !complaint.includes('favicon')), [])
    t.match((await graphql(server, '{ administratorNeeded }')).administratorNeeded, false)

    await steps.getByRole('button', { name: 'Hide' }).click()
    await steps.waitFor({ state: 'detached' })
    await page.reload()
    await page.getByRole('heading', { name: 'Welcome' }).waitFor()
    t.equal(await steps.count(), 0)
  })
  const other = await visit(t, '/console', server)
  await signIn(other.page, 'person@example.com', 'Latchkey')
  await other.page.getByRole('heading', { name: 'Welcome' }).waitFor()
  t.equal(await other.page.getByRole('region', { name: 'First steps' }).count(), 0, 'nobody else sees them')
  t.strictSame([...window.complaints, ...other.complaints], [])
})

t.test('with LATCHKEY_ADMIN_EMAIL, the user who signs up with that email is the administrator, and no code is needed', async t => {
  const server = await startServer({ env: { ...log, LATCHKEY_ADMIN_EMAIL: owner } })
  t.teardown(async () => { await server.stop() })
  const { page, complaints } = await visit(t, '/console', server)
  await page.getByText('This app has no administrator yet').waitFor()
  await page.getByRole('button', { name: /^Sign in with/ }).click()
  await createAccount(page, server, owner)
  await page.getByRole('button', { name: `Sign up as ${owner}` }).click()
  await page.getByRole('region', { name: 'First steps' }).waitFor()
  t.equal(await page.getByRole('textbox', { name: 'Code' }).count(), 0)
  t.strictSame(complaints, [])

  await t.test('everything works where the browser blocks only local storage', async t => {
    const { page, complaints } = await visit(t, '/console/sign-in', server)
    await page.addInitScript('Object.defineProperty(window, "localStorage", { get () { throw new DOMException("Access is denied for this document.", "SecurityError") } })')
    await page.reload()
    await signIn(page, owner)
    const steps = page.getByRole('region', { name: 'First steps' })
    await steps.getByRole('button', { name: 'Hide' }).click()
    await steps.waitFor({ state: 'detached' })
    await page.getByRole('heading', { name: 'Your permissions' }).waitFor()
    t.strictSame(complaints.filter(complaint => !complaint.includes('localStorage is blocked')), [])
  })
})

t.test('with LATCHKEY_ADMIN_EMAIL, an account whose first request creates the administrator is asked for no code', async t => {
  const server = await startServer({ env: { ...log, LATCHKEY_ADMIN_EMAIL: owner } })
  t.teardown(async () => { await server.stop() })
  await account(server, owner)
  const { page } = await visit(t, '/console', server)
  await page.route('**/graphql', async route => {
    // Another request would be answered before the user exists.
    if (route.request().postData()?.includes('query Me') === true) await new Promise(resolve => setTimeout(resolve, 1000))
    await route.continue()
  })
  await signIn(page, owner)
  await page.getByRole('heading', { name: 'Welcome' }).or(page.getByRole('textbox', { name: 'Code' })).first().waitFor()
  t.equal(await page.getByRole('textbox', { name: 'Code' }).count(), 0)
  await page.getByRole('region', { name: 'First steps' }).waitFor()
})

async function createAccount (page: Page, server: RunningServer, email: string): Promise<void> {
  await page.getByRole('link', { name: 'Create an account' }).click()
  await page.getByLabel('Email address').fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Create account' }).click()
  await page.getByLabel('Code').fill(await emailedCode(server, email))
  await page.getByRole('button', { name: 'Continue' }).click()
}

async function codeInLog (server: RunningServer): Promise<string> {
  const output = await server.printed('/console')
  const code = /\b[A-Z0-9]{4}(-[A-Z0-9]{4}){3}\b/.exec(output)?.[0]
  if (code === undefined) throw new Error(`There is no code in the log:\n${output}`)
  return code
}

/** Bundles and serves the copied script. @returns the app's URL */
async function serveApp (t: Test, port: number, script: string): Promise<string> {
  const root = await mkdtemp(fileURLToPath(new URL('app-', import.meta.url)))
  t.teardown(async () => { await rm(root, { recursive: true, force: true }) })
  await writeFile(join(root, 'index.html'), '<!doctype html><html lang="en"><title>App</title><body><script type="module" src="/main.js"></script></body></html>')
  await writeFile(join(root, 'main.js'), script)
  await build({ root, configFile: false, logLevel: 'error', build: { target: 'es2022', outDir: join(root, 'built'), modulePreload: false } })
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://app')
    const [file, type] = pathname.endsWith('.js') ? [pathname, 'text/javascript'] : ['index.html', 'text/html']
    readFile(join(root, 'built', file)).then(content => response.setHeader('content-type', type).end(content), () => response.writeHead(404).end())
  })
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
  t.teardown(async () => {
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  })
  return `http://127.0.0.1:${port}/callback`
}
