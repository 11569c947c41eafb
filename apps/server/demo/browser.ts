// A headless Chromium for the demo and the end-to-end tests.
import sparticuz from '@sparticuz/chromium'
import { access } from 'node:fs/promises'
import { chromium, type Browser } from 'playwright-core'

const DEBIAN_CHROMIUM = '/usr/bin/chromium'

/**
 * Debian's Chromium, the one that `CHROMIUM` names, or the one that `@sparticuz/chromium` brings.
 *
 * @throws with the remedy where there is none
 */
export async function launchBrowser (): Promise<Browser> {
  try {
    return await chromium.launch({ executablePath: process.env.CHROMIUM ?? await installed() ?? await sparticuz.executablePath(), args: ['--no-sandbox'] })
  } catch (cause) {
    throw new Error('There is no browser: run "apt-get install chromium", set CHROMIUM to the program of one, or run "npm ci" on Linux (x64), which brings one.', { cause })
  }
}

async function installed (): Promise<string | undefined> {
  return await access(DEBIAN_CHROMIUM).then(() => DEBIAN_CHROMIUM, () => undefined)
}
