import { provides, type IdentityProvider } from '@latchkey/identity-provider'
import { countUsableKeys, discoverKeys, fetchKeys } from '@latchkey/token-verifier'
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
/** Adds a step to those that were taken. @returns whether it went well */
type Note = (step: CheckStep['step'], result: Result) => boolean

const TIMEOUT_MS = 5000

/**
 * Tests whether people can sign in by a profile, and changes nothing: asks its issuer for the discovery document and the keys, and
 * its token endpoint for a code that was never given out, which a provider answers differently to a client it does not know.
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

function attempt (work: () => void): Result {
  try {
    work()
    return { ok: true, message: 'No other profile accepts its tokens' }
  } catch (error) {
    return { ok: false, message: (error as Error).message }
  }
}
