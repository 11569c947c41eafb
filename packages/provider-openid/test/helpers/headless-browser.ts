/** A minimal browser: it keeps cookies and follows redirects as long as they stay on one origin. */
export interface Browser {
  /** Opens a page. If it redirects to another origin, that address is returned but not opened. */
  open (url: string, origin: string): Promise<Page>
  /** Sends a form. */
  submit (url: string, fields: Record<string, string>, origin: string): Promise<Page>
}

export interface Page {
  readonly url: string
  /** Empty if the address was not opened. */
  readonly body: string
}

const mostRedirects = 10

export function createBrowser (): Browser {
  const cookies = new Map<string, string>()

  async function go (url: string, init: RequestInit, origin: string, redirects = 0): Promise<Page> {
    if (new URL(url).origin !== new URL(origin).origin) return { url, body: '' }
    if (redirects > mostRedirects) throw new Error('The pages redirect in a loop')
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(url, { ...init, redirect: 'manual', headers: { cookie } })
    for (const set of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(set) as unknown as [string, string, string]
      if (value === '') cookies.delete(name)
      else cookies.set(name, value)
    }
    const body = await response.text()
    const location = response.headers.get('location')
    if (location !== null) return await go(new URL(location, url).href, {}, origin, redirects + 1)
    if (!response.ok) throw new Error(`${url} answered ${response.status}: ${body}`)
    return { url, body }
  }

  return {
    open: async (url, origin) => await go(url, {}, origin),
    submit: async (url, fields, origin) => await go(url, { method: 'POST', body: new URLSearchParams(fields) }, origin)
  }
}
