import sparticuz from '@sparticuz/chromium'
import { access } from 'node:fs/promises'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import type { Test } from 'tap'

const DEBIAN_CHROMIUM = '/usr/bin/chromium'

/** A headless Chromium: Debian's, or the one from the package `@sparticuz/chromium`. */
export async function startChromium (t: Test): Promise<Browser> {
  const debian = await access(DEBIAN_CHROMIUM).then(() => true, () => false)
  try {
    // Not sparticuz.args, which turn off what the tests check (web security, site isolation).
    const browser = await chromium.launch({ executablePath: debian ? DEBIAN_CHROMIUM : await sparticuz.executablePath(), args: ['--no-sandbox'], timeout: 120_000 })
    t.teardown(() => browser.close())
    return browser
  } catch (cause) {
    throw new Error('This test needs a browser. Install one with "apt-get install chromium", or run "npm ci", which brings @sparticuz/chromium for Linux on x64.', { cause })
  }
}

/** A new window that collects the browser's warnings and errors, such as violations of a page's own CSP. */
export async function openWindow (browser: Browser, options: BrowserContextOptions = {}): Promise<{ page: Page, complaints: string[] }> {
  const context = await browser.newContext(options)
  context.setDefaultTimeout(60_000)
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', message => { if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text()) })
  page.on('pageerror', error => complaints.push(error.message))
  return { page, complaints }
}
