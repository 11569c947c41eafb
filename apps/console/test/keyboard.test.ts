import type { Locator } from 'playwright-core'
import t from 'tap'
import { account, graphql, runningConsole, signIn, visit } from './helpers/running-console.js'

/** Waits until an element has the focus. */
async function hasFocus (element: Locator): Promise<void> {
  await element.and(element.page().locator(':focus')).waitFor({ timeout: 10_000 })
}

t.test('a moved profile keeps the focus, up to the end of the list and from there back', async t => {
  const { server, idToken } = await runningConsole()
  const create = 'mutation ($data: AuthenticationProfileCreateInput!) { authenticationProfileCreate(data: $data) { id } }'
  for (const name of ['Moved A', 'Moved B', 'Moved C']) {
    // Accounts of several embedded profiles show the name of any, so these are of another type.
    const { authenticationProfileCreate: { id } } = await graphql(server, create, { data: { name, type: 'auth0', domain: 'moved.example.auth0.com', clientId: name.replace(' ', '-') } }, idToken)
    t.teardown(async () => { await graphql(server, 'mutation ($id: ID!) { authenticationProfileDelete(filter: { id: $id }) { success } }', { id }, idToken) })
  }
  const { page, complaints } = await visit(t, '/console/authentication')
  await signIn(page)
  const move = (direction: string) => page.getByRole('button', { name: `Move Moved B ${direction}` })
  const places = async () => (await page.getByRole('list', { name: 'Profiles' }).getByRole('link').allTextContents()).filter(name => name.startsWith('Moved')).map(name => name.at(-1)).join('')
  const press = async (expected: string) => {
    await page.keyboard.press('Enter')
    for (let tries = 0; tries < 200 && await places() !== expected; tries++) await page.waitForTimeout(50)
    t.equal(await places(), expected)
  }
  await move('down').focus()
  await press('ACB')
  await hasFocus(move('up'))
  t.equal(await move('down').isDisabled(), true)
  await press('ABC')
  await hasFocus(move('up'))
  await move('down').focus()
  await press('ACB')
  await hasFocus(move('up'))
  t.strictSame(complaints, [])
})

t.test('a button keeps the focus while it works, and when it then has nothing to do', async t => {
  const { server, idToken } = await runningConsole()
  const { userCreate: { id } } = await graphql(server, 'mutation { userCreate(data: { email: "steady@example.com" }) { id } }', {}, idToken)
  const { page, complaints } = await visit(t, `/console/users/${id}`)
  await signIn(page)
  const save = page.getByRole('button', { name: 'Save', exact: true })
  const field = page.getByLabel('Last name')
  await field.fill('Steady')
  let answer = () => {}
  let asked = 0
  await page.route('**/graphql', async route => {
    if (route.request().postData()?.includes('mutation UserUpdate') !== true) return await route.continue()
    asked++
    await new Promise<void>(resolve => { answer = resolve })
    await route.continue()
  })
  await save.focus()
  await page.keyboard.press('Enter')
  await page.locator('button[data-loading]').waitFor()
  await hasFocus(save)
  t.equal(await save.isDisabled(), true)
  await page.keyboard.press('Enter')
  answer()
  await page.getByText('User saved').waitFor()
  await hasFocus(save)
  t.equal(await save.isDisabled(), true, 'there is nothing to save')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Shift+Tab')
  t.equal(await save.evaluate(button => (button as unknown as { disabled: boolean }).disabled), true, 'without the focus it is disabled as any other')
  await field.focus()
  await page.keyboard.press('Enter')
  t.equal(asked, 1, 'a disabled button does nothing')
  t.strictSame(complaints, [])
})

t.test('a role\'s page keeps the focus where a button goes away', async t => {
  const { server, idToken } = await runningConsole()
  const { roleCreate: { id } } = await graphql(server, 'mutation { roleCreate(data: { name: "Focused", permissions: { data: { Users: { read: { allow: true, fields: { email: true, id: true } } } } } }) { id } }', {}, idToken)
  t.teardown(async () => { await graphql(server, 'mutation ($id: ID!) { roleDelete(filter: { id: $id }) { success } }', { id }, idToken) })
  const { page, complaints } = await visit(t, `/console/roles/${id}`)
  await signIn(page)
  const read = page.getByRole('combobox', { name: 'read Users' })
  const dialog = page.getByRole('dialog', { name: 'read Users' })

  await page.getByRole('button', { name: '2 fields: read Users' }).focus()
  await page.keyboard.press('Enter')
  await dialog.getByRole('radio', { name: 'No records' }).check()
  await dialog.getByRole('button', { name: 'Apply' }).focus()
  await page.keyboard.press('Enter')
  await dialog.waitFor({ state: 'detached' })
  await hasFocus(read)

  for (const button of ['Save changes', 'Discard']) {
    await read.selectOption(button === 'Discard' ? 'all' : 'none')
    await page.getByRole('button', { name: button }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('region', { name: 'Unsaved changes' }).waitFor({ state: 'detached' })
    await hasFocus(page.getByRole('main'))
  }

  t.comment('the dialog was opened by the address, as from Check access')
  await page.goto(`${server.url}/console/roles/${id}?tab=data&table=Users&action=read`)
  await dialog.waitFor()
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  await hasFocus(read)
  t.strictSame(complaints, [])
})

t.test('on a narrow screen, Escape closes the navigation, which covers the content meanwhile', async t => {
  const { server } = await runningConsole()
  const email = 'narrow@example.com'
  await graphql(server, '{ user { id } }', {}, await account(server, email))
  const { page, complaints } = await visit(t)
  await page.setViewportSize({ width: 360, height: 740 })
  await signIn(page, email)
  await page.getByRole('heading', { name: /Welcome/ }).waitFor()
  const open = page.getByRole('button', { name: 'Open navigation' })
  const links = page.getByRole('navigation', { name: 'Pages' }).getByRole('link')
  const main = page.getByRole('main')

  await open.focus()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  t.equal(await links.and(page.locator(':focus')).count(), 0, 'no link has the focus unseen')
  await open.focus()
  await page.keyboard.press('Enter')
  await links.last().focus()
  await page.keyboard.press('Tab')
  t.equal(await main.locator(':focus').count(), 0, 'nor does anything behind the navigation')
  await links.last().focus()
  await page.keyboard.press('Escape')
  await hasFocus(open)

  t.comment('the account menu closes on its own')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: /^Account/ }).focus()
  await page.keyboard.press('Enter')
  await page.getByRole('menuitem', { name: 'Sign out' }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('menuitem', { name: 'Sign out' }).waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Close navigation' }).waitFor()

  t.comment('the link of the page that is shown')
  await links.first().focus()
  await page.keyboard.press('Enter')
  await open.waitFor()
  await hasFocus(main)
  t.strictSame(complaints, [])
})

t.test('what has the focus is in sight, on the narrowest screens and when zoomed in', async t => {
  const { server, idToken } = await runningConsole()
  const { roleCreate: { id } } = await graphql(server, 'mutation { roleCreate(data: { name: "Seen while narrow", permissions: { data: { Users: { read: { allow: true } } } } }) { id } }', {}, idToken)
  t.teardown(async () => { await graphql(server, 'mutation ($id: ID!) { roleDelete(filter: { id: $id }) { success } }', { id }, idToken) })
  const { page, complaints } = await visit(t)
  await signIn(page)
  /** What has the focus but lies under something else, while a key is pressed that many times. */
  const covered = async (key: string, times: number) => {
    const names: string[] = []
    for (let step = 0; step < times; step++) {
      await page.keyboard.press(key)
      const name = await page.locator(':focus').evaluateAll(async ([element]) => {
        if (element === undefined || element.getAttribute('role') === 'region') return null
        // The browser may scroll to it only in one of the next frames.
        for (let frame = 0; ; frame++) {
          const { left, top, width, height } = element.getBoundingClientRect()
          const shown = document.elementFromPoint(left + width / 2, top + height / 2)
          if (element.contains(shown) || shown?.closest('[role=radiogroup]') != null) return null
          if (frame === 30) return `${element.getAttribute('aria-label') ?? element.textContent ?? element.id} at ${left}, ${top}, under ${shown?.textContent?.slice(0, 40)}`
          await new Promise(resolve => { requestAnimationFrame(resolve) })
        }
      })
      if (name !== null) names.push(name)
    }
    return names
  }

  await page.setViewportSize({ width: 320, height: 640 })
  await page.goto(`${server.url}/console/view-as?as=roles:${id}`)
  await page.getByRole('table', { name: 'Records of Users' }).waitFor()
  await page.getByRole('tab', { name: 'Data' }).focus()
  t.strictSame(await covered('Tab', 12), [], 'by the bar that says as whom')
  await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)')
  t.strictSame(await covered('Shift+Tab', 12), [], 'by the bar that says as whom, backwards')

  await page.goto(`${server.url}/console/roles/${id}`)
  const field = page.getByRole('combobox', { name: 'read Users' })
  t.ok((await field.boundingBox())?.width as number > 150, 'a field has room for its text')
  await page.goto(`${server.url}/console/why`)
  const kinds = page.getByRole('radiogroup').first()
  await kinds.waitFor()
  t.equal(await kinds.evaluate(element => element.scrollWidth > element.clientWidth), false, 'no choice is cut off')

  await page.setViewportSize({ width: 600, height: 450 })
  await page.goto(`${server.url}/console/users`)
  await page.getByRole('button', { name: 'Invite' }).click()
  await page.getByRole('dialog').getByLabel('Email').and(page.locator(':focus')).waitFor()
  t.strictSame(await covered('Tab', 16), [], 'by the title of a dialog')
  t.strictSame(complaints, [])
})
