// A headless Chromium for the demo and the end-to-end tests.
import sparticuz from '@sparticuz/chromium'
import { access } from 'node:fs/promises'
import { chromium, type Browser } from 'playwright-core'

const DEBIAN_CHROMIUM = '/usr/bin/chromium'

/**
 * Starts the Chromium that `CHROMIUM` names, else Debian's, else the one in `@sparticuz/chromium`.
 *
 * @throws with the remedy if there is none
 */
export async function launchBrowser (): Promise<Browser> {
  try {
    return await chromium.launch({ executablePath: process.env.CHROMIUM ?? await installed() ?? await sparticuz.executablePath(), args: ['--no-sandbox'] })
  } catch (cause) {
    throw new Error('No browser found: run "apt-get install chromium", set CHROMIUM to the path of a Chromium executable, or run "npm ci" on Linux (x64), which installs one.', { cause })
  }
}

async function installed (): Promise<string | undefined> {
  return await access(DEBIAN_CHROMIUM).then(() => DEBIAN_CHROMIUM, () => undefined)
}
