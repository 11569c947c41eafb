import { errors, type Identity, type InvalidReason } from '@latchkey/token-verifier'
import type { AuthenticationProfile } from './profile.js'
import { ok, problem, type TokenStep } from './token-step.js'

/** The steps of verification, in the order in which they are taken. */
const steps = ['form', 'issuer', 'kind of token', 'audience', 'keys', 'signature', 'claims', 'times'] as const
type Step = typeof steps[number]

const stepOf: Readonly<Record<InvalidReason | 'expired', Step>> = {
  malformed: 'form',
  unknown_issuer: 'issuer',
  wrong_token_use: 'kind of token',
  audience_mismatch: 'audience',
  issuer_unreachable: 'keys',
  key_not_found: 'keys',
  bad_signature: 'signature',
  missing_claim: 'claims',
  not_yet_valid: 'times',
  expired: 'times'
}

const accepted: Readonly<Record<Step, string>> = {
  form: 'three parts, with JSON in them',
  issuer: 'the issuer of a profile',
  'kind of token': 'an ID token',
  audience: 'issued to the client of a profile',
  keys: 'the issuer publishes the signing key',
  signature: 'made with that key',
  claims: 'exp, sub and email are present',
  times: 'valid now'
}

/** The claims of a token before they are verified. */
type Said = Readonly<Record<string, unknown>>

/**
 * Describes what the verifier decided at each step. Contains nothing of the token except its own claims.
 *
 * @param verify verifies the token
 * @param profiles the profiles that the result may mention
 */
export async function verificationSteps (token: string, verify: (token: string) => Promise<Identity>, profiles: readonly AuthenticationProfile[]): Promise<{ taken: TokenStep[], identity: Identity | null }> {
  try {
    const identity = await verify(token)
    return { taken: steps.map(step => ok(step, accepted[step])), identity }
  } catch (error) {
    const reason = reasonOf(error)
    if (reason === null) throw error
    const failing = steps.indexOf(stepOf[reason])
    const { detail, remedy } = describe(reason, saidBy(token), profiles, error as { hint?: string, cause?: unknown })
    const taken = steps.map((step, index): TokenStep => {
      if (index === failing) return problem(step, `${detail} (${reason})`, remedy)
      // An algorithm that is not accepted is refused before any key is looked up.
      if (index > failing || (reason === 'bad_signature' && step === 'keys')) return { name: step, state: 'skipped', detail: 'not decided' }
      return ok(step, accepted[step])
    })
    return { taken, identity: null }
  }
}

function reasonOf (error: unknown): InvalidReason | 'expired' | null {
  if (error instanceof errors.TOKEN_VERIFIER_ERR_TOKEN_EXPIRED) return 'expired'
  return error instanceof errors.TOKEN_VERIFIER_ERR_TOKEN_INVALID ? error.reason : null
}

function saidBy (token: string): Said {
  const [{ typ }, payload] = [partOf(token, 0), partOf(token, 1)] as const
  return { ...(typ === undefined ? {} : { typ }), ...payload }
}

function partOf (token: string, index: number): Said {
  try {
    const part: unknown = JSON.parse(Buffer.from(token.split('.')[index] ?? '', 'base64url').toString())
    return typeof part === 'object' && part !== null ? part as Said : {}
  } catch {
    return {}
  }
}

function describe (reason: InvalidReason | 'expired', said: Said, profiles: readonly AuthenticationProfile[], { hint, cause }: { hint?: string, cause?: unknown }): { detail: string, remedy: string } {
  const ofIssuer = profiles.filter(({ issuer }) => issuer === said.iss)
  switch (reason) {
    case 'malformed':
      return { detail: 'it is not a token as providers issue them', remedy: 'Send the ID token exactly as the provider issued it: three parts joined by dots, without quotes or line breaks' }
    case 'unknown_issuer':
      return {
        detail: [`no profile has the issuer ${shown(said.iss)}`, ...profiles.length === 0 ? [] : [`the profiles have ${profiles.map(({ id, issuer }) => `${id}: ${issuer}`).join(', ')}`]].join('; '),
        remedy: hint ?? (profiles.some(({ type }) => type === 'embedded') && String(said.iss).endsWith('/oidc')
          ? 'The issuer of the embedded provider depends on PUBLIC_URL. Run this with the environment of the server that issued the token.'
          : 'Configure a profile whose issuer is exactly the iss of the provider\'s tokens')
      }
    case 'wrong_token_use':
      return { detail: `it is not an ID token: it has ${said.token_use === undefined ? `typ ${shown(said.typ)}` : `token_use ${shown(said.token_use)}`}`, remedy: 'It looks like an access token. Send the ID token, which the provider issues with it.' }
    case 'audience_mismatch':
      return {
        detail: [`it has aud ${shown(said.aud)}, azp ${shown(said.azp)}`, ...ofIssuer.map(({ id, audiences }) => `${id} accepts ${audiences.join(', ')}`)].join('; '),
        remedy: hint ?? 'Sign in with the client of the profile, or add the audience of the token to the profile\'s audiences'
      }
    case 'issuer_unreachable':
      // The cause may name the operator's machines.
      return { detail: `the keys of ${shown(said.iss)} could not be fetched${ofIssuer.length === 0 ? '' : `: ${causeOf(cause)}`}`, remedy: 'Make sure that this machine can reach the issuer. Run latchkey doctor without a token to check every issuer.' }
    case 'key_not_found':
      return { detail: 'the issuer does not publish the key that the token names', remedy: 'The token was issued by a different environment of the provider, or its signing key has been removed. Sign in again, and compare the issuer.' }
    case 'bad_signature':
      return { detail: 'the signature was not made with the issuer\'s key', remedy: 'The token was altered, was made by somebody else, or uses an algorithm that is not accepted. Sign in again.' }
    case 'missing_claim':
      return { detail: hint ?? 'a claim is missing', remedy: 'Make the provider include it in ID tokens: request the scopes openid, email and profile' }
    case 'not_yet_valid':
      return { detail: `it becomes valid ${away(said.nbf ?? said.iat)}`, remedy: 'Correct the clocks of this machine and of the provider (NTP)' }
    case 'expired':
      return { detail: `it expired ${away(said.exp)}`, remedy: 'Get a new one with the refresh token, or sign in again. If the token is new, correct the clock of this machine (NTP).' }
  }
}

function causeOf (cause: unknown): string {
  const { message, cause: inner } = Object(cause) as { message?: string, cause?: { code?: string } }
  return [message ?? 'no answer', inner?.code].filter(text => text !== undefined).join(', ')
}

/** The distance of a token's time from now, in words. */
function away (seconds: unknown): string {
  if (typeof seconds !== 'number' || !Number.isFinite(seconds)) return 'at a time that cannot be read'
  const distance = Math.round(seconds - Date.now() / 1000)
  return distance < 0 ? `${-distance} seconds ago` : `in ${distance} seconds`
}

/** Untrusted text made safe to show: on one line and of limited length. */
export function shown (value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}
