import { provides, type IdentityProvider } from '@latchkey/identity-provider'
import { countUsableKeys, discoverKeys, fetchKeys } from '@latchkey/token-verifier'
import { randomBytes } from 'node:crypto'

/** One step of testing a profile. */
export interface CheckStep {
  /** `options`: they are complete; `conflict`: no other profile accepts its tokens; `discovery`, `keys`: the issuer answers; `client`: the provider knows the client. */
  readonly step: 'options' | 'conflict' | 'discovery' | 'keys' | 'client'
  readonly ok: boolean
  /** For people. Contains nothing that a server answered. */
  readonly message: string
}

/** The profile to test. */
export interface CheckedProfile {
  /** Opens its adapter for the test only. @throws what is wrong with the profile */
  open (): IdentityProvider | Promise<IdentityProvider>
  /** Whether the adapter is in use and must stay open. */
  readonly inUse: boolean
  readonly callbackUrls: readonly string[]
  /** @throws if another profile accepts the same tokens */
  checkConflict (provider: IdentityProvider): void
}

type Issuer = IdentityProvider['issuer']
type Result = Omit<CheckStep, 'step'>
/** Adds a step to the result. @returns whether it succeeded */
type Note = (step: CheckStep['step'], result: Result) => boolean

const TIMEOUT_MS = 5000

/**
 * Tests whether people can sign in with a profile. Changes nothing. Fetches the discovery document and the keys from its
 * issuer, and sends its token endpoint a code that was never issued: a provider answers this differently if it does not
 * know the client.
 */
export async function checkConnection ({ open, inUse, callbackUrls, checkConflict }: CheckedProfile): Promise<CheckStep[]> {
  const steps: CheckStep[] = []
  const note: Note = (step, { ok, message }) => {
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

async function checkKeys ({ issuer, jwksUri, algorithms }: Issuer, note: Note): Promise<boolean> {
  const asking = () => ({ signal: AbortSignal.timeout(TIMEOUT_MS) })
  let keysAt = jwksUri
  try {
    if (keysAt === undefined) {
      keysAt = await discoverKeys(issuer, asking())
      note('discovery', { ok: true, message: 'The issuer answers' })
    }
    return note('keys', judgeKeys(await fetchKeys(keysAt, asking()), algorithms))
  } catch (error) {
    return note(keysAt === undefined ? 'discovery' : 'keys', { ok: false, message: (error as Error).message })
  }
}

/** Judges the keys as the token verifier does. */
function judgeKeys (keys: readonly unknown[], algorithms: readonly string[] | undefined): Result {
  if (keys.length === 0) return { ok: false, message: 'The issuer publishes no keys' }
  const usable = countUsableKeys(keys, algorithms)
  const published = `The issuer publishes ${keys.length === 1 ? 'one key' : `${keys.length} keys`}`
  if (usable === keys.length) return { ok: true, message: published }
  if (usable > 0) return { ok: true, message: `${published}, ${usable} of which can be used` }
  const accepted = algorithms === undefined ? '' : `, and the profile allows only ${algorithms.join(', ')}`
  return { ok: false, message: `${published}, none of which can be used. ID tokens are verified with RSA keys of at least 2048 bits, P-256, P-384, P-521 and Ed25519${accepted}.` }
}

async function checkClient (provider: IdentityProvider, callbackUrls: readonly string[]): Promise<Result> {
  if (!provides(provider, 'codeExchange')) return { ok: true, message: 'The client was not tested, because this provider does not exchange codes' }
  const random = () => randomBytes(32).toString('base64url')
  try {
    await provider.exchangeCode({ code: `test-${random()}`, redirectUri: callbackUrls[0] ?? 'https://callback.invalid/', codeVerifier: random() })
    return { ok: false, message: 'The provider accepted a code that was never issued' }
  } catch (error) {
    const { code, cause } = error as { code?: string, cause?: unknown }
    if (code === 'IDENTITY_PROVIDER_ERR_INVALID_CODE') return { ok: true, message: 'The provider knows the client' }
    // Adapters put the OAuth error into the message or the name of the cause.
    const said = cause instanceof Error ? `${cause.name} ${cause.message}` : ''
    if (/\b(invalid_client|unauthorized_client|access_denied)\b/.test(said)) return { ok: false, message: 'The provider refuses the client. Check the client ID, the secret, and how the client authenticates.' }
    return { ok: false, message: 'The client could not be tested, because the token endpoint returned an unexpected answer' }
  }
}

function attempt (work: () => void): Result {
  try {
    work()
    return { ok: true, message: 'No other profile accepts its tokens' }
  } catch (error) {
    return { ok: false, message: (error as Error).message }
  }
}
