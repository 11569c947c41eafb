export interface Page {
  readonly url: URL
  readonly status: number
  readonly html: string
  readonly headers: Headers
}

export interface Cookie {
  readonly name: string
  readonly value: string
  readonly path: string
}

/** A browser without scripts that supports cookies, redirects and forms as far as these pages use them. */
export interface FormBrowser {
  /** Follows redirects that stay on the site. For one that leaves it, returns a page with status 0 and no content. */
  open (url: string): Promise<Page>
  /** Submits the page's form whose action ends in `action`, with its hidden fields. */
  submit (page: Page, action: string, fields?: Record<string, string>): Promise<Page>
  /** Keyed by name and path. */
  readonly cookies: Map<string, Cookie>
  /** The `Set-Cookie` lines so far. */
  readonly setCookies: string[]
}

/** @param origin the site's origin */
export function formBrowser (origin: string): FormBrowser {
  const cookies = new Map<string, Cookie>()
  const setCookies: string[] = []

  async function request (url: string, init: RequestInit = {}): Promise<Page> {
    const target = new URL(url)
    if (target.origin !== origin) return { url: target, status: 0, html: '', headers: new Headers() }
    const cookie = cookieHeader([...cookies.values()].filter(({ path }) => `${target.pathname}/`.startsWith(path.endsWith('/') ? path : `${path}/`)))
    const response = await fetch(target, { ...init, redirect: 'manual', headers: { accept: 'text/html', ...init.headers, ...(cookie === '' ? {} : { cookie }) } })
    for (const line of response.headers.getSetCookie()) {
      setCookies.push(line)
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      const [, path = '/'] = /;\s*path=([^;]*)/i.exec(line) ?? []
      if (value === '' || /expires=Thu, 01 Jan 1970/i.test(line)) cookies.delete(`${name} ${path}`)
      else cookies.set(`${name} ${path}`, { name, value, path })
    }
    const location = response.headers.get('location')
    if (location !== null) return await request(new URL(location, target).href)
    return { url: target, status: response.status, html: await response.text(), headers: response.headers }
  }

  return {
    cookies,
    setCookies,
    open: request,
    async submit (page, action, fields = {}) {
      const [, target = '', content = ''] = [...page.html.matchAll(/<form[^>]*action="([^"]*)"[^>]*>([^]*?)<\/form>/g)].find(([, found]) => found?.endsWith(action)) ?? []
      if (target === '') throw new Error(`no form to ${action} on ${page.url.pathname} (${page.status}): ${page.html.slice(0, 2000)}`)
      const hidden = [...content.matchAll(/<input type="hidden" name="([^"]*)"[^>]*value="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value] as const)
      return await request(new URL(target, page.url).href, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ ...Object.fromEntries(hidden), ...fields }).toString()
      })
    }
  }
}

export function cookieHeader (cookies: readonly Cookie[]): string {
  return cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
}
