import { createGuardedFetch, provides, type IdentityProvider } from '@latchkey/identity-provider'
import { countUsableKeys } from '@latchkey/token-verifier'
import { randomBytes } from 'node:crypto'

/** One step of testing a profile before it is made. */
export interface CheckStep {
  /** `options`: they are complete; `conflict`: no other profile takes its tokens; `discovery`, `keys`: the issuer answers; `client`: the provider knows the client. */
  readonly step: 'options' | 'conflict' | 'discovery' | 'keys' | 'client'
  readonly ok: boolean
  /** For people. Nothing of what a server answered is in it. */
  readonly message: string
}

/** A profile that is to be tested. */
export interface CheckedProfile {
  /** Opens its adapter, by which nobody signs in. @throws what is wrong with the profile */
  open (): IdentityProvider | Promise<IdentityProvider>
  /** Whether the adapter is in use, and stays open. */
  readonly inUse: boolean
  readonly callbackUrls: readonly string[]
  /** @throws what is in the way of the profile's tokens */
  checkConflict (provider: IdentityProvider): void
}

type Issuer = IdentityProvider['issuer']
type Result = Omit<CheckStep, 'step'>

const TIMEOUT_MS = 5000

/**
 * Tests whether people can sign in by a profile, and changes nothing: asks its issuer for the discovery document and the keys, and
 * its token endpoint for a code that was never given out, which a provider answers differently to a client it does not know.
 */
export function createConnectionCheck (): (profile: CheckedProfile) => Promise<CheckStep[]> {
  const fetch = createGuardedFetch(TIMEOUT_MS)

  return async ({ open, inUse, callbackUrls, checkConflict }) => {
    const steps: CheckStep[] = []
    const note = (step: CheckStep['step'], { ok, message }: Result): boolean => {
      steps.push({ step, ok, message })
      return ok
    }
    let provider: IdentityProvider
    try {
      provider = await open()
    } catch (error) {
      note('options', { ok: false, message: (error as Error).message })
      return steps
    }
    note('options', { ok: true, message: 'The options are complete' })
    note('conflict', attempt(() => { checkConflict(provider) }))
    try {
      const { issuer } = provider
      if (issuer.keys !== undefined) note('keys', { ok: true, message: 'The provider is part of this app' })
      else if (await checkKeys(issuer, note)) note('client', await checkClient(provider, callbackUrls))
    } finally {
      if (!inUse) await provider.close?.()
    }
    return steps
  }

  async function checkKeys ({ issuer, jwksUri, algorithms }: Issuer, note: (step: CheckStep['step'], result: Result) => boolean): Promise<boolean> {
    let keysAt = jwksUri
    if (keysAt === undefined) {
      const { document, result } = await ask(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`)
      if (document === null) return note('discovery', result)
      if (document.issuer !== issuer) return note('discovery', { ok: false, message: 'The discovery document is of another issuer: write the issuer as the provider does, to the letter' })
      if (typeof document.jwks_uri !== 'string' || !mayFollow(issuer, document.jwks_uri)) return note('discovery', { ok: false, message: 'The discovery document names no jwks_uri with https' })
      note('discovery', { ok: true, message: 'The issuer answers' })
      keysAt = document.jwks_uri
    }
    const { document, result } = await ask(keysAt)
    if (document === null) return note('keys', result)
    return note('keys', judgeKeys(Array.isArray(document.keys) ? document.keys : [], algorithms))
  }

  /** A JSON object from an address, or what is to be said of there being none. */
  async function ask (url: string): Promise<{ document: Readonly<Record<string, unknown>> | null, result: Result }> {
    try {
      const response = await fetch(url, { headers: { accept: 'application/json' } })
      if (response.status !== 200) return refused(`answered with status ${response.status}`)
      const document: unknown = await response.json().catch(() => null)
      if (typeof document !== 'object' || document === null) return refused('answered with something else than a JSON object')
      return { document: document as Readonly<Record<string, unknown>>, result: { ok: true, message: '' } }
    } catch (error) {
      return refused(`could not be asked (${reasonOf(error)})`)
    }

    function refused (what: string) {
      return { document: null, result: { ok: false, message: `${url} ${what}` } }
    }
  }
}

/** By what the verifier makes of them. */
function judgeKeys (keys: readonly unknown[], algorithms: readonly string[] | undefined): Result {
  if (keys.length === 0) return { ok: false, message: 'The issuer publishes no keys' }
  const usable = countUsableKeys(keys, algorithms)
  const published = `The issuer publishes ${keys.length === 1 ? 'one key' : `${keys.length} keys`}`
  if (usable === keys.length) return { ok: true, message: published }
  if (usable > 0) return { ok: true, message: `${published}, of which ${usable} can be used` }
  const accepted = algorithms === undefined ? '' : `, and by ${algorithms.join(', ')} alone, as the profile has it`
  return { ok: false, message: `${published}, of which none can be used: ID tokens are verified with RSA keys of 2048 bits or more, with P-256, P-384, P-521 and Ed25519${accepted}` }
}

async function checkClient (provider: IdentityProvider, callbackUrls: readonly string[]): Promise<Result> {
  if (!provides(provider, 'codeExchange')) return { ok: true, message: 'The client was not tested: this provider exchanges no codes' }
  const random = () => randomBytes(32).toString('base64url')
  try {
    await provider.exchangeCode({ code: `test-${random()}`, redirectUri: callbackUrls[0] ?? 'https://callback.invalid/', codeVerifier: random() })
    return { ok: false, message: 'The provider took a code that nobody was given' }
  } catch (error) {
    const { code, cause } = error as { code?: string, cause?: unknown }
    if (code === 'IDENTITY_PROVIDER_ERR_INVALID_CODE') return { ok: true, message: 'The provider knows the client' }
    const said = cause instanceof Error ? cause.message : ''
    if (/\b(invalid_client|unauthorized_client|access_denied)\b/.test(said)) return { ok: false, message: 'The provider refuses the client: compare the client id and the secret, and how the client authenticates' }
    return { ok: false, message: 'The token endpoint did not answer as it should: whether the client is known could not be tested' }
  }
}

/** Nobody but a server on this machine may send us to this machine. */
function mayFollow (issuer: string, url: string): boolean {
  return URL.canParse(url) && (url.startsWith('https:') || issuer.startsWith('http:'))
}

function attempt (work: () => void): Result {
  try {
    work()
    return { ok: true, message: 'No other profile accepts its tokens' }
  } catch (error) {
    return { ok: false, message: (error as Error).message }
  }
}

/** What happened on the way, in a word: the messages of others may repeat what they were sent. */
function reasonOf (error: unknown): string {
  const { name, cause, message } = error as { name?: string, cause?: { code?: unknown }, message?: string }
  if (name === 'TimeoutError') return `no answer within ${TIMEOUT_MS} ms`
  if (typeof cause?.code === 'string') return cause.code
  return message?.startsWith('The provider ') === true ? message : 'the connection failed'
}
