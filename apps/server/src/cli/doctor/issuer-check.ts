import { createGuardedFetch } from '@latchkey/identity-provider'
import { errors } from '@latchkey/token-verifier'
import type { AuthenticationProfile } from '@latchkey/auth-profiles'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { note, ok, problem, type Check } from './check.js'

const fetch = createGuardedFetch(5000)
/** More than any issuer publishes. */
const MAX_KEYS = 20
const algorithmOf = new Map<string | undefined, string>([['P-256', 'ES256'], ['P-384', 'ES384'], ['P-521', 'ES512']])
/** What the verifier tolerates. */
const CLOCK_TOLERANCE_S = 30
/** The clock of an answer is of the second, and the answer was on its way. */
const CLOCK_NOISE_S = 5

/** Whether tokens of a profile could be verified now: the app's own verifier is asked for the keys of its issuer. */
export async function checkIssuer (app: FastifyInstance, profile: AuthenticationProfile): Promise<Check[]> {
  const name = `issuer of ${profile.id}`
  const { issuer } = app.authProfiles.provider(profile.id)
  if (issuer.keys !== undefined) {
    const keys = await issuer.keys()
    return [keys.length > 0 ? ok(name, `${profile.issuer}: part of this app, ${count(keys.length)}`) : problem(name, `${profile.issuer} has no key`, 'Start the server, which makes one')]
  }
  const failure = await probe(app, profile, { kid: 'latchkey-doctor', alg: 'RS256' })
  if (failure !== 'no such key' && failure !== 'key found') return [problem(name, `${profile.issuer}: ${failure}`, remedyOf(failure))]
  const { date, jwksUri = issuer.jwksUri } = await discover(profile)
  const keys = jwksUri === undefined ? [] : await publishedKeys(jwksUri)
  let usable = 0
  for (const key of keys) if (await probe(app, profile, key) === 'key found') usable++
  const answers = keys.length > 0 && usable === 0
    ? problem(name, `${profile.issuer} answers, and none of its ${count(keys.length)} can be used`, 'Tokens are verified with RSA keys of 2048 bits or more, with P-256, P-384, P-521 and Ed25519: have the provider sign with one of these')
    : ok(name, `${profile.issuer} answers; ${usable} of ${count(keys.length)} can be used`)
  return [answers, ...date === null ? [] : [checkClock(profile, date)]]
}

interface KeyName { readonly kid?: string, readonly alg: string }

/** A token that nobody signed asks the verifier for a key: whether it has it is told by why it refuses the token. */
async function probe ({ tokenVerifier, log }: FastifyInstance, { issuer, audiences, clientId }: AuthenticationProfile, key: KeyName): Promise<'key found' | 'no such key' | (string & {})> {
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url')
  const token = `${encode(key)}.${encode({ iss: issuer, aud: audiences[0], azp: clientId })}.${encode({})}`
  try {
    await tokenVerifier.verify({ log } as FastifyRequest, token)
    return 'a token that nobody signed was accepted'
  } catch (error) {
    if (!(error instanceof errors.TOKEN_VERIFIER_ERR_TOKEN_INVALID)) throw error
    if (error.reason === 'bad_signature') return 'key found'
    if (error.reason === 'key_not_found') return 'no such key'
    const cause = error.cause instanceof Error ? error.cause : undefined
    const code = (cause?.cause as { code?: string } | undefined)?.code
    return [cause?.message ?? error.hint ?? error.reason, code].filter(text => text !== undefined).join(', ')
  }
}

function remedyOf (failure: string): string {
  return failure.includes('of another issuer')
    ? 'Write the issuer as the provider does in its discovery document, to the letter'
    : 'See to it that this machine reaches the issuer, and that its address is right'
}

async function discover ({ issuer }: AuthenticationProfile): Promise<{ date: number | null, jwksUri?: string }> {
  try {
    const response = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, {})
    const date = Date.parse(response.headers.get('date') ?? '')
    const { jwks_uri: jwksUri } = await response.json() as { jwks_uri?: string }
    return { date: Number.isNaN(date) ? null : date, ...(typeof jwksUri === 'string' ? { jwksUri } : {}) }
  } catch {
    // Keys that are fetched from an address of their own need no discovery; else the verifier has said so.
    return { date: null }
  }
}

async function publishedKeys (jwksUri: string): Promise<KeyName[]> {
  try {
    const { keys } = await (await fetch(jwksUri, {})).json() as { keys?: { kid?: string, alg?: string, kty?: string, crv?: string }[] }
    return (keys ?? []).slice(0, MAX_KEYS).map(({ kid, alg, kty, crv }) => ({ ...(kid === undefined ? {} : { kid }), alg: alg ?? (kty === 'RSA' ? 'RS256' : algorithmOf.get(crv) ?? 'EdDSA') }))
  } catch {
    return []
  }
}

function checkClock ({ id }: AuthenticationProfile, date: number): Check {
  const name = `clock of ${id}`
  const difference = Math.round((date - Date.now()) / 1000)
  if (Math.abs(difference) <= CLOCK_NOISE_S) return ok(name, 'agrees with the one of this machine')
  const detail = `${Math.abs(difference)} seconds ${difference > 0 ? 'ahead of' : 'behind'} the one of this machine`
  return Math.abs(difference) <= CLOCK_TOLERANCE_S ? note(name, detail) : problem(name, detail, 'Set the clock of this machine (NTP): tokens are taken for expired, or for not yet valid')
}

function count (keys: number): string {
  return keys === 1 ? 'one key' : `${keys} keys`
}
