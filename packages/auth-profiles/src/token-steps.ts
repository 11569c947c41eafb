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
  audience: 'issued to the client of one profile',
  keys: 'the issuer publishes its key',
  signature: 'made with that key',
  claims: 'exp, sub and email are there',
  times: 'valid now'
}

/** What a token says of itself, before anything of it is believed. */
type Said = Readonly<Record<string, unknown>>

/**
 * Says what the verifier decided of a token at each step. Nothing of the token is in it but what it says of itself.
 *
 * @param verify has it verified
 * @param profiles those that may be told of
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
      // An algorithm that is not accepted is refused before any key is looked for.
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
      return { detail: 'it is no token as providers issue them', remedy: 'Send the ID token as the provider gave it: three parts joined by dots, without quotes and line breaks' }
    case 'unknown_issuer':
      return {
        detail: [`no profile has the issuer ${shown(said.iss)}`, ...profiles.length === 0 ? [] : [`there are ${profiles.map(({ id, issuer }) => `${id}: ${issuer}`).join(', ')}`]].join('; '),
        remedy: hint ?? (profiles.some(({ type }) => type === 'embedded') && String(said.iss).endsWith('/oidc')
          ? 'The issuer of the embedded provider follows PUBLIC_URL: ask with the environment of the server that issued it'
          : 'Configure a profile with the issuer as the provider writes it in its tokens, to the letter')
      }
    case 'wrong_token_use':
      return { detail: `it is no ID token, but says ${said.token_use === undefined ? `typ ${shown(said.typ)}` : `token_use ${shown(said.token_use)}`}`, remedy: 'It looks like the access token: send the ID token, which the provider gives beside it' }
    case 'audience_mismatch':
      return {
        detail: [`it is for aud ${shown(said.aud)}, azp ${shown(said.azp)}`, ...ofIssuer.map(({ id, audiences }) => `${id} takes ${audiences.join(', ')}`)].join('; '),
        remedy: hint ?? 'Sign in with the client of the profile, or add what the token says to its audiences'
      }
    case 'issuer_unreachable':
      // Why not may name machines of the operator's.
      return { detail: `the keys of ${shown(said.iss)} could not be fetched${ofIssuer.length === 0 ? '' : `: ${causeOf(cause)}`}`, remedy: 'See to it that this machine reaches the issuer; latchkey doctor, without a token, looks at every issuer' }
    case 'key_not_found':
      return { detail: 'the issuer publishes no key of the id that the token names', remedy: 'It is of another environment of the provider, or its key is gone: sign in again, and compare the issuer' }
    case 'bad_signature':
      return { detail: 'the signature is not one that the key of the issuer made', remedy: 'It was altered on the way, or made by somebody else, or with an algorithm that is not accepted: sign in again' }
    case 'missing_claim':
      return { detail: hint ?? 'a claim is missing', remedy: 'Have the provider put it into ID tokens: ask for the scopes openid, email and profile' }
    case 'not_yet_valid':
      return { detail: `it begins ${away(said.nbf ?? said.iat)}`, remedy: 'Set the clocks of this machine and of the provider (NTP)' }
    case 'expired':
      return { detail: `it ended ${away(said.exp)}`, remedy: 'Get a new one with the refresh token, or sign in again; if it is new, set the clock of this machine (NTP)' }
  }
}

function causeOf (cause: unknown): string {
  const { message, cause: inner } = Object(cause) as { message?: string, cause?: { code?: string } }
  return [message ?? 'no answer', inner?.code].filter(text => text !== undefined).join(', ')
}

/** How far a time of a token is away. */
function away (seconds: unknown): string {
  if (typeof seconds !== 'number' || !Number.isFinite(seconds)) return 'at no time that can be read'
  const distance = Math.round(seconds - Date.now() / 1000)
  return distance < 0 ? `${-distance} seconds ago` : `in ${distance} seconds`
}

/** Text of others as it may be shown: on one line, and not without end. */
export function shown (value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}
