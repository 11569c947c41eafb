/** Records every secret that passes through an adapter and everything the adapter logs and throws, and finds the secrets in it. */
import { capabilities, type TokenSet } from '../capabilities.js'
import { isProviderError } from '../is-provider-error.js'
import type { IdentityProvider, ProviderLog } from '../provider.js'
import { textOf } from './text-of.js'

export interface SecretWatch {
  /** The log to pass to adapters. */
  readonly log: ProviderLog
  /** The same adapter, watched. */
  watch (provider: IdentityProvider): IdentityProvider
  /** Where secrets were seen, without repeating them. */
  leaks (): string[]
  /** Errors that were thrown and are not errors of the contract. */
  foreignErrors (): string[]
}

/** The names of arguments that are secret. */
const secretArguments = ['password', 'oldPassword', 'newPassword', 'refreshToken', 'code', 'codeVerifier', 'idTokenHint']
const tokens = ['idToken', 'accessToken', 'refreshToken'] as const satisfies readonly (keyof TokenSet)[]
/** Shorter ones would be found by chance. */
const shortestSecret = 4

/** @param ownSecrets what the adapter was opened with, such as a client secret */
export function createSecretWatch (ownSecrets: readonly string[]): SecretWatch {
  const secrets = new Map<string, string>()
  const seen: { where: string, what: unknown }[] = []
  const foreign: string[] = []

  const note = (name: string, value: unknown) => {
    if (typeof value === 'string' && value.length >= shortestSecret) secrets.set(value, name)
  }
  for (const secret of ownSecrets) note('a secret of the adapter', secret)

  const writer = (level: string) => (details: object, message: string) => {
    seen.push({ where: `the ${level} log line "${message}"`, what: { details, message } })
  }

  async function call (provider: IdentityProvider, method: string, request: unknown): Promise<unknown> {
    for (const name of secretArguments) note(name, (request as Record<string, unknown> | undefined)?.[name])
    try {
      const result = await (provider as unknown as Record<string, (request: unknown) => unknown>)[method]?.(request)
      // A URL goes to a browser, and from there into histories and logs.
      if (typeof result === 'string') seen.push({ where: `the URL that ${method} returns`, what: result })
      for (const name of tokens) note(name, (result as Partial<TokenSet> | undefined | null)?.[name])
      return result
    } catch (error) {
      const { code, statusCode } = error as { code?: unknown, statusCode?: unknown }
      seen.push({ where: `the error ${String(code)} of ${method}`, what: error })
      if (!isProviderError(error) || typeof statusCode !== 'number') foreign.push(`${method} threw an error with the code ${String(code)}`)
      throw error
    }
  }

  return {
    log: { debug: writer('debug'), info: writer('info'), warn: writer('warn'), error: writer('error') },
    watch (provider) {
      const given = provider as unknown as Record<string, unknown>
      const methods = Object.values(capabilities).flat().filter(method => typeof given[method] === 'function')
      return Object.assign(
        { id: provider.id, type: provider.type, issuer: provider.issuer },
        provider.close && { close: async () => { await provider.close?.() } },
        Object.fromEntries(methods.map(method => [method, async (request: unknown) => await call(provider, method, request)]))
      )
    },
    leaks () {
      return seen.flatMap(({ where, what }) => {
        const text = textOf(what)
        return [...secrets].filter(([secret]) => shows(text, secret)).map(([, name]) => `${where} shows: ${name}`)
      })
    },
    foreignErrors: () => [...foreign]
  }
}

function shows (text: string, secret: string): boolean {
  // Any timestamp may contain six digits: a numeric code counts only if no other digits are next to it.
  if (/^\d+$/.test(secret)) return new RegExp(`(?<!\\d)${secret}(?!\\d)`).test(text)
  const inForm = new URLSearchParams([['', secret]]).toString().slice('='.length)
  return [secret, encodeURIComponent(secret), inForm].some(written => text.includes(written))
}
