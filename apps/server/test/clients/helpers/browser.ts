import sparticuz from '@sparticuz/chromium'
import { build } from 'esbuild'
import { access } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { chromium, type Page } from 'playwright-core'
import type { Test } from 'tap'

const DEBIAN_CHROMIUM = '/usr/bin/chromium'

/** A page of a headless Chromium: Debian's, or the one in `@sparticuz/chromium`. */
export async function openBrowser (t: Test): Promise<Page> {
  const debian = await access(DEBIAN_CHROMIUM).then(() => true, () => false)
  try {
    const browser = await chromium.launch({ executablePath: debian ? DEBIAN_CHROMIUM : await sparticuz.executablePath(), args: ['--no-sandbox'], timeout: 120_000 })
    t.teardown(() => browser.close())
    const page = await browser.newPage()
    page.setDefaultTimeout(60_000)
    return page
  } catch (cause) {
    throw new Error('This test needs a browser. Install one with "apt-get install chromium", or run "npm ci", which brings @sparticuz/chromium for Linux on x64.', { cause })
  }
}

export interface FrontEnd {
  readonly url: string
  /** Sets the page of the front end: a body, and a script that can import packages and read `settings`. */
  serve (page: { body: string, script: string, settings: object }): Promise<void>
}

/** A separate site, like an app's front end: a different origin than the API's, and a different site than its `127.0.0.1`. */
export async function startFrontEnd (t: Test): Promise<FrontEnd> {
  let html = ''
  const server = createServer((_request, response) => { response.setHeader('content-type', 'text/html; charset=utf-8').end(html) })
  await new Promise<void>(resolve => { server.listen(0, 'localhost', resolve) })
  t.teardown(() => { server.close(); server.closeAllConnections() })
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/`,
    async serve ({ body, script, settings }) {
      const { outputFiles } = await build({
        stdin: { contents: script, resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
        bundle: true,
        write: false,
        platform: 'browser',
        define: { settings: JSON.stringify(settings), 'process.env.NODE_ENV': '"production"', global: 'globalThis' },
        logLevel: 'error'
      })
      html = `<!doctype html><title>Front end</title>${body}<script>${outputFiles[0]?.text.replaceAll('</script', '<\\/script')}</script>`
    }
  }
}
