/** Markup that is known to be safe, as created by `html`. */
export class Html {
  readonly #text: string
  constructor (text: string) { this.#text = text }
  toString (): string { return this.#text }
}

type Content = Html | string | number | null | undefined | false | readonly Content[]

/**
 * Creates markup. Values are escaped for text and for quoted attributes, unless they are markup themselves. `null`,
 * `undefined` and `false` write nothing; arrays write their elements.
 */
export function html (strings: TemplateStringsArray, ...values: readonly Content[]): Html {
  return new Html(String.raw({ raw: strings }, ...values.map(write)))
}

function write (value: Content): string {
  if (value instanceof Html) return value.toString()
  if (Array.isArray(value)) return value.map(write).join('')
  if (value === null || value === undefined || value === false) return ''
  return String(value).replace(/[&<>"']/g, character => escapes[character] as string)
}

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
